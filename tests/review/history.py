"""
What happened between two days of models.dev, worked out from its two files alone.

Nothing here is of the importer, the comparison or the apply: fields are named as they are in `api.json`, beside the names and
the classes that they have with us.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Said = dict[str, Any]
"""What is said of one model: our name of a field to its value; what is not said is not there."""

FIGURES = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
    "reasoning": "reasoning_usd_per_mtok",
    "input_audio": "input_audio_usd_per_mtok",
    "output_audio": "output_audio_usd_per_mtok",
}
TEXTS = {"name": "name", "release_date": "released_on", "last_updated": "updated_on", "knowledge": "knowledge_until"}
LIMITS = {"context": "limits.context_tokens", "input": "limits.input_tokens", "output": "limits.output_tokens"}
FLAGS = {"tool_call": "capabilities.tools", "structured_output": "capabilities.json_schema", "temperature": "capabilities.temperature", "open_weights": "capabilities.open_weights"}
STATUS = {"alpha": "preview", "beta": "preview", "deprecated": "deprecated"}


def said(model: dict[str, Any]) -> Said:
    """Return what models.dev says of a model. A limit of zero, an empty date and reasoning without an option say nothing; all zeros are free."""
    found: Said = {ours: model[theirs] for theirs, ours in TEXTS.items() if model.get(theirs)}
    found |= {ours: model["limit"][theirs] for theirs, ours in LIMITS.items() if model.get("limit", {}).get(theirs)}
    found |= {ours: model[theirs] for theirs, ours in FLAGS.items() if theirs in model}
    found |= {side: sorted(set(kinds)) for side in ("input", "output") if (kinds := model.get("modalities", {}).get(side))}
    if model.get("status") in STATUS:
        found["status"] = STATUS[model["status"]]
    if "reasoning" in model:
        found["thinking"] = thinking(model["reasoning"], {option["type"]: option for option in model.get("reasoning_options", [])})
    if "cost" in model:
        found["price"] = price(model["cost"], model.get("experimental", {}).get("modes", {}))
    return found


def thinking(reasons: bool, options: dict[str, Any]) -> Said:
    if not reasons:
        return {"mode": "none"}
    levels = [level for level in options.get("effort", {}).get("values", []) if level not in (None, "null")]
    mode = "levels" if levels else "budget" if "budget_tokens" in options else "toggle" if "toggle" in options else "unspecified"
    budget = {f"{bound}_tokens": tokens for bound, tokens in options.get("budget_tokens", {}).items() if bound != "type" and tokens >= 0}
    return {"mode": mode, **({"levels": levels} if levels else {}), **budget}


def price(cost: dict[str, Any], modes: dict[str, Any]) -> Said:
    found = figures(cost, "", FIGURES)
    for tier in cost.get("tiers", []):
        found |= figures(tier, f"tiers.{tier['tier']['size']}.", FIGURES)
    for mode, how in modes.items():
        found |= figures(how.get("cost", {}), f"variants.{how.get('provider', {}).get('body', {}).get('service_tier', mode)}.", FIGURES)
    return found if any(found.values()) else {"state": "free"}


def figures(block: dict[str, Any], prefix: str, names: dict[str, str]) -> Said:
    return {prefix + ours: float(f"{block[theirs]:.12g}") for theirs, ours in names.items() if theirs in block}


def held(model: dict[str, Any]) -> Said:
    """Return what an entry of the registry says, its price the one without an end."""
    found: Said = {name: model[name] for name in (*TEXTS.values(), "status", "thinking") if name in model}
    found |= {side: sorted(model[side]) for side in ("input", "output") if side in model}
    found |= {f"{group}.{name}": value for group in ("limits", "capabilities") for name, value in model.get(group, {}).items() if value != 0 or group == "capabilities"}
    if found.get("thinking", {}).get("levels") == []:
        found["thinking"] = {"mode": "unspecified"}
    for one in model.get("prices", []):
        if "until" not in one:
            ours = dict.fromkeys(FIGURES.values())
            names = {name: name for name in ours}
            flat = figures(one, "", names)
            for tier in one.get("tiers", []):
                flat |= figures(tier, f"tiers.{tier['above_input_tokens']}.", names)
            for name, variant in one.get("variants", {}).items():
                flat |= figures(variant, f"variants.{name}.", names)
            found["price"] = flat if any(flat.values()) else {"state": "free"}
    return found


def can_be_held(model: dict[str, Any]) -> bool:
    """Tell whether a registry can hold a model as it is published: its id, name, day and the names of its figures."""
    costs = [model.get("cost", {}), *model.get("cost", {}).get("tiers", []), *(how.get("cost", {}) for how in model.get("experimental", {}).get("modes", {}).values())]
    has_known_figures = all(cost.keys() <= FIGURES.keys() | {"tiers", "tier", "context_over_200k"} for cost in costs)
    days = [model.get(name) for name in ("release_date", "last_updated", "knowledge")]
    has_days = all(not day or re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?", day) for day in days)
    return has_known_figures and has_days and " " not in model["id"] and model.get("name", "").isprintable()


def class_of(name: str, old: Any, new: Any) -> str:
    """Return the kind of change, by the words of the vocabulary."""
    group = name.partition(".")[0]
    if name == "price":
        return class_of_price(old, new)
    if name in ("input", "output"):
        return "modality-gained" if set(old or ()) <= set(new or ()) else "modality-lost"
    if name == "status":
        return "lifecycle-changed"
    if group in ("limits", "capabilities"):
        noun = {"limits": "limit", "capabilities": "capability"}[group]
        if old is None or new is None:
            return f"{noun}-learned" if old is None else f"{noun}-withdrawn"
        if group == "capabilities":
            return "capability-gained" if new else "capability-lost"
        return "limit-raised" if new > old else "context-shrunk" if name == "limits.context_tokens" else "limit-shrunk"
    if new is None:
        return "fact-withdrawn"
    return {"name": "name-changed", "thinking": "thinking-changed"}.get(name, "date-changed")


def class_of_price(old: Said | None, new: Said | None) -> str:
    if old is None or new is None:
        return "price-learned" if old is None else "price-withdrawn"
    both = [name for name in {*old, *new} - {"state"} if (name in old or "state" in old) and (name in new or "state" in new)]
    if any(new.get(name, 0) > old.get(name, 0) for name in both):
        return "price-raised"
    return "price-lowered" if any(new.get(name, 0) < old.get(name, 0) for name in both) else "price-changed"


def slug(provider: str) -> str:
    return re.sub("[^a-z0-9]+", "-", provider.lower())


def by_ref(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the models of the providers that both have, by ref; an id that only differs in case from one that is gone is still that one."""
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for provider in old.keys() & new.keys():
        before, after = ([model["id"] for model in catalogue[provider]["models"].values()] for catalogue in (old, new))
        gone = {identity.lower(): identity for identity in before if identity not in after}
        was |= {f"{slug(provider)}/{model['id']}": model for model in old[provider]["models"].values()}
        now |= {f"{slug(provider)}/{gone.get(model['id'].lower(), model['id'])}": model for model in new[provider]["models"].values()}
    return was, now


def happened(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each difference of two catalogues: what it is about, and of which kind it is."""
    for provider in old.keys() ^ new.keys():
        kind = "added" if provider in new else "missing"
        yield f"models-dev:{slug(provider)}#{kind}", f"provider-{kind}"
    was, now = by_ref(old, new)
    for ref in was.keys() ^ now.keys():
        if ref in now or can_be_held(was[ref]):  # else it was never in the registry, and its entry is for a person to mend
            kind = "added" if ref in now else "missing"
            yield f"{ref}#{kind}", f"model-{kind}"
    for ref in was.keys() & now.keys():
        before, after = said(was[ref]), said(now[ref])
        for name in {*before, *after} if can_be_held(was[ref]) else ():
            if before.get(name) != after.get(name):
                yield f"{ref}#{name}", class_of(name, before.get(name), after.get(name))
