"""The account that a provider is by itself, as long as the user's files have none with it."""

from ..ir.credentials import STEPS

_OF_AN_ACCOUNT = ("profile", "inline", "command")
"""Steps that are nothing without what a file says of them."""


def account(provider: str, policy: "Mapping[str, Any]") -> "dict[str, Any]":
    """Return the account of *provider* with the steps that *policy* has."""
    ids = {"vault": provider, "auth-json": policy.get("stored_as", {}).get(provider, provider)}
    steps = [{"step": step, **({"id": ids[step]} if step in ids else {})} for step in policy.get("credentials", STEPS) if step not in _OF_AN_ACCOUNT]
    return {"id": provider, "provider": provider, "rank": 100, "status": "active", "credentials": steps}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
