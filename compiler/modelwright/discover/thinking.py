"""How a model thinks, as listings tell it: levels, a budget, or only that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import first, flag, part, parts, tokens, word, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .values import Entry

_RANKS = {"none": 0, "off": 0, "minimal": 1, "low": 2, "medium": 3, "default": 3, "high": 4, "xhigh": 5, "max": 6}
"""Levels we have a word for; a level that is not here is left out."""
_PARTS = ("reasoning", "thinking")
_OFFERED = ("supported_efforts", "reasoningEffortOptions", "supported_reasoning_levels", "reasoning_effort", "allowed_options")
_DEFAULT = ("default_effort", "defaultReasoningEffort", "default_reasoning_level", "default")
_LEAST, _MOST = ("min_thinking_budget", "minThinkingBudget"), ("max_thinking_budget", "maxThinkingBudget")
_OFF = {"none", "off"}


def thinking(views: Sequence[Entry], thinks: bool | None) -> Entry | None:
    """Return how the model thinks; *thinks* is whether it does, None when that is not told elsewhere."""
    if thinks is False:
        return {"mode": "none"}
    nested = [one for view in views for one in parts(view, _PARTS)]
    told = [*nested, *views]
    offered = first(told, _OFFERED, _offered) or []
    if set(offered) & _RANKS.keys() - _OFF:
        is_adaptive = first(views, ["adaptive_thinking"], flag)
        return steered(offered, first(told, _DEFAULT, word), mode="adaptive" if is_adaptive else "levels")
    if "on" in offered:
        return {"mode": "toggle" if _OFF & set(offered) else "always"}
    least, most = first(views, _LEAST, tokens), first(views, _MOST, tokens)
    if least or most:
        return budget(least, most)
    if first(nested, ["supports_max_tokens"], flag):
        return {"mode": "budget"}
    is_mandatory = first(nested, ["mandatory"], flag)
    if is_mandatory:
        return {"mode": "always"}
    return {"mode": "unspecified"} if thinks or is_mandatory is False else None


def steered(offered: Iterable[str], default: str | None = None, *, mode: str = "levels") -> Entry:
    """Return thinking by levels, lowest first, of those we have a word for."""
    levels = sorted(set(offered) & _RANKS.keys(), key=lambda level: (_RANKS[level], level))
    return {"mode": mode, **({"levels": levels} if levels else {}), **({"default_level": default} if default in levels else {})}


def budget(least: int | None, most: int | None) -> Entry:
    """Return thinking by a number of tokens; a largest below the smallest says nothing."""
    if least and most and most < least:
        most = None
    return {"mode": "budget", **({"min_tokens": least} if least else {}), **({"max_tokens": most} if most else {})}


def _offered(value: Any) -> list[str] | None:
    """Return the levels of a list of words, or of objects with `effort`."""
    if isinstance(value, list):
        value = [part(one, "effort") if isinstance(one, dict) else one for one in value[:100]]
    return words(value) or None
