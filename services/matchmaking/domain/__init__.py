"""What suggestions, answers and matches are, and their rules: standard library only."""
