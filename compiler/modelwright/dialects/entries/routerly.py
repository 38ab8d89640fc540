"""Rows in a file of Routerly's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import part, replaced, same_id, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .wish import Wish

HAS_OWN_PROVIDERS = False
_SYSTEM = "Routerly"
_FIGURES = {"input_usd_per_mtok": "inputPerMillion", "output_usd_per_mtok": "outputPerMillion", "cache_read_usd_per_mtok": "cachePerMillion"}
_TABLE = {
    "name": ("name",),
    **{f"price.{ours}": ("cost", theirs) for ours, theirs in _FIGURES.items()},
    "price.cache_write_usd_per_mtok": ("cost", "cacheWritePerMillion"),
    "price.tiers": ("cost", "pricingTiers"),
    "price.state": ("cost", "state"),
    "limits.context_tokens": ("contextWindow",),
    "thinking": ("capabilities", "thinking"),
    "input.text": ("capabilities", "text"),
    "input.image": ("capabilities", "vision"),
    "capabilities.tools": ("capabilities", "functionCalling"),
    "capabilities.json": ("capabilities", "json"),
    "budgets": ("limits",),
}
_TEXT = "text"
_OWN = ("id", "name", "apiKey")
"""What a copy of a row does not have of it."""


def add(data: Any, wish: Wish) -> Any:
    """Return *data*, rows or an object with rows, with what is wished for."""
    said = written(wish, _TABLE, _SYSTEM)
    said.get("capabilities", {}).pop(_TEXT, None)
    cost = said.get("cost", {})
    if cost.pop("state", None) == "free":
        cost |= {"inputPerMillion": 0, "outputPerMillion": 0}
    if "pricingTiers" in cost:
        cost["pricingTiers"] = [_tier(tier) for tier in cost["pricingTiers"]]
    row = {"id": wish.model, "provider": wish.key} | _copied(data, wish) | ({} if wish.base_url is None else {"endpoint": wish.base_url})
    for name, value in said.items():
        if value != {}:
            row[name] = {**row.get(name, {}), **value} if isinstance(value, dict) else value
    if wish.budgets:
        row["limits"] = [_limit(budget) for budget in wish.budgets]
    rows = replaced(_rows(data), row, lambda one: _is(one, wish.provider, wish.model, wish.meant))
    return rows if isinstance(data, list) else data | {"models": rows}


def remove(data: Any, provider: str, model: str, meant: Callable[[str], str]) -> Any:
    """Return *data* without the row of the model."""
    rows = _rows(data)
    left = [one for one in rows if not _is(one, provider, model, meant)]
    if len(left) == len(rows):
        raise LookupError(f"the file has no model `{model}` of `{provider}`")
    return left if isinstance(data, list) else data | {"models": left}


def _copied(data: Any, wish: Wish) -> dict[str, Any]:
    """Return the row of the model that it is to be like, but for its names and its key: a row without one has that of its provider's others."""
    provider, _, model = (wish.like or "").partition("/")
    like: dict[str, Any] = next((one for one in _rows(data) if _is(one, provider, model, wish.meant)), {}) if provider == wish.provider else {}
    return {key: value for key, value in like.items() if key not in _OWN}


def _rows(data: Any) -> list[Any]:
    rows: list[Any] = data if isinstance(data, list) else part(data, "models", list)
    return rows


def _is(row: Any, provider: str, model: str, meant: Callable[[str], str]) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("provider"), str):
        return False
    return meant(row["provider"]) == provider and same_id(row["id"], model)


def _tier(tier: Mapping[str, Any]) -> dict[str, Any]:
    return {"metric": "context_tokens", "above": tier["above_input_tokens"], **{_FIGURES[name]: value for name, value in tier.items() if name in _FIGURES}}


def _limit(budget: Mapping[str, Any]) -> dict[str, Any]:
    window = (
        {"windowType": "period", "period": budget["period"]}
        if "period" in budget
        else {"windowType": "rolling", "rollingAmount": budget["rolling_seconds"], "rollingUnit": "second"}
    )
    return {"metric": budget["metric"], **window, "value": budget["value"]}
