"""What keeps a model from answering a call, whatever else is the case. Each check returns the reason, or None."""

STRICT = "exclude"


def against(candidate: "Candidate", needs: "Needs", registry: "Registry", policy: "Mapping[str, Any]") -> "str | None":
    """Return why *candidate* cannot do what *needs* says; None: nothing is known to stand against it."""
    model = candidate.model
    return (
        _provider(model, needs, registry)
        or (None if registry.is_allowed(model) else f"{model.ref} is not on your list of allowed models; add it to `allowed_models`")
        or _capabilities(model, needs, is_strict=policy.get("capability_unknown") == STRICT)
        or _room(model, needs)
    )


def _provider(model: "Model", needs: "Needs", registry: "Registry") -> "str | None":
    if needs.provider is None:
        return None
    wanted = registry.provider(needs.provider)["id"]
    return None if model.provider == wanted else f"it is of {model.provider}, not of {wanted}"


def _capabilities(model: "Model", needs: "Needs", *, is_strict: bool) -> "str | None":
    for capability in needs.capabilities:
        can = model.can(capability)
        if can is False:
            return f"it has no {capability}"
        if can is None and is_strict:
            return f"nobody knows whether it has {capability}"
    return None


def _room(model: "Model", needs: "Needs") -> "str | None":
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
    from .candidate import Candidate
    from .needs import Needs
