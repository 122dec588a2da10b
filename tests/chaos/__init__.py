"""Hallway under faults: a seeded workload, a nemesis, and a checker of what everybody was told (see __main__.py)."""
