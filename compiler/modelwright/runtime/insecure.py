"""Calls that do not check the certificate: only where the user said where they go."""

from .errors import UsageError


def check(registry: "Registry", model: "Model", route: str, base_url: "str | None" = None) -> None:
    """
    Raise UsageError unless a call to *model* by *route*, the id of one of its provider's, goes where the user said.

    That is *base_url*, given for the call, or one that a file of the user's has for the model, the account or the provider. The
    registry's own addresses, and what the environment says of them, are always checked.
    """
    if base_url or _is_users(registry, model, route):
        return
    raise UsageError(f"the certificate of {model.provider!r} is always checked; --insecure is for a base URL of your own, given with the call or in your models.json")


def _is_users(registry: "Registry", model: "Model", route: str) -> bool:
    provider = registry.provider(model.provider)
    said = "base_url" in provider.get("origins", {}) and route == provider["routes"][0]["id"]
    return said or "base_url" in model.facts.get("origins", {}) or "base_url" in registry.account_for(model).get("origins", {})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ir.resolved import Model
    from .registry import Registry
