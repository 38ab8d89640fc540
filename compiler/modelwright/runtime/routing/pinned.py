"""Refs that say with which profile of an account a model is to be called: `work/gpt-5@first`."""

from ..errors import UnknownRefError, UsageError


def pinned(registry: "Registry", ref: str) -> "tuple[Model, str | None]":
    """
    Return the model that *ref* names, and the profile that an `@profile` behind it names.

    Ids of models and names of profiles may have an @ in them: a model that is listed counts first, then a profile that is there.
    An id that its provider takes although nobody lists it counts only where the accounts have no profiles at all.

    Raises what `Registry.resolve` raises, and UsageError for a profile that is not there.
    """
    if "@" not in ref:
        return registry.resolve(ref), None
    whole = _known(registry, ref)
    if whole is not None and whole.is_listed:
        return whole, None
    refusal = None
    for at in (at for at, letter in enumerate(ref) if letter == "@"):
        model, profile = _known(registry, ref[:at]), ref[at + 1 :]
        if model is not None:
            profiles = _profiles(registry, model)
            if profile in profiles:
                return model, profile
            if model.is_listed and (profiles or whole is None):
                refusal = refusal or UsageError(f"{ref[:at]!r} has no profile {profile!r}; it has: {', '.join(profiles) or 'none'}")
    if refusal is not None:
        raise refusal
    return whole or registry.resolve(ref), None


def _known(registry: "Registry", ref: str) -> "Model | None":
    try:
        return registry.resolve(ref)
    except UnknownRefError:
        return None


def _profiles(registry: "Registry", model: "Model") -> "list[str]":
    """Return the profiles of all accounts that *model* can be called through."""
    own = [registry.account(model.account)] if model.account else [account for account in registry.accounts() if account["provider"] == model.provider]
    return sorted({name for account in own for name in account.get("profiles", {})})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...ir.resolved import Model
    from ..registry import Registry
