"""A model as the commands show it: limits, capabilities and the price of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.units import UNITS
from ..runtime.cost import money

if TYPE_CHECKING:
    from ..ir.resolved import Model

CAPABILITIES = ("tools", "parallel_tools", "json", "json_schema", "streaming", "temperature", "dimensions", "batch", "caching", "web_search", "open_weights", "thinking", "vision")


def model(found: Model, day: str) -> dict[str, Any]:
    """Return what `models list` and `models show` give in JSON; None is unknown, prices are text."""
    facts = found.facts
    limits = found.limits_on(day)
    return {
        "ref": found.ref,
        "provider": found.provider,
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "aliases": list(found.aliases),
        "limits": {"context_tokens": limits.context_tokens, "input_tokens": limits.input_tokens, "output_tokens": limits.output_tokens},
        "input": None if found.input is None else list(found.input),
        "output": None if found.output is None else list(found.output),
        "capabilities": {name: found.can(name) for name in CAPABILITIES},
        "thinking": facts.get("thinking"),
        "price": price(facts, day),
        "released_on": facts.get("released_on"),
        "retires_on": facts.get("retires_on"),
        "replaced_by": found.replaced_by,
        "inherits": facts.get("inherits"),
        "seen_on": facts.get("seen_on"),
        "sources": facts.get("sources", {}),
        "origins": facts.get("origins", {}),
    }


def price(facts: dict[str, Any], day: str) -> dict[str, Any]:
    """Return the price that holds on *day*: its state, every figure as text or None, its tiers."""
    entry: dict[str, Any] = next((entry for entry in facts.get("prices", ()) if entry.get("since", "") <= day < entry.get("until", "~")), {})
    figures = _figures(entry)
    state = entry.get("state", "priced" if figures else "unknown")
    tiers = [{"above_input_tokens": tier["above_input_tokens"], **_figures(tier)} for tier in entry.get("tiers", ())]
    known = {key: figures.get(key) for key, *_ in UNITS[:3]}
    return {"state": state, **known, **figures, "tiers": tiers, "since": entry.get("since"), "until": entry.get("until")}


def _figures(block: dict[str, Any]) -> dict[str, str]:
    from ..runtime.cost import scaled

    return {key: money(scaled(block[key]) * 10**6) for key, *_ in UNITS if key in block}


def tokens(number: int | None) -> str | None:
    """
    Return a number of tokens for a person.

    >>> tokens(200_000), tokens(1_048_576), tokens(None)
    ('200,000', '1,048,576', None)
    """
    return None if number is None else f"{number:,}"
