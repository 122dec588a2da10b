"""Matchmaking over PostgreSQL: writes, reads, and the events that follow from writes."""
