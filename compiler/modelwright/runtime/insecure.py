"""Calls that do not check the certificate: only where the user said where they go."""

from .errors import UsageError


def check(registry: "Registry", model: "Model", route: str, base_url: "str | None" = None) -> None:
    """
    Raise UsageError unless a call to *model* by *route*, the id of one of its provider's, goes where the user said.

    That is *base_url*, given for the call, or one that a file of the user's has for the model, the account or the provider. The
    registry's own addresses, and what the environment says of them, are always checked.
    """
    if base_url or _has_own(model.facts) or is_users(registry.provider(model.provider), route, registry.account_for(model)):
        return
    raise UsageError(why_not(model.provider))


def is_users(provider: "Mapping[str, Any]", route: str, account: "Mapping[str, Any]") -> bool:
    """Tell whether a file of the user's says where *route* of *provider* leads through *account*, both as they are compiled."""
    return _has_own(account) or (_has_own(provider) and route == provider["routes"][0]["id"])


def why_not(provider: str) -> str:
    """Return what is said to somebody who wants the certificate of *provider* left unchecked."""
    return f"the certificate of {provider!r} is always checked; --insecure is for a base URL of your own, given with the call or in your models.json"


def _has_own(record: "Mapping[str, Any]") -> bool:
    return "base_url" in record.get("origins", {})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.resolved import Model
    from .registry import Registry
