"""What keeps a model from answering a call, whatever else is the case. Each check returns the reason, or None."""

from ...ir.resolved import MODALITIES
from ..errors import UsageError
from .needs import Needs

STRICT = "exclude"
_THINKING = "thinking"


def understood(needs: Needs, registry: "Registry") -> Needs:
    """Return *needs* with the provider's id; raises UsageError for a word that is no capability, and what `Registry.provider` raises."""
    words = registry.words("capabilities")
    known = {*words, *MODALITIES, _THINKING}
    for word in needs.capabilities if words else ():
        if word not in known:
            from ..nearest import names

            nearest = names(word, known)
            raise UsageError(f"{word!r} is no capability; {'nearest' if nearest else 'known'}: {', '.join(nearest or sorted(known))}")
    provider = None if needs.provider is None else str(registry.provider(needs.provider)["id"])
    return Needs(needs.capabilities, input_tokens=needs.input_tokens, output_tokens=needs.output_tokens, provider=provider)


def against(model: "Model", needs: Needs, registry: "Registry", policy: "Mapping[str, Any]") -> "str | None":
    """Return why *model* cannot do what *needs*, which are understood, say, or is not to; None: nothing is known to stand against it."""
    if needs.provider is not None and model.provider != needs.provider:
        return f"it is of {model.provider}, not of {needs.provider}"
    if not registry.is_allowed(model):
        return f"{model.ref} is not on your list of allowed models; add it to `allowed_models`"
    return _capabilities(model, needs, is_strict=policy.get("capability_unknown") == STRICT) or _room(model, needs)


def _capabilities(model: "Model", needs: Needs, *, is_strict: bool) -> "str | None":
    for capability in needs.capabilities:
        can = model.can(capability)
        if can is False:
            return f"it has no {capability}"
        if can is None and is_strict:
            return f"nobody knows whether it has {capability}"
    return None


def _room(model: "Model", needs: Needs) -> "str | None":
    limits = model.limits
    for what, needed, most in (
        ("context", needs.input_tokens, limits.context_tokens),
        ("input", needs.input_tokens, limits.input_tokens),
        ("output", needs.output_tokens, limits.output_tokens),
    ):
        if needed is not None and most is not None and needed > most:
            return f"{needed:,} tokens are needed, and its {what} is {most:,}"
    return None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...ir.resolved import Model
    from ..registry import Registry
