"""What several dialects say of models in one word, as our facts: that one sees pictures, or thinks; what it costs, zero being free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Pointer
    from .dialect import Part

_IMAGE = "image"
_UNSURE, _NEVER = "unspecified", "none"
_ASKED = ("input_usd_per_mtok", "output_usd_per_mtok")


def put_vision(part: Part, known: Mapping[str, Any], sees: bool, at: Pointer) -> None:
    """Put whether the model *part*, of which *known* is known, takes pictures besides what else it takes."""
    others = [modality for modality in known.get("input", ("text",)) if modality != _IMAGE]
    part.put(("input",), [others[0], _IMAGE, *others[1:]] if sees else others, at)


def put_thinking(part: Part, known: Mapping[str, Any], thinks: bool, at: Pointer) -> None:
    """Put whether the model *part* thinks; how a caller steers that stays as it is known."""
    before = known.get("thinking", {"mode": _NEVER})
    if not thinks and len(before) > 1:
        part.put(("$unset",), ["thinking"], at)
    mode = _NEVER if not thinks else before["mode"] if before["mode"] != _NEVER else _UNSURE
    part.put(("thinking",), {"mode": mode}, at)


def put_price(part: Part, figures: Mapping[str, tuple[Any, Pointer]]) -> None:
    """Put what the model *part* costs: *figures* by our names, each with where it stands. What asks for nothing in and out is free."""
    for key, (value, at) in figures.items():
        part.put(("price", key), value, at)
    if all(key in figures for key in _ASKED) and not any(value for value, _ in figures.values()):
        part.put(("price", "state"), "free", figures[_ASKED[0]][1])
