"""Matching as pure functions: lists in, pairs out; no I/O, no clock, no randomness."""
