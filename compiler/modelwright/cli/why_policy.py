"""`providers why policy`: what the user's files are read and used by, with the numbers of routing policies, and whether that is their dialect's word or their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..dialects import NATIVE, policy_word
from ..ir.catalog import Place
from . import output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ir.catalog import Catalog, Source

NAME = "policy"
_ROUTING = "routing_policies"
_UNSAID = ("meaning", "source")


def show(catalog: Catalog, field: str | None, format_: str) -> None:
    """Print the policy, or its *field* alone: what holds, and who says so."""
    foreign = next((overlay for overlay in reversed(catalog.overlays) if overlay.trusted and overlay.dialect != NATIVE), None)
    dialect = NATIVE if foreign is None else foreign.dialect
    usual = {key: value for key, value in catalog.words("dialects").get(policy_word(dialect), {}).items() if key not in _UNSAID}
    policy = usual | catalog.settings.get(NAME, {})
    policy.pop("dialect", None)
    said = [(key, value, _origins(catalog, policy_word(dialect), key, usual)) for key, value in policy.items()]
    said += _numbers(catalog, policy.get(_ROUTING, ()), next((origins for key, _, origins in said if key == _ROUTING), []))
    answers = [{"field": key, "value": value, "origins": origins} for key, value, origins in said if field is None or key == field or key.startswith(f"{field}.")]
    if not answers:
        raise click.ClickException(f"the policy has no {field!r}; it has: {', '.join(key for key, _, _ in said)}")
    if format_ == "json":
        output.as_json({"ref": NAME, "dialect": dialect, **(answers[0] if field == answers[0]["field"] and len(answers) == 1 else {"fields": answers})})
        return
    click.echo(f"the policy is that of {dialect}" + ("" if foreign is None else f", in which {printable(foreign.document.shown)} is written"))
    for answer in answers:
        if field:
            click.echo(printable(f"{NAME} {answer['field']} = {_text(answer['value'])}"))
        for origin in reversed(answer["origins"]):
            place = f"{origin['path']}:{origin['line']}:{origin['column']}"
            if field:
                click.echo(printable(f"  {'wins' if origin['wins'] else '    '}  {origin['layer']:12} {_text(origin['value'])}  {place}"))
            elif origin["wins"]:
                click.echo(printable(f"{answer['field']:32} {_text(answer['value'])}  [{origin['layer']}]  {place}"))


def _numbers(catalog: Catalog, policies: Sequence[Any], origins: Sequence[Mapping[str, Any]]) -> list[tuple[str, Any, list[dict[str, Any]]]]:
    """Return the numbers that the routing *policies* go by, by dotted name, with who says so: the vocabulary, or whoever named the policy last."""
    vocabulary = _vocabulary(catalog, "routing-policies")
    found = []
    for index, one in enumerate(policies):
        name, own = (one, {}) if isinstance(one, str) else (one["name"], one)
        usual = catalog.words("routing-policies").get(name, {}).get("numbers", {})
        for key in ("weight", *usual):
            spoken = [_origin("registry", Place(vocabulary, ("words", name, "numbers", key)), usual[key])] if vocabulary is not None and key in usual else []
            spoken += [{**origins[-1], "value": own[key]}] if key in own else []
            if not spoken:
                spoken = [{**origin, "value": len(policies) - index} for origin in origins[-1:]]
            found.append((f"{_ROUTING}.{name}.{key}", spoken[-1]["value"], [{**origin, "wins": origin is spoken[-1]} for origin in spoken]))
    return found


def _vocabulary(catalog: Catalog, name: str) -> Source | None:
    return next((document for document in catalog.documents if document.kind == "vocabulary" and document.path.endswith(f"/{name}.yaml")), None)


def _origins(catalog: Catalog, word: str, key: str, usual: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who speaks of *key*, lowest first; the last one wins."""
    registry = _vocabulary(catalog, "dialects")
    said = [("registry", Place(registry, ("words", word, key)), usual[key])] if registry is not None and key in usual else []
    said += [(overlay.name, Place(overlay.document, (NAME, key)), overlay.data[NAME][key]) for overlay in catalog.overlays if overlay.trusted and key in overlay.data.get(NAME, {})]
    return [{**_origin(layer, place, value), "wins": index == len(said) - 1} for index, (layer, place, value) in enumerate(said)]


def _origin(layer: str, place: Place, value: Any) -> dict[str, Any]:
    span = place.span()
    return {"layer": layer, "path": span.path, "line": span.line, "column": span.column, "source": None, "day": None, "value": value}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
