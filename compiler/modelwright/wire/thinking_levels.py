"""The order of thinking levels, and what to take where a model has not the one that is asked for."""

RANKS = {"none": 0, "off": 0, "minimal": 1, "low": 2, "medium": 3, "default": 3, "high": 4, "xhigh": 5, "max": 6}
"""As in `registry/vocabulary/thinking.yaml`."""


def is_off(wanted: "str | int") -> bool:
    """Tell whether *wanted*, a level or a number of tokens, asks for no thinking."""
    return wanted in ("none", "off", 0)


def has_choice(wanted: "str | int", facts: "Mapping[str, Any]", losses: "Losses") -> bool:
    """Tell whether *facts*, a model's `thinking`, leave a choice; where they do not, *wanted* is what it does anyway or cannot be said."""
    mode = facts.get("mode")
    if mode not in ("none", "always"):
        return True
    if not (is_off(wanted) if mode == "none" else wanted == "default"):
        losses.add(f"thinking {wanted!r} to a model that has no choice", "leave out `thinking`")
    return False


def within(wanted: int, facts: "Mapping[str, Any]", losses: "Losses") -> int:
    """Return the number of tokens nearest to *wanted* that *facts* allow."""
    least, most = facts.get("min_tokens", 1), facts.get("max_tokens")
    nearest: int = max(least, wanted if most is None else min(wanted, most))
    if nearest != wanted:
        losses.add(f"thinking {wanted!r} where {least} to {most or 'any number of'} tokens may be spent", "stay within", f"{nearest} may be spent")
    return nearest


def can_be_off(facts: "Mapping[str, Any]") -> bool:
    """Tell whether *facts*, a model's `thinking`, name a level at which it does not think."""
    return any(is_off(level) for level in (*facts.get("levels", ()), facts.get("default_level", "")))


def nearest_level(wanted: str, levels: "Iterable[str]") -> "str | None":
    """
    Return the highest of *levels* that is not above *wanted*, else the lowest that thinks; None when none thinks.

    >>> nearest_level("xhigh", ["low", "high"]), nearest_level("minimal", ["low", "high"]), nearest_level("high", ["none"])
    ('high', 'low', None)
    """
    thinking = sorted((level for level in levels if RANKS.get(level, 0)), key=lambda level: RANKS[level])
    below = [level for level in thinking if RANKS[level] <= RANKS.get(wanted, 0)]
    return below[-1] if below else next(iter(thinking), None)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .request_body import Losses
