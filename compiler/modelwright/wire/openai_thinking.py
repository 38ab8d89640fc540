"""
How a model is told to think by servers of OpenAI's protocols: the route's quirk `reasoning_field` names the field, dots between the names of objects, and
`switch_field` that for models that only think or not, where it is another.

What the field takes is told by its last name: `type` is `enabled` or `disabled`, `enable_thinking` is true or false with
`thinking_budget` beside it, `reasoning` is an object of an effort or a number of tokens, and all others take a level.
"""

from .request_body import at, laid_over
from .thinking_levels import RANKS, can_be_off, has_choice, is_off, nearest_level, within

_TOKENS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""What levels come to in tokens, where only levels can be said (https://ai.google.dev/gemini-api/docs/openai, "Thinking")."""
_SWITCHES: "dict[str, tuple[Any, Any]]" = {"type": ("enabled", "disabled"), "enable_thinking": (True, False), "reasoning": ({"enabled": True}, {"effort": "none"})}
"""What is said for on and for off."""
_ON = "medium"


def thinking_fields(wanted: "str | int", target: "Target", usual_field: str, losses: "Losses") -> "dict[str, Any]":
    """
    Return the fields of the body that ask for *wanted*, a level or a number of tokens; *usual_field* is the protocol's own.

    Where the model's ways are unknown what is asked for is sent.
    """
    facts, quirks = target.thinking, target.quirks
    mode, levels = facts.get("mode", "unspecified"), facts.get("levels", ())
    field = (mode == "toggle" and quirks.get("switch_field")) or quirks.get("reasoning_field", usual_field)
    if not has_choice(wanted, facts, losses):
        return {}
    where, _, last = field.rpartition(".")
    on, off = _SWITCHES.get(last, (_ON, "off" if "off" in levels and "none" not in levels else "none"))
    if is_off(wanted) and (mode != "levels" or not levels or can_be_off(facts)):
        return at(field, off)
    if mode == "toggle":
        if wanted != "default":
            losses.add(f"thinking {wanted!r} to a model that only thinks or not", "use `default` or `none`", "it thinks")
        return at(field, on)
    if isinstance(wanted, int) and wanted and mode != "levels" and last in ("enable_thinking", "reasoning"):
        tokens = within(wanted, facts, losses)
        return at(field, {"max_tokens": tokens}) if last == "reasoning" else laid_over(at(field, on), at(f"{where}.thinking_budget".lstrip("."), tokens))
    if last in ("type", "enable_thinking"):
        if wanted != "default":
            losses.add(f"thinking {wanted!r} where it is only switched", "use `default` or `none`", "it thinks")
        return at(field, on)
    if wanted == "default" and wanted not in levels:
        return at(field, on) if last == "reasoning" else {}
    level = _level(wanted, levels, losses)
    return {} if level is None else at(field, {"effort": level} if last == "reasoning" else level)


def may_think(target: "Target", wanted: "str | int | None") -> bool:
    """Tell whether the model is known to think, or, where nothing is known, asked to."""
    mode = target.thinking.get("mode")
    return mode != "none" if mode else wanted is not None and not is_off(wanted)


def _level(wanted: "str | int", levels: "Sequence[str]", losses: "Losses") -> "str | None":
    if isinstance(wanted, str) and (wanted in levels or not levels):
        return wanted
    near = wanted if isinstance(wanted, str) else max((level for level in _TOKENS if _TOKENS[level] <= wanted), key=RANKS.__getitem__, default="minimal")
    level = nearest_level(near, levels or _TOKENS)
    losses.add(f"thinking {wanted!r} to this model", f"use one of {', '.join(levels or _TOKENS)}", f"it is {level!r}" if level else "it is left out")
    return level


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .protocol import Target
    from .request_body import Losses
