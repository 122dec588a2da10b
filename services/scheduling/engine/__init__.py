"""Finds times and places: model in, answer out; no I/O, no clock, no randomness."""
