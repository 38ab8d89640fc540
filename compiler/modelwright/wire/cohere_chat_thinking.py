"""How a model of Cohere's Chat is told to think: not at all, as much as it sees fit, or for some tokens."""

from .thinking_levels import RANKS, has_choice, is_off, within

_TOKENS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384}
"""What levels come to; above them there is no limit, which is what Cohere recommends."""
_ANSWER = 1024
"""Tokens to leave for the answer (https://docs.cohere.com/docs/reasoning, "Thinking Budgets")."""


def thinking(wanted: "str | int", facts: "Mapping[str, Any]", output_limit: "int | None", losses: "Losses") -> "dict[str, Any] | None":
    """
    Return `thinking` for *wanted*, a level or a number of tokens, within *output_limit*, where *facts* are the model's `thinking`; None: it is not sent.

    Where the model's ways are unknown what is asked for is sent.
    """
    if not has_choice(wanted, facts, losses):
        return None
    if is_off(wanted):
        return {"type": "disabled"}
    if facts.get("mode") == "toggle" and wanted != "default":
        losses.add(f"thinking {wanted!r} to a model that only thinks or not", "use `default` or `none`", "it thinks")
    elif isinstance(wanted, int):
        return _enabled(within(wanted, facts, losses))
    elif wanted in _TOKENS:
        least, most = facts.get("min_tokens", 1), min(facts.get("max_tokens", _TOKENS[wanted]), _TOKENS[wanted])
        return _enabled(max(least, most if output_limit is None else min(most, output_limit - _ANSWER)))
    elif wanted not in RANKS:
        losses.add(f"thinking {wanted!r}", f"use a number of tokens or one of {', '.join(RANKS)}", "it thinks")
    return {"type": "enabled"}


def _enabled(tokens: int) -> "dict[str, Any]":
    return {"type": "enabled", "token_budget": tokens}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .request_body import Losses
