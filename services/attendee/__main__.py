"""Runs the attendee service: `python -m services.attendee`."""

from services.attendee.app import SERVICE

SERVICE.main()
