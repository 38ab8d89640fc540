"""How Gemini is told to think: a number of tokens (2.x), or a level (3.x on)."""

from .thinking_levels import can_be_off, is_off, nearest_level

_TOKENS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""What levels come to where a model takes numbers (https://ai.google.dev/gemini-api/docs/openai, "Thinking"); above them there is only the model's most."""
_DYNAMIC = -1
_MUCH = ("xhigh", "max")


def thinking_config(wanted: "str | int", facts: "Mapping[str, Any]", losses: "Losses") -> "dict[str, Any] | None":
    """
    Return the `thinkingConfig` for *wanted*, a level or a number of tokens, where *facts* are the model's `thinking`; None: none is sent.

    A number is the most that may be spent, 0 none, -1 as much as the model sees fit. Who asks for thinking is shown it. Where
    the model's ways are unknown what is asked for is sent.
    """
    mode = facts.get("mode", "unspecified")
    if mode in ("none", "always"):
        if wanted not in ("default", _DYNAMIC) and not (mode == "none" and is_off(wanted)):
            losses.add(f"thinking {wanted!r} to a model that has no choice", "leave out `thinking`")
        return {"includeThoughts": True} if mode == "always" else None
    if mode == "toggle":
        return _switched(wanted, losses)
    if mode == "budget" or (mode == "unspecified" and (isinstance(wanted, int) or is_off(wanted))):
        return _budget(wanted, facts, losses)
    return _level(wanted, facts, losses)


def _switched(wanted: "str | int", losses: "Losses") -> "dict[str, Any]":
    # The one family with a switch takes the least level for off and a high one for on (Gemma 4; badlogic/pi-mono, packages/ai).
    if is_off(wanted):
        return {"thinkingLevel": "MINIMAL"}
    if wanted not in ("default", _DYNAMIC):
        losses.add(f"thinking {wanted!r} to a model that only thinks or not", "use `default` or `none`", "it thinks")
    return {"includeThoughts": True, "thinkingLevel": "HIGH"}


def _budget(wanted: "str | int", facts: "Mapping[str, Any]", losses: "Losses") -> "dict[str, Any]":
    least: int = facts.get("min_tokens", 0)
    most: int | None = facts.get("max_tokens")
    tokens = wanted if isinstance(wanted, int) else 0 if is_off(wanted) else _DYNAMIC if wanted == "default" else _tokens(wanted, least, most, losses)
    if tokens == _DYNAMIC or (tokens == 0 and can_be_off(facts)):
        return _spending(tokens)
    nearest = max(least, tokens if most is None else min(most, tokens))
    if nearest != tokens:
        losses.add(f"thinking {wanted!r} to a model that takes {least} to {most or 'any number of'} tokens", "stay within", f"it may spend {nearest}")
    return _spending(nearest)


def _tokens(level: str, least: int, most: "int | None", losses: "Losses") -> int:
    tokens = _TOKENS.get(level)
    if tokens is None:
        if level in _MUCH and most is not None:
            return most
        losses.add(f"thinking {level!r}", f"use a number of tokens or one of {', '.join(_TOKENS)}", "it is taken for 'high'")
        tokens = _TOKENS["high"]
    return max(least, tokens if most is None else min(most, tokens))


def _spending(tokens: int) -> "dict[str, Any]":
    return {"includeThoughts": True, "thinkingBudget": tokens} if tokens else {"thinkingBudget": 0}


def _level(wanted: "str | int", facts: "Mapping[str, Any]", losses: "Losses") -> "dict[str, Any] | None":
    levels = facts.get("levels", ())
    if wanted in ("default", _DYNAMIC):
        return {"includeThoughts": True}
    if is_off(wanted):
        if can_be_off(facts):
            return {"thinkingBudget": 0}
        return _instead(wanted, "a model that always thinks", nearest_level("none", levels), levels, losses)
    if isinstance(wanted, int):
        near = max((level for level in _TOKENS if _TOKENS[level] <= wanted), key=_TOKENS.__getitem__, default="minimal")
        return _instead(wanted, "a model that takes levels", nearest_level(near, levels or _TOKENS), levels, losses)
    if levels and wanted not in levels:
        return _instead(wanted, "this model", nearest_level(wanted, levels), levels, losses)
    return {"includeThoughts": True, "thinkingLevel": wanted.upper()}


def _instead(wanted: "str | int", whom: str, level: "str | None", levels: "Iterable[str]", losses: "Losses") -> "dict[str, Any] | None":
    losses.add(f"thinking {wanted!r} to {whom}", f"use one of {', '.join(levels) or 'its levels'}", f"it is {level!r}" if level else "it is left out")
    if level is None:
        return None
    return {"thinkingLevel": level.upper()} if is_off(wanted) else {"includeThoughts": True, "thinkingLevel": level.upper()}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .request_body import Losses
