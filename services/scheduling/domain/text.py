"""What a line of text from outside may be."""


def line_problem(what: str, text: str, most: int) -> str | None:
    """What is wrong with one line of text, in words that say what to do; None when it is fine."""
    if len(text) > most:
        return f"the {what} has {len(text)} characters; give at most {most}"
    if any(ord(character) < 32 for character in text):
        return f"the {what} holds control characters; give one line of plain text"
    return None
