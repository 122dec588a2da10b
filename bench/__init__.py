"""What we measure: each module is a command that prints one JSON object on standard output."""
