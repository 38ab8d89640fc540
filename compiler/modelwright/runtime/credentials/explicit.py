"""Given for one call: `--api-key`, or an argument."""

from .answer import KEY, Found, Missing


def seek(_step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return the key that was given."""
    key = (search.explicit or "").strip()
    if not key:
        return Missing("none was given")
    route = search.route_for(key)
    return Missing("none of its routes sends a key", applies=False) if route is None else Found("explicit", "given for this call", route, lambda: {KEY: key})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
