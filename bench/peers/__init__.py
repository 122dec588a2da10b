"""Other ways to pair the same people, run beside ours."""
