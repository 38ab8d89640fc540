"""Merge one layer's facts over another's: per field, as the schema says; what a layer does not name stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fields import model_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ir.catalog import Facts

_FIGURE = "usd"


def merged(base: Facts, patch: Mapping[str, Any]) -> Facts:
    """Return *base* with the fields of *patch* over it; neither is changed."""
    fields, result = model_fields(), dict(base)
    for key, value in patch.items():
        field = fields.get(key)
        result[key] = {**result[key], **value} if field is not None and field.merges and key in result else value
    return result


def without(facts: Facts, names: Iterable[str]) -> Facts:
    """Return *facts* without the fields that *names* gives in dotted form."""
    for name in names:
        head, _, rest = name.partition(".")
        if head in facts and (not rest or isinstance(facts[head], dict)):
            left = without(facts[head], [rest]) if rest else None
            facts = {key: value for key, value in facts.items() if key != head}
            if left:
                facts[head] = left
    return facts


def patched(base: Facts, patch: Mapping[str, Any]) -> Facts:
    """
    Return a model's facts with a user's *patch* over them.

    A limit the user names holds on all days, and a price figure replaces that figure in every entry and its tiers.
    """
    result = merged(without(base, patch.get("$unset", ())), {key: value for key, value in patch.items() if key not in ("price", "$unset", "aliases")})
    if "aliases" in patch:
        result["aliases"] = [*base.get("aliases", ()), *patch["aliases"]]
    if "limits" in patch and "earlier_limits" in base and "earlier_limits" not in patch:
        earlier = [{key: value for key, value in old.items() if key not in patch["limits"]} for old in base["earlier_limits"]]
        result["earlier_limits"] = [old for old in earlier if old.keys() - {"until", "source"}]
        if not result["earlier_limits"]:
            del result["earlier_limits"]
    if "price" in patch:
        result["prices"] = [_priced(entry, patch["price"]) for entry in result.get("prices") or [{}]]
    return result


def _priced(entry: Facts, patch: Mapping[str, Any]) -> Facts:
    if "state" in patch:
        return {key: value for key, value in entry.items() if key in ("since", "until")} | dict(patch)
    changed = {key for key in patch if _FIGURE in key}
    result = {key: value for key, value in entry.items() if key != "state"} | dict(patch)
    for group in ("tiers", "off_peak"):
        if group in result and group not in patch:
            left = [{key: value for key, value in part.items() if key not in changed} for part in result[group]]
            result[group] = [part for part in left if any(_FIGURE in key for key in part)]
            if not result[group]:
                del result[group]
    return result
