"""The use cases of matchmaking, one a file."""
