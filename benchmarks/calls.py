"""
Microseconds a call takes in a process that is warm: `calls.py modelwright ARTIFACT`, `calls.py genai-prices`, `calls.py litellm`.

It runs in the interpreter of what it measures and prints JSON. *rotating* goes round up to 4,000 models, *repeated* asks for
one again and again, *first* asks for each of them once.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import timeit
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MODELS = 4_000
_REPEATS = 7
_SECONDS = 0.15
_SIGN_IN = ("github_copilot", "chatgpt")
"""Providers whose models LiteLLM tries to sign in for when it is only asked what they cost."""


def _each(call: Callable[[Any], object], items: Sequence[Any]) -> Callable[[], None]:
    def loop() -> None:
        for item in items:
            call(item)

    return loop


def _rotating(call: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return the median microseconds of *call* over *items*, each of which was asked for before."""
    loop = _each(call, items)
    loop()
    timer = timeit.Timer(loop, timer=time.process_time)
    rounds = max(1, int(_SECONDS / max(timer.timeit(1), 1e-9)))
    return statistics.median(timer.repeat(_REPEATS, rounds)) / rounds / len(items) * 1e6


def _repeated(call: Callable[[Any], object], item: Any) -> float:
    return _rotating(call, [item] * 500)


def _first(call: Callable[[Any], object], items: Sequence[Any]) -> float:
    return timeit.Timer(_each(call, items), timer=time.process_time).timeit(1) / len(items) * 1e6


def _working(call: Callable[[Any], object], items: Sequence[Any]) -> list[Any]:
    """Return the first 4,000 of *items* that *call* has an answer for."""
    found: list[Any] = []
    for item in items:
        try:
            call(item)
        except Exception:  # noqa: BLE001  # whatever the peer raises, it has no answer
            continue
        found.append(item)
        if len(found) == _MODELS:
            break
    return found


def _modelwright(path: str) -> dict[str, float]:
    import modelwright

    def usage() -> modelwright.Usage:
        return modelwright.Usage(input_tokens=10_000, output_tokens=500, cache_read_tokens=9_000)

    def priced(ref: str) -> object:
        return modelwright.cost(registry.resolve(ref), usage())

    registry, used = modelwright.load(path), usage()
    every = [model.ref for model in registry.models()]
    refs = [ref for index, ref in enumerate(every) if index % max(1, len(every) // _MODELS) == 0][:_MODELS]
    first = _first(registry.resolve, refs)
    models = [registry.resolve(ref) for ref in refs]
    priced_models = [model for model in models if modelwright.cost(model, used).state == "priced"]
    return {
        "models": len(refs),
        "resolve first": first,
        "resolve rotating": _rotating(registry.resolve, refs),
        "resolve repeated": _repeated(registry.resolve, refs[0]),
        "cost rotating": _rotating(lambda model: modelwright.cost(model, used), priced_models),
        "cost repeated": _repeated(lambda model: modelwright.cost(model, used), priced_models[0]),
        "usage": _repeated(lambda _: usage(), None),
        "whole rotating": _rotating(priced, [model.ref for model in priced_models]),
        "whole repeated": _repeated(priced, priced_models[0].ref),
    }


def _genai_prices() -> dict[str, float]:
    import genai_prices
    from genai_prices import data_snapshot

    def find(pair: tuple[str, str]) -> object:
        return fresh.find_provider_model(pair[1], None, pair[0], None)

    def usage() -> genai_prices.Usage:
        return genai_prices.Usage(input_tokens=10_000, output_tokens=500, cache_read_tokens=9_000)

    def whole(pair: tuple[str, str]) -> object:
        return genai_prices.calc_price(usage(), pair[1], provider_id=pair[0])

    snapshot, used = data_snapshot.get_snapshot(), usage()
    every = [(provider.id, model.id) for provider in snapshot.providers for model in provider.models]
    pairs = _working(whole, every)
    fresh = data_snapshot.DataSnapshot(providers=snapshot.providers, from_auto_update=False)
    repeated = ("openai", "gpt-4o")
    return {
        "models": len(pairs),
        "resolve first": _first(find, pairs),
        "resolve rotating": _rotating(find, pairs),
        "resolve repeated": _repeated(find, repeated),
        "cost rotating": _rotating(lambda pair: genai_prices.calc_price(used, pair[1], provider_id=pair[0]), pairs),
        "cost repeated": _repeated(lambda pair: genai_prices.calc_price(used, pair[1], provider_id=pair[0]), repeated),
        "whole rotating": _rotating(whole, pairs),
        "whole repeated": _repeated(whole, repeated),
    }


def _litellm() -> dict[str, float]:
    import litellm

    litellm.suppress_debug_info = True

    def cost(name: str) -> object:
        return litellm.cost_per_token(model=name, prompt_tokens=10_000, completion_tokens=500)

    table = {name: entry for name, entry in litellm.model_cost.items() if entry.get("litellm_provider") not in _SIGN_IN}
    known = _working(litellm.get_model_info, list(table))
    costed = _working(cost, [name for name, entry in table.items() if entry.get("mode") == "chat" and "input_cost_per_token" in entry])
    rotating, cost_rotating = _rotating(litellm.get_model_info, known), _rotating(cost, costed)
    return {
        "models": len(known),
        "resolve rotating": rotating,
        "resolve repeated": _repeated(litellm.get_model_info, "gpt-4o"),
        "cost rotating": cost_rotating,
        "cost repeated": _repeated(cost, "gpt-4o"),
        "whole rotating": cost_rotating,
        "whole repeated": _repeated(cost, "gpt-4o"),
    }


if __name__ == "__main__":
    measure = {"modelwright": lambda: _modelwright(sys.argv[2]), "genai-prices": _genai_prices, "litellm": _litellm}[sys.argv[1]]
    print("\n" + json.dumps(measure()))  # on a line of its own, whatever a peer prints
