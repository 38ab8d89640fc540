"""A credential out of what comes back: upstream may repeat it in its answers, and no file, line or state may hold it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote

from ..diagnostics.render_text import printable
from ..diagnostics.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HIDDEN = "…"
_LONGEST_DETAIL = 200
_FEWEST_CHARACTERS = 4
"""What is shorter is a word, and hiding it would hide everything."""
_BEGINNING = 12
"""Upstream may repeat a credential in part; what begins like it is hidden to the next space."""
_FEWEST_IN_DATA = 12
"""In a listing what is shorter may well be a fact."""
_PLAIN_HEADERS = re.compile(r"accept|content-type|user-agent|.*(?:version|beta)", re.IGNORECASE)


class Censor:
    """Hides the values of one ask's headers and parameters, as they are and as addresses and basic authentication write them."""

    __slots__ = ("_in_data", "_in_text")

    def __init__(self, headers: Mapping[str, str], query: Mapping[str, str], user: str = "") -> None:
        """Take *user*, as `name:password` in an address, for a credential too."""
        values = [value for name, value in headers.items() if not _PLAIN_HEADERS.fullmatch(name)]
        if user:  # it is sent as basic authentication
            values += [*user.split(":"), f"Basic {base64.b64encode(unquote(user).encode()).decode()}"]
        forms = {form for value in (*values, *query.values()) for form in _forms(value)}
        beginnings = [f"{re.escape(form[:_BEGINNING])}\\S*" for form in sorted(forms) if len(form) > _BEGINNING]
        self._in_text = _pattern(forms, _FEWEST_CHARACTERS, beginnings)
        self._in_data = _pattern(forms, _FEWEST_IN_DATA, ())

    def text(self, text: str) -> str:
        """Return *text* for a person: on one line, printable, without credential, at most 200 characters."""
        text = masked(" ".join(printable(self._hide(self._in_text, " ".join(text.split()))).split()))
        return text if len(text) <= _LONGEST_DETAIL else f"{text[: _LONGEST_DETAIL - 1]}…"

    def data(self, value: Any) -> Any:
        """Return the JSON *value* without credential."""
        if self._in_data is None:
            return value
        if isinstance(value, str):
            return self._hide(self._in_data, value)
        if isinstance(value, list):
            return [self.data(item) for item in value]
        if isinstance(value, dict):
            return {self.data(key): self.data(item) for key, item in value.items()}
        return value

    def mentions(self, text: str) -> bool:
        """Tell whether *text* holds a credential."""
        return self._in_text is not None and self._in_text.search(text) is not None

    @staticmethod
    def _hide(pattern: re.Pattern[str] | None, text: str) -> str:
        return text if pattern is None else pattern.sub(_HIDDEN, text)


def _pattern(forms: set[str], fewest: int, more: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted((form for form in forms if len(form) >= fewest), key=lambda form: (-len(form), form))
    parts = [*map(re.escape, found), *more]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _forms(value: str) -> Iterator[str]:
    """Yield how *value*, and the credential behind the scheme it may begin with, can be written."""
    scheme, _, rest = value.partition(" ")
    plain = {value.strip(), rest.strip()}
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            user = password = ""
        plain |= {user, password, f"{user}:{password}"}
    for text in plain:
        raw = text.encode("utf-8", "replace")
        yield from (text, " ".join(text.split()), quote(raw), quote(raw, safe=""), quote_plus(raw), text.replace("/", "\\/"), text.replace('"', '\\"'))
