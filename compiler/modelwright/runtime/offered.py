"""What the user's accounts offer: the models of their rows, and those that are added for a credential that is found."""

from ..ir.refs import is_taken
from .errors import AmbiguousRefError, UnavailableModelError, UnknownRefError


def offered(registry: "Registry", environ: "Mapping[str, str]") -> "Iterator[Model]":
    """
    Yield the models of the active accounts, each once, in the order in which they are tried; then those added for a credential.

    An account that names no models offers all of its provider.
    """
    seen = set()
    for account in registry.accounts():
        if account["status"] == "active":
            named = account.get("models")
            found = registry.models(account["provider"]) if not named else (_named(registry, account, one) for one in named)
            for model in found:
                if model is not None and model.ref not in seen:
                    seen.add(model.ref)
                    yield model.through(account["id"])
    yield from (registry.resolve(ref) for ref in implicit(registry, environ))


def first(registry: "Registry", ref: str) -> "tuple[str, str]":
    """
    Return what is used where nothing says which, as account and ref: of the default account, or the first, the default model, or the first.

    Raises UnknownRefError for *ref*, which names nothing, when no account names a model.
    """
    naming = [account for account in registry.accounts() if account["status"] == "active" and account.get("models")]
    for account in sorted(naming, key=lambda account: not account.get("default")):
        models = [one for one in account["models"] if not isinstance(one, str) and one.get("default")] or account["models"]
        return account["id"], f"{account['provider']}/{_id(models[0])}"
    raise UnknownRefError(ref, tuple)


def owner(registry: "Registry", model: str, refs: "Iterable[str]") -> "tuple[str, str]":
    """
    Return the account and ref of the one provider that the user's accounts have *model* of, which several providers have.

    Raises AmbiguousRefError, which lists those of the accounts, or *refs* where no account names it.
    """
    own = {account["provider"]: account["id"] for account in reversed(registry.accounts()) if account["status"] == "active" and names(account, model)}
    if len(own) != 1:
        raise AmbiguousRefError(model, tuple(sorted(f"{provider}/{model}" for provider in own) or refs))
    ((provider, account),) = own.items()
    return account, f"{provider}/{model}"


def has(account: "Mapping[str, Any]", model: "Model") -> bool:
    """Tell whether *account*, which may name its models, by any of their names, has *model*."""
    return not account.get("models") or any(names(account, name) for name in (model.asked_id, model.id, *model.aliases))


def is_meant(find: "Callable[[str], Any]", account: "Mapping[str, Any]", head: str, model: str) -> bool:
    """Tell whether *head*, which *account* is called, means it before *model* where a provider is called so, too: when it is active and has the model. *find* gives records."""
    if find(f"provider:{head.lower()}") is None:
        return True
    provider = account["provider"]
    is_known = find(f"model:{provider}/{model}") is not None or is_taken((find(f"provider:{provider}") or {}).get("open_ids"), model)
    return is_known and account["status"] == "active" and (not account.get("models") or names(account, model))


def names(account: "Mapping[str, Any]", model: str) -> bool:
    """Tell whether *account* names *model*."""
    return any(model == _id(one) for one in account.get("models", ()))


def implicit(registry: "Registry", environ: "Mapping[str, str]") -> "Iterator[str]":
    """
    Yield the refs of the models that no row names and that are there all the same, since a credential for them is.

    Which these are is data: `implicit_models` of the dialect that the user's file is written in.
    """
    rules = (registry.setting("policy") or {}).get("implicit_models") or ()
    used = {account["provider"] for account in registry.accounts() if account["status"] == "active"}
    for rule in rules:
        if used.isdisjoint(rule["unless"]) and not _is_any_set(environ, rule.get("without_env", ())) and _has_credential(registry, rule, environ):
            yield rule["model"]


def select(registry: "Registry", ref: str, environ: "Mapping[str, str]") -> "Model":
    """
    Return the model that *ref* names, for whoever keeps it as the model of an agent.

    Raises UnavailableModelError when the user's files say that only what they configure is to be used and it is not among that;
    and what `Registry.resolve` raises.
    """
    model = registry.resolve(ref)
    if (registry.setting("policy") or {}).get("visible") == "configured":
        refs = {one.ref for one in offered(registry, environ)}
        if model.ref not in refs:
            raise UnavailableModelError(ref, tuple(sorted(refs)))
    return model


def _id(one: "Any") -> str:
    identity: str = one if isinstance(one, str) else one["id"]
    return identity


def _named(registry: "Registry", account: "Mapping[str, Any]", one: "Any") -> "Model | None":
    try:
        return registry.resolve(f"{account['id']}/{_id(one)}")
    except UnknownRefError:
        return None


def _has_credential(registry: "Registry", rule: "Mapping[str, Any]", environ: "Mapping[str, str]") -> bool:
    if _is_any_set(environ, rule.get("env", ())):
        return True
    if "cli" not in rule:
        return False
    from .credentials.chain import has_credential

    provider = rule["model"].partition("/")[0]
    steps = [{"step": "oauth"}, {"step": "cli-sync", "id": rule["cli"]}]
    return has_credential(registry, {"id": provider, "provider": provider, "credentials": steps}, environ)


def _is_any_set(environ: "Mapping[str, str]", names: "Iterable[str]") -> bool:
    return any(environ.get(name, "").strip() for name in names)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from ..ir.resolved import Model
    from .registry import Registry
