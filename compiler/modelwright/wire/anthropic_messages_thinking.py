"""How a model of Anthropic's Messages is told to think: not at all, for some tokens, as it sees fit, or with an effort."""

from .request_body import at
from .thinking_levels import can_be_off, has_choice, is_off, nearest_level

EFFORT_FIELD = "output_config.effort"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_TOKENS = {"minimal": 1024, "low": 2048, "medium": 8192, "default": 8192, "high": 16384}
"""What levels come to where a model takes numbers (badlogic/pi-mono, packages/ai); `max` is all there is room for."""
_LEAST_TOP_P = 0.95
_LEAST = 1024
"""Smallest budget the protocol takes (https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking)."""
_ANSWER = 1024
"""Tokens that a level leaves for the answer, which has to fit into the output limit beside the thinking."""


def thinking_fields(wanted: "str | int", target: "Target", output_limit: "int | None", losses: "Losses") -> "dict[str, Any]":
    """
    Return the fields of the body that ask for *wanted*, a level or a number of tokens, within *output_limit*; None: not limited yet.

    Where the model's ways are unknown what is asked for is sent: a number as a budget, a level as the effort of adaptive thinking.
    """
    facts = target.thinking
    mode = facts.get("mode", "unspecified")
    field = target.quirks.get("reasoning_field", EFFORT_FIELD)
    if not has_choice(wanted, facts, losses):
        return {}
    if is_off(wanted) and (mode != "levels" or can_be_off(facts)):
        return {"thinking": {"type": "disabled"}}
    if mode == "toggle" or field == "thinking.type":
        return _switched_on(wanted, output_limit, losses)
    if mode == "budget" or (mode == "unspecified" and isinstance(wanted, int)):
        return _budget(wanted, facts, output_limit, losses)
    thinking = {} if mode == "levels" else {"thinking": {"type": "adaptive"}}
    level = _level(wanted, facts.get("levels") or _EFFORTS, losses)
    return thinking if level is None else {**thinking, **at(field, level)}


def is_thinking(fields: "Mapping[str, Any]") -> bool:
    """Tell whether *fields* switch thinking on, which some other settings do not go with."""
    return fields.get("thinking", {}).get("type") in ("enabled", "adaptive")


def sampling(request: "Request", losses: "Losses", *, is_thinking: bool) -> "dict[str, Any]":
    """Return how tokens are picked; who thinks picks freely (…/build-with-claude/extended-thinking)."""
    found: dict[str, Any] = {}
    goes_with_thinking = {"temperature": request.temperature == 1, "top_p": (request.top_p or 0) >= _LEAST_TOP_P, "top_k": False}
    for name, goes in goes_with_thinking.items():
        value = getattr(request, name)
        if value is None:
            continue
        if is_thinking and not goes:
            losses.add(f"{name} {value} beside thinking", "leave out one of them")
        else:
            found[name] = value
    if found.get("temperature", 0) > 1:
        losses.add(f"temperature {request.temperature}", "use 0 to 1", "it is 1")
        found["temperature"] = 1
    return found


def _switched_on(wanted: "str | int", output_limit: "int | None", losses: "Losses") -> "dict[str, Any]":
    if wanted != "default":
        losses.add(f"thinking {wanted!r} to a model that only thinks or not", "use `default` or `none`", "it thinks")
    tokens = _TOKENS["default"] if output_limit is None else max(1, min(_TOKENS["default"], output_limit - 1))
    return _enabled(tokens)  # the protocol asks for a number; who only switches does not heed it


def _budget(wanted: "str | int", facts: "Mapping[str, Any]", output_limit: "int | None", losses: "Losses") -> "dict[str, Any]":
    least = facts.get("min_tokens", _LEAST)
    ends = [facts["max_tokens"]] if "max_tokens" in facts else []
    if output_limit is not None:
        ends.append(output_limit - (1 if isinstance(wanted, int) else _ANSWER))
    most = min(ends, default=None)
    if most is not None and most < least:
        losses.add(f"thinking {wanted!r} within {output_limit} tokens of output", f"raise `max_output_tokens` well above {least}")
        return {}
    if not isinstance(wanted, int):
        tokens = most if wanted == "max" and most is not None else _TOKENS[_known(wanted, facts, losses)]
        return _enabled(max(least, tokens if most is None else min(tokens, most)))
    nearest = max(least, wanted if most is None else min(wanted, most))
    if nearest != wanted:
        losses.add(f"thinking {wanted!r} where {least} to {most or 'any number of'} tokens may be spent", "stay within", f"{nearest} may be spent")
    return _enabled(nearest)


def _known(wanted: str, facts: "Mapping[str, Any]", losses: "Losses") -> str:
    levels = [level for level in facts.get("levels", _TOKENS) if level in _TOKENS] or [*_TOKENS]
    if wanted in levels or wanted == "default":
        return wanted
    level = nearest_level(wanted, levels) or "default"
    losses.add(f"thinking {wanted!r} to this model", f"use a number of tokens or one of {', '.join(levels)}", f"it is {level!r}")
    return level


def _level(wanted: "str | int", levels: "Sequence[str]", losses: "Losses") -> "str | None":
    if wanted == "default":
        return None
    if isinstance(wanted, str) and wanted in levels:
        return wanted
    near = max((level for level in _TOKENS if _TOKENS[level] <= wanted), key=_TOKENS.__getitem__, default="minimal") if isinstance(wanted, int) else wanted
    level = nearest_level(near, levels)
    losses.add(f"thinking {wanted!r} to this model", f"use one of {', '.join(levels)}", f"it is {level!r}" if level else "it is left out")
    return level


def _enabled(tokens: int) -> "dict[str, Any]":
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Target
    from .request_body import Losses
