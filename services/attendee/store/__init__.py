"""Where the attendee service keeps things: PostgreSQL, and the outbox."""
