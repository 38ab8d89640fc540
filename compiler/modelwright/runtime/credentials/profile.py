"""The account's profiles: credentials of one account that are used in turn, each with steps of its own."""

_KINDS = ("oauth", "token", "api-key")
"""The order of profiles where none is written down."""
OUTSIDE = ""
"""In place of a profile's name: no profile, but the account's other steps."""
_STEP, _GIVEN = "profile", "explicit"


def ordered(account: "Mapping[str, Any]", only: "str | None" = None) -> "list[str]":
    """Return the names of the profiles of *account* in the order in which they are tried; *only* is the one that was asked for."""
    profiles = account.get("profiles", {})
    if only is not None:
        return [only] if only in profiles else []
    said = [name for name in account.get("profile_order", ()) if name in profiles]
    return said + sorted((name for name in profiles if name not in said), key=lambda name: _KINDS.index(profiles[name].get("kind", _KINDS[-1])))


def turns(account: "Mapping[str, Any]", only: "str | None" = None) -> "list[str | None]":
    """
    Return with what *account* is called in turn: its profiles, and `OUTSIDE` for its other steps, where its steps have them; or *only*.

    One that has a single profile, or none, takes what its steps give, which is None.
    """
    steps = [step["step"] for step in account["credentials"] if step["step"] != _GIVEN]
    profiles: list[str | None] = [*ordered(account, only)] if _STEP in steps else []
    if only is not None:
        return profiles
    if len(profiles) < 2:
        return [None]
    return profiles if len(steps) == 1 else [*profiles, OUTSIDE] if steps[0] == _STEP else [OUTSIDE, *profiles]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
