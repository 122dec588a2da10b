"""A consumer whose effects show what kit alone promises: each event once, each key in order."""
