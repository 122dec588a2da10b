"""Rules and values of the portal: parsing what people upload, calendars, mails; no I/O."""
