"""Computing without I/O: where the dots of the community's picture go."""
