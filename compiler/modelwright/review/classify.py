"""What kind of change a proposal is, how risky, and whether it is held; the kinds and the policies are vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes.prices import exact
from . import facts
from .plan import ADDED, MISSING, NOTABLE, RENAMED, RETURNED, SAFE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .facts import Flat

_WHOLE = {ADDED: "model-added", MISSING: "model-missing", RETURNED: "model-returned", RENAMED: "model-renamed"}
_BY_NAME = {"name": "name-changed", "thinking": "thinking-changed", "protocol": "protocol-changed", "base_url": "endpoint-changed", "path": "endpoint-changed"}
_BY_GROUP = {"released_on": "date-changed", "lifecycle": "lifecycle-changed"}
_WINDOW = "limits.context_tokens"


def word_of(field: str, old: Any, new: Any) -> str:
    """
    Return the word of `registry/vocabulary/changes.yaml` for a change of *field*; None is what is not said.

    >>> word_of("limits.context_tokens", 200000, 128000), word_of("capabilities.tools", None, True), word_of("input", ["text"], ["text", "image"])
    ('context-shrunk', 'capability-learned', 'modality-gained')
    """
    if field in _WHOLE:
        return _WHOLE[field]
    group = facts.group_of(field)
    if group == "prices":
        return _price(old, new)
    if group == "limits":
        if old is None or new is None:
            return "limit-learned" if old is None else "limit-withdrawn"
        return "limit-raised" if new > old else "context-shrunk" if field == _WINDOW else "limit-shrunk"
    if group == "capabilities":
        return "capability-learned" if old is None else "capability-withdrawn" if new is None else "capability-gained" if new else "capability-lost"
    if group == "modalities":
        return "modality-gained" if set(old or ()) <= set(new or ()) else "modality-lost"
    found = _BY_NAME.get(field) or _BY_GROUP.get(group, "fact-changed")
    return "fact-withdrawn" if new is None and found in ("name-changed", "date-changed", "thinking-changed") else found


def _price(old: Flat | None, new: Flat | None) -> str:
    if not old or not new:
        return "price-learned" if not old else "price-withdrawn"
    moves = [(before, after) for _, before, after in moved(old, new)]
    if any(after > before for before, after in moves):
        return "price-raised"
    return "price-lowered" if moves else "price-changed"


def moved(old: Flat, new: Flat) -> Iterator[tuple[str, Any, Any]]:
    """Yield the figures that differ, as decimals; what is free costs nothing, and a figure only one states is none."""
    for name in dict.fromkeys([*old, *new]):
        before, after = (exact(0) if price.get("state") == "free" else exact(price.get(name)) for price in (old, new))
        if name != "state" and before is not None and after is not None and before != after:
            yield name, before, after


def risk_of(word: str, words: Mapping[str, Any], policy: Mapping[str, Any], old: Any, new: Any) -> str:
    """Return the risk of a change; a price within its policy's band is safe."""
    risk: str = words.get(word, {}).get("risk", NOTABLE)
    if word in ("price-raised", "price-lowered") and "price_band_percent" in policy and _is_within(old, new, policy["price_band_percent"]):
        return SAFE
    return risk


def _is_within(old: Flat, new: Flat, percent: float) -> bool:
    return old.keys() == new.keys() and all(before and abs(after - before) * 100 <= before * (exact(percent) or 0) for _, before, after in moved(old, new))


def hold_of(word: str, words: Mapping[str, Any], policy_name: str, policy: Mapping[str, Any], old: Any, new: Any) -> str | None:
    """Return why the change is not to be approved together with others; None: nothing speaks against it."""
    if (held := words.get(word, {}).get("held")) is not None:
        return str(held)
    if word == _WHOLE[ADDED] and "base_url" in new:
        return f"it would be reached, and sent the credential, at {new['base_url']}"
    if word.startswith("price-") and old and new:
        for name, before, after in moved(old, new):
            if not before or not after:
                return f"{name} crosses zero"
            if max(before, after) / min(before, after) > (exact(policy.get("hold_factor", 10)) or 10):
                return f"{name} moves more than {policy.get('hold_factor', 10)}-fold"
        if old.get("state") != new.get("state"):
            return "the state of the price changes"
    if word in policy.get("by_hand", ()):
        return f"a {policy_name} source: a price is approved by hand"
    return None
