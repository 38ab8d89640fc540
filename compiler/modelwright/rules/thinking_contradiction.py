"""
thinking-contradiction

What it checks
    A model that does not think has no levels, budgets or price of thinking; one whose thinking only switches on and off,
    or is always on, has no levels; levels stand lowest first, in the order of the vocabulary.

Why it matters
    A caller is offered a choice the model does not have, or the lowest level where the highest was meant.

Bad
    thinking: {mode: none, levels: [low, high]}

Good
    thinking: {mode: levels, levels: [low, high]}

Seen
    litellm 1.109.1 wheel: 4 models with a price of thinking that do not think; models.dev@f3fc69229: 2 with levels out of
    order; the review of models.dev#3951 caught entries that said `toggle` where the model takes levels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, is_own, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Pointer

CODE = "PV307"
NAME = "thinking-contradiction"
SEVERITY = "error"

_OF_THINKING = ("levels", "default_level", "min_tokens", "max_tokens")
_PRICE = "reasoning_usd_per_mtok"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model whose thinking mode and facts exclude each other, per price of thinking it does not do, and per list out of order."""
    ranks = {word: entry["rank"] for word, entry in catalog.words("thinking").items() if "rank" in entry}
    for model in catalog.models.values():
        facts = model.facts
        thinking = facts.get("thinking")
        if thinking is None:
            continue
        mode = thinking["mode"]
        if mode == "none":
            if len(thinking) > 1:
                yield from _not_thinking(model, thinking)
            for price in facts.get("prices", ()):
                if _PRICE in price or "tiers" in price or "variants" in price or "off_peak" in price:
                    yield from _priced(model)
                    break
        elif thinking.get("levels"):
            if mode in ("toggle", "always") and is_own(model, "thinking"):
                message = f"the thinking mode of `{model.ref}` is `{mode}`, but it names levels"
                yield Finding(model.place("thinking", "levels"), message, "write `mode: levels` if a caller may pick one, and otherwise remove `levels`")
            known = [level for level in thinking["levels"] if level in ranks]
            ordered = sorted(known, key=ranks.__getitem__)
            if known != ordered and is_own(model, "thinking"):
                message = f"the thinking levels of `{model.ref}` are not in order: {', '.join(known)}"
                yield Finding(model.place("thinking", "levels"), message, f"write them lowest first: [{', '.join(ordered)}]")


def _not_thinking(model: Entry, thinking: Mapping[str, Any]) -> Iterator[Finding]:
    found = [key for key in _OF_THINKING if key in thinking and thinking[key] != []]
    if found and is_own(model, "thinking"):
        message = f"`{model.ref}` does not think (mode `none`), but has {', '.join(f'`{key}`' for key in found)}"
        yield Finding(model.place("thinking", found[0]), message, f"write the mode that fits, or remove {', '.join(f'`{key}`' for key in found)}")


def _priced(model: Entry) -> Iterator[Finding]:
    for price in model.facts["prices"]:
        blocks: list[tuple[Pointer, Mapping[str, Any]]] = [((), price), *((pointer, part) for pointer, part, _ in parts(price))]
        for pointer, part in blocks:
            if part.get(_PRICE) and is_own(model, "thinking", "prices", "price"):
                message = f"`{model.ref}` does not think (mode `none`), but its thinking tokens cost {part[_PRICE]:.12g} USD per million"
                place = price_place(model, price, *pointer, _PRICE) if has_own_prices(model) else model.place("thinking", "mode")
                yield Finding(place, message, f"write the thinking mode that fits, or remove `{_PRICE}`")
