-- Who wants no mail but about their sessions and their own links.
CREATE TABLE unsubscribed (
    attendee_id uuid PRIMARY KEY
);
