"""`providers why policy`: what the user's files are read and used by, and whether that is their dialect's word or their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..dialects import NATIVE, policy_word
from ..ir.catalog import Place
from . import output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Catalog

NAME = "policy"
_UNSAID = ("meaning", "source")


def show(catalog: Catalog, field: str | None, format_: str) -> None:
    """Print the policy, or its *field* alone: what holds, and who says so."""
    foreign = next((overlay for overlay in reversed(catalog.overlays) if overlay.trusted and overlay.dialect != NATIVE), None)
    dialect = NATIVE if foreign is None else foreign.dialect
    usual = {key: value for key, value in catalog.words("dialects").get(policy_word(dialect), {}).items() if key not in _UNSAID}
    policy = usual | catalog.settings.get(NAME, {})
    policy.pop("dialect", None)
    if field is not None and field not in policy:
        raise click.ClickException(f"the policy has no {field!r}; it has: {', '.join(policy)}")
    answers = [{"field": key, "value": value, "origins": _origins(catalog, policy_word(dialect), key, usual)} for key, value in policy.items() if field in (None, key)]
    if format_ == "json":
        output.as_json({"ref": NAME, "dialect": dialect, **(answers[0] if field else {"fields": answers})})
        return
    click.echo(f"the policy is that of {dialect}" + ("" if foreign is None else f", in which {printable(foreign.document.shown)} is written"))
    for answer in answers:
        if field:
            click.echo(printable(f"{NAME} {field} = {_text(answer['value'])}"))
        for origin in reversed(answer["origins"]):
            place = f"{origin['path']}:{origin['line']}:{origin['column']}"
            if field:
                click.echo(printable(f"  {'wins' if origin['wins'] else '    '}  {origin['layer']:12} {_text(origin['value'])}  {place}"))
            elif origin["wins"]:
                click.echo(printable(f"{answer['field']:32} {_text(answer['value'])}  [{origin['layer']}]  {place}"))


def _origins(catalog: Catalog, word: str, key: str, usual: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who speaks of *key*, lowest first; the last one wins."""
    registry = next((document for document in catalog.documents if document.kind == "vocabulary" and document.path.endswith("/dialects.yaml")), None)
    said = [("registry", Place(registry, ("words", word, key)), usual[key])] if registry is not None and key in usual else []
    said += [(overlay.name, Place(overlay.document, (NAME, key)), overlay.data[NAME][key]) for overlay in catalog.overlays if overlay.trusted and key in overlay.data.get(NAME, {})]
    spans = [(layer, place.span(), value) for layer, place, value in said]
    return [
        {"layer": layer, "path": span.path, "line": span.line, "column": span.column, "source": None, "day": None, "value": value, "wins": index == len(spans) - 1}
        for index, (layer, span, value) in enumerate(spans)
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
