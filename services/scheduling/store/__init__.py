"""Scheduling's tables: one store over one transaction."""
