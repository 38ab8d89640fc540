"""No credential, where the route allows it: always, or for this machine and private networks."""

from .answer import Found, Missing

NONE = "none"
"""The source of a credential that is none."""


def seek(_step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return that none is needed."""
    for route in search.routes:
        if search.may_go_without(route):
            return Found(NONE, "none is needed", route, dict)
    is_host_the_reason = any(route["auth"].get("required") == "if_public_host" for route in search.routes)
    return Missing("a public host wants one" if is_host_the_reason else "one is required")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
