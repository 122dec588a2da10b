-- Welcomes go last, however many wait.

DROP INDEX mail_due;
CREATE INDEX mail_due ON mail ((kind = 'welcome'), next_try_at) WHERE sent_at IS NULL AND dropped_at IS NULL;
