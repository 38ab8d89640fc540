"""An access token of a sign-in, stored encrypted in the vault, until it ends."""

from .answer import Missing
from .vault import seek_entry

SUFFIX = " sign-in"
"""What the entry's id has behind the account's."""


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return the token of the account's sign-in."""
    kinds = [route["auth"]["kind"] for route in search.routes]
    if not any(kind.startswith("oauth-") for kind in kinds):
        return Missing("none of its routes is reached by signing in", applies=False)
    return seek_entry(step.get("id") or identity(search.account["id"], search.profile), "oauth", search, "nobody signed in")


def identity(account: str, profile: "str | None") -> str:
    """Return the id in the vault of the sign-in of *account*, or of one of its profiles."""
    return f"{account} {profile}{SUFFIX}" if profile else account + SUFFIX


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .answer import Found
    from .search import Search
