"""Rows in a file of Sloppy's, which name a model and where it is, and know nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..inference import told
from .wish import UnsayableError, part, replaced, same_id, written

if TYPE_CHECKING:
    from .wish import Meant, Wish

HAS_OWN_PROVIDERS = False
_SYSTEM = "Sloppy"
_TABLE = {"name": ("title",), "input.text": ("text",)}


def add(data: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return *data* with what is wished for."""
    wished = {"title": written(wish, _TABLE, _SYSTEM).get("title"), "apiUrl": wish.base_url, "model": f"{_prefix(wish)}:{wish.model}"}
    rows = part(data, "models", list)
    before: dict[str, Any] = next((one for one in rows if _is(one, wish.provider, wish.model, wish.meant)), {})
    row = {"title": wish.model, "apiKey": "", "apiUrl": ""} | before | {key: value for key, value in wished.items() if value is not None}
    return data | {"models": replaced(rows, row, lambda one: one is before)}


def _prefix(wish: Wish) -> str:
    """Return what Sloppy puts before models of the provider."""
    prefixes = wish.policy["grammar"]["prefixes"]
    found = next((prefix for prefix, providers in prefixes.items() if wish.provider in providers), None)
    if found is None:
        raise UnsayableError(f"Sloppy has no models of `{wish.provider}`; it has those of {', '.join(prefixes)}")
    return str(found)


def remove(data: dict[str, Any], provider: str, model: str, meant: Meant) -> dict[str, Any]:
    """Return *data* without the rows of the model."""
    rows = part(data, "models", list)
    left = [one for one in rows if not _is(one, provider, model, meant)]
    if len(left) == len(rows):
        raise LookupError(f"the file has no row that names `{provider}:{model}`")
    return data | {"models": left}


def _is(row: Any, provider: str, model: str, meant: Meant) -> bool:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("title", "apiUrl", "model")) or not isinstance(row.get("providerCatalogId", ""), str):
        return False
    found = told(meant.known, row)
    return found is not None and found[0] == provider and same_id(found[1], model)
