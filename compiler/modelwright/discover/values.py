"""What listings hold, whatever they wrap it in: each reader returns None where a value says nothing that can be used."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Entry = dict[str, Any]
T = TypeVar("T")

MOST_TOKENS = 10**9
"""More than this is no number of tokens."""

_LARGEST = 10**15
_LONGEST_ID, _LONGEST_NAME, _LONGEST_NUMBER, _LONGEST_WORD, _MOST_WORDS = 256, 200, 50, 100, 500
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_EPOCH, _SECONDS_A_DAY = date(1970, 1, 1).toordinal(), 86_400
_YEARS = range(2015, 2101)
"""Years in which a model may come or go; other days are placeholders."""


def identity(value: Any) -> str | None:
    """Return the id of a model as it is spelt, without the `models/` some put before it."""
    if not isinstance(value, str) or len(value) > _LONGEST_ID + len("models/"):
        return None
    text = value.removeprefix("models/")
    return text if 0 < len(text) <= _LONGEST_ID and text.isprintable() and " " not in text else None


def name(value: Any) -> str | None:
    """Return a name on one line, clipped; what cannot be printed becomes a space."""
    if not isinstance(value, str):
        return None
    printable = "".join(character if character.isprintable() else " " for character in value[: 4 * _LONGEST_NAME])
    return " ".join(printable.split())[:_LONGEST_NAME].strip() or None


def number(value: Any) -> Decimal | None:
    """Return a number, also one written as text or with a dollar sign, exactly as it is written."""
    if isinstance(value, str):
        text = value.strip().removeprefix("$") if len(value) <= _LONGEST_NUMBER else ""
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Decimal(str(value)) if abs(value) <= _LARGEST else None


def tokens(value: Any) -> int | None:
    """Return a number of tokens; zero, less and too many say nothing."""
    exact = number(value)
    return None if exact is None or not 0 < exact <= MOST_TOKENS or exact != exact.to_integral_value() else int(exact)


def day(value: Any) -> str | None:
    """Return the day, YYYY-MM-DD, of a day, a time or seconds since 1970."""
    try:
        found = _DAY.match(value) if isinstance(value, str) else None
        if found is not None:
            when = date(int(found[1]), int(found[2]), int(found[3]))
        else:
            seconds = number(value)
            if seconds is None:
                return None
            when = date.fromordinal(_EPOCH + int(seconds // _SECONDS_A_DAY))
    except (ValueError, OverflowError):
        return None
    return when.isoformat() if when.year in _YEARS else None


def flag(value: Any) -> bool | None:
    """Return true or false, also where it stands as `{supported: true}`."""
    if isinstance(value, dict):
        value = value.get("supported")
    return value if isinstance(value, bool) else None


def word(value: Any) -> str | None:
    """Return a short text in lower case."""
    return value.strip().lower() if isinstance(value, str) and 0 < len(value) <= _LONGEST_WORD else None


def words(value: Any) -> list[str]:
    """Return the short texts of a list, in lower case; none when it is no list."""
    found = map(word, value[:_MOST_WORDS]) if isinstance(value, list) else ()
    return [one for one in found if one]


def part(value: Any, *path: str) -> Any:
    """Return what stands at *path* in nested objects; None when nothing does."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def parts(entry: Mapping[str, Any], keys: Iterable[str]) -> Iterator[Entry]:
    """Yield the objects that *entry* holds under *keys*."""
    yield from (value for key in keys if isinstance(value := entry.get(key), dict))


def first(views: Sequence[Mapping[str, Any]], keys: Iterable[str], read: Callable[[Any], T | None]) -> T | None:
    """Return the first thing that *read* finds under one of *keys*: of all views by the first key, then by the next."""
    return next((found for key in keys for view in views if (found := read(view.get(key))) is not None), None)
