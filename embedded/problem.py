"""What can go wrong that the person at the terminal can mend."""


class Problem(RuntimeError):
    """The message says what was wrong, where, and what to do; show it without a stack."""
