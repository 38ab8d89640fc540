"""Days as text, YYYY-MM-DD, UTC: they compare as they are written, and need no `datetime`."""

from time import time

_known = (-1, "")


def today() -> str:
    """Return the day it is now."""
    global _known  # noqa: PLW0603  # one pair, replaced as a whole, so threads never see half of it
    number = int(time() // 86_400)
    if _known[0] != number:
        _known = (number, from_number(number))
    return _known[1]


def from_number(number: int) -> str:
    """
    Return the day that is *number* days after 1970-01-01.

    >>> from_number(0), from_number(19_782), from_number(20_777)
    ('1970-01-01', '2024-02-29', '2026-11-20')
    """
    number += 719_468
    era = number // 146_097
    day_of_era = number - era * 146_097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{day_of_year - (153 * shifted + 2) // 5 + 1:02d}"


def as_text(day: "str | date") -> str:
    """Return *day* as text; raises ValueError when text is not of the form YYYY-MM-DD."""
    text = day if isinstance(day, str) else day.isoformat()[:10]
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not (text[:4] + text[5:7] + text[8:]).isdigit() or not text.isascii():
        raise ValueError(f"a day is written YYYY-MM-DD, not {text!r}")
    return text


def check_time(text: str) -> None:
    """Raise ValueError when *text* is not a time of day, HH:MM: another spelling would not compare as it is written."""
    if len(text) != 5 or text[2] != ":" or not ("00" <= text[:2] <= "23" and "00" <= text[3:] <= "59") or not (text[:2] + text[3:]).isdigit() or not text.isascii():
        raise ValueError(f"a time of day is written HH:MM, not {text!r}")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
