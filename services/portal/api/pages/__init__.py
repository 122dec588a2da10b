"""The pages people see: attendees, organizers, and the way in."""
