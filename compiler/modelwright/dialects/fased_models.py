"""One model of Fased's `models.providers`, as facts of the native form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dialect import Part
from .facts import put_thinking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft, Known

_LIMITS = (("contextTokens", "context_tokens"), ("contextWindow", "context_tokens"), ("maxTokens", "output_tokens"))
_PRICES = {"input": "input_usd_per_mtok", "output": "output_usd_per_mtok", "cacheRead": "cache_read_usd_per_mtok", "cacheWrite": "cache_write_usd_per_mtok"}
_CAPABILITIES = ("tools", "json", "streaming")
_STEERING = ("thinkingMode", "fixedReasoning", "reasoningBudgetSupported", "thinkingLevels", "defaultThinkingLevel")


def model(draft: Draft, provider: str, said: Mapping[str, Any], at: Pointer) -> Part:
    """Return the facts of the model of *provider* that stands *at*; what the registry is to keep silent on goes into *draft*."""
    part = Part()
    known = draft.known.models.get(f"{provider}/{said['id']}", {})
    if "name" in said and not (known and said["name"] == said["id"]):  # Fased wants a name, so the id stands there where nobody gave one
        part.put(("name",), said["name"], (*at, "name"))
    for theirs, ours in _LIMITS:
        if theirs in said:
            part.put(("limits", ours), said[theirs], (*at, theirs))
    can = said.get("capabilities", {})
    for way, value, place in _modalities(known, said, can):
        part.put((way,), value, (*at, *place))
    for name in _CAPABILITIES:
        if name in can:
            part.put(("capabilities", name), can[name], (*at, "capabilities", name))
    first = next((name for name in _STEERING if name in can), None)
    if first is not None:
        part.put(("thinking",), _steered(draft.known, can), (*at, "capabilities", first))
        if "thinking" in known:
            part.put(("$unset",), ["thinking"], (*at, "capabilities", first))
    elif "reasoning" in said and said["reasoning"] != _thinks(known):
        put_thinking(part, known, said["reasoning"], (*at, "reasoning"))
    for theirs, value in _price(said.get("cost", {})):
        part.put(("price", _PRICES[theirs]), value, (*at, "cost", theirs))
    if said.get("pin"):
        draft.pins[f"{provider}/{said['id']}"] = tuple(draft.known.policy.get("catalog_over_user", ()))
    return part


def _price(cost: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the figures somebody meant: what costs nothing at all has no price yet, and a cache that costs nothing has none of its own."""
    if not (cost.get("input") or cost.get("output")):
        return []
    return [(name, value) for name, value in cost.items() if value or name in ("input", "output")]


def _modalities(known: Mapping[str, Any], said: Mapping[str, Any], can: Mapping[str, Any]) -> Iterator[tuple[str, list[str], Pointer]]:
    """Yield what is said of input and output: Fased has pictures in a list, and sound and videos beside it."""
    input_ = said.get("input") or known.get("input", ["text"])
    more = [name for name in ("audio", "video") if can.get(name) and name not in input_]
    if "input" in said or more:
        yield "input", [*input_, *more], ("input",) if "input" in said else ("capabilities", more[0])
    if can.get("speech"):
        output = known.get("output", ["text"])
        yield "output", output if "audio" in output else [*output, "audio"], ("capabilities", "speech")


def _thinks(known: Mapping[str, Any]) -> bool | None:
    mode = known.get("thinking", {}).get("mode")
    return None if mode is None else bool(mode != "none")


def _steered(words: Known, can: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the model thinks where more is said than that it does."""
    named = words.policy.get("thinking_modes", {}).get(can.get("thinkingMode"))
    mode = named or ("always" if can.get("fixedReasoning") else "budget" if can.get("reasoningBudgetSupported") else "levels" if can.get("thinkingLevels") else "unspecified")
    details = {"levels": can.get("thinkingLevels"), "default_level": can.get("defaultThinkingLevel")}
    return {"mode": mode, **{key: value for key, value in details.items() if value}}
