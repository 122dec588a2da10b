"""The attendee service: conferences, registrations, handles, sources and ties."""
