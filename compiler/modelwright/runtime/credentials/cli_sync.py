"""What the vendor's own command-line tool has stored; only ever read, and read anew each time, so that what the tool renews is picked up."""

import os

from .answer import KEY, Found, Missing, UnreadableError
from .claims import end_of
from .files import read_json, seconds, value_at

_MARGIN_SECONDS = 60
_IN_MILLISECONDS = 1e11
"""Times in seconds stay below that for three thousand years, those in milliseconds do not."""


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return the token of the tool's store that does not end too soon."""
    named = step.get("id")
    routes = [route for route in search.routes if search.carries(route, (KEY,)) and (named is not None or "store" in route["auth"])]
    reason = Missing("no tool keeps a token for its routes", applies=False)
    for route in routes:
        word = named or route["auth"]["store"]
        store = search.stores.get(word)
        found = Missing(f"there is no store {word!r}") if store is None else _in(store, word, route, search)
        if isinstance(found, Found):
            return found
        reason = found
    return reason


def _in(store: "Mapping[str, Any]", word: str, route: "dict[str, Any]", search: "Search") -> "Found | Missing":
    cure = f"; sign in with: {store['cure']}"
    path = next((path for path in map(search.file, store["files"]) if path is not None and os.path.isfile(path)), None)
    if path is None:
        return Missing(f"{store['files'][-1]} is not there{cure}")
    try:
        data = read_json(path)
    except UnreadableError as error:
        return Missing(f"{error}{cure}")
    token = value_at(data, store["token"])
    if not isinstance(token, str) or not token.strip():
        return Missing(f"{path} has no token{cure}")
    ends = _end(store, data, token, path)
    if ends is not None and ends - store.get("margin_seconds", _MARGIN_SECONDS) <= search.now():
        return Missing(f"the token in {path} has ended{cure}", ends)
    extra = {store["account_header"]: str(value_at(data, store["account"]))} if "account_header" in store and value_at(data, store["account"]) else {}
    return Found(f"cli:{word}", f"a token in {path}", route, lambda: {KEY: token.strip()}, expires_at=ends, extra=extra)


def _end(store: "Mapping[str, Any]", data: "Any", token: str, path: str) -> "float | None":
    """Return when *token* ends, in seconds since 1970; None where nothing tells."""
    said = value_at(data, store["expires"]) if "expires" in store else None
    if isinstance(said, (str, int, float)):
        try:
            number = float(said)
        except ValueError:
            return seconds(str(said))
        return number / 1000 if store.get("expires_in") == "milliseconds" and number > _IN_MILLISECONDS else number
    ends = end_of(token)
    if ends is None and "lasts_seconds" in store:
        return os.stat(path).st_mtime + int(store["lasts_seconds"])
    return ends


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
