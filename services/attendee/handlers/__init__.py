"""What the attendee service does, one use case a file."""
