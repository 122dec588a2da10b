"""Runs the whole of Hallway on one machine: PostgreSQL, a Kafka broker and every service, without Docker."""
