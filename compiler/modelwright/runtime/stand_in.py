"""What is used in place of a model that nobody knows, where the user's files are of a system that goes on then (zot)."""

from ..ir.refs import split
from .errors import UnknownRefError

GOES_ON = "warn-default"
_RETIRED = "retired"
_HOPS = 5


def stand_in(registry: "Registry", ref: str, environ: "Mapping[str, str]", on: "str | date | None" = None) -> "Model | None":
    """
    Return the model that is used in place of *ref*, which *registry* does not know; None where that stays an error.

    It is the provider's default by the policy of the user's files; where that is retired what takes its place, and where there
    is none the provider's newest model. In place of a provider that nobody knows either it is the first of the policy's
    fallbacks that has a credential, or the first of them.
    """
    policy = registry.setting("policy") or {}
    if policy.get("on_unknown") != GOES_ON:
        return None
    known = _known(registry, ref)
    if known is not None:
        return _default(registry, known, policy)
    fallback = _fallback(registry, policy.get("fallback_providers", ()), environ)
    for _, model in split(ref):
        try:
            return registry.resolve(f"{fallback}/{model}", on)
        except UnknownRefError:
            continue
    return None if fallback is None else _default(registry, fallback, policy)


def _known(registry: "Registry", ref: str) -> "str | None":
    """Return the provider that *ref* names."""
    for name, _ in split(ref):
        try:
            return str(registry.provider(name)["id"])
        except UnknownRefError:
            continue
    return None


def _fallback(registry: "Registry", providers: "Sequence[str]", environ: "Mapping[str, str]") -> "str | None":
    from .credentials.chain import has_credential

    return next((name for name in providers if has_credential(registry, name, environ)), providers[0] if providers else None)


def _default(registry: "Registry", provider: str, policy: "Mapping[str, Any]") -> "Model | None":
    ref = policy.get("default_models", {}).get(provider)
    found = None if ref is None else _alive(registry, f"{provider}/{ref}")
    if found is not None:
        return found
    left = [model for model in registry.models(provider) if model.status == "active" and "text" in (model.output or ())]
    return max(left, key=lambda model: (model.facts.get("released_on", ""), model.ref), default=None)


def _alive(registry: "Registry", ref: str) -> "Model | None":
    """Return the model *ref*, or what takes its place where it is retired."""
    for _ in range(_HOPS):
        try:
            model = registry.resolve(ref)
        except UnknownRefError:
            return None
        if model.status != _RETIRED:
            return model
        if model.replaced_by is None:
            return None
        ref = model.replaced_by
    return None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    from ..ir.resolved import Model
    from .registry import Registry
