"""Numbers in sentences."""


def counted(number: int, what: str) -> str:
    """
    Return how many there are of *what*.

    >>> counted(1, "error"), counted(0, "file"), counted(1234, "call")
    ('1 error', '0 files', '1,234 calls')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
