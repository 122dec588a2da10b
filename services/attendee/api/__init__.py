"""The doors of the attendee service."""
