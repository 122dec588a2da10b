"""Rules and values of the attendee service: standard library only, no I/O, no clock."""
