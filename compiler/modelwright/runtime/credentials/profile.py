"""The account's profiles: credentials of one account that are used in turn, each with steps of its own."""

_KINDS = ("oauth", "token", "api-key")
"""The order of profiles where none is written down."""


def ordered(account: "Mapping[str, Any]", only: "str | None" = None) -> "list[str]":
    """Return the names of the profiles of *account* in the order in which they are tried; *only* is the one that was asked for."""
    profiles = account.get("profiles", {})
    if only is not None:
        return [only] if only in profiles else []
    said = [name for name in account.get("profile_order", ()) if name in profiles]
    return said + sorted((name for name in profiles if name not in said), key=lambda name: _KINDS.index(profiles[name].get("kind", _KINDS[-1])))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
