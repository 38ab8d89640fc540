"""What was last accepted from a source: `registry/upstream/<source>.json`, the base of the three-way comparison."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from ..source import layout
from ..source.document import Document
from .plan import ADDED, MISSING, RENAMED, RETURNED, Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .plan import Change, Upstream

FOLDER = "upstream"


def path_of(source: str) -> str:
    """Return the file of *source*, below the registry."""
    return f"{FOLDER}/{source}.json"


def document_of(root: str, source: str) -> Document:
    """Return the file of *source* in the registry at *root*; one that is not there has a problem that says so."""
    place = os.path.join(root, FOLDER, f"{source}.json")
    return Document.read(place, f"registry/{path_of(source)}", layout.shown(place), "upstream")


def base_of(document: Document) -> Base:
    """Return the base that a checked document holds."""
    data = document.data
    return Base(models={provider: dict(models) for provider, models in data["models"].items()}, others=data.get("others"), is_known=True)


def render(source: str, origin: Mapping[str, str], base: Base) -> bytes:
    """Return the file: a line a model, sorted, so that a change of one is a change of one line."""
    head = {"version": 1, "source": source, "from": origin["from"], "read_on": origin["read_on"], **({} if base.others is None else {"others": sorted(base.others)})}
    lines = ["{"]
    lines += [f" {_text(key)}: {_text(value)}," for key, value in head.items()]
    lines.append(' "models": {')
    providers = [(provider, models) for provider, models in sorted(base.models.items()) if models]
    for number, (provider, models) in enumerate(providers, start=1):
        lines.append(f"  {_text(provider)}: {{")
        rows = [f"   {_text(identity)}: {_text(said)}" for identity, said in sorted(models.items())]
        lines.append(",\n".join(rows))
        lines.append("  }," if number < len(providers) else "  }")
    lines += [" }", "}"]
    return ("\n".join(lines) + "\n").encode()


_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def moved(base: Base, changes: Iterable[Change]) -> Base:
    """Return *base* with what the approved *changes* took from its source; nothing else of it moves."""
    found = Base(models={provider: dict(models) for provider, models in base.models.items()}, others=None if base.others is None else list(base.others), is_known=True)
    for change in changes:
        if change.field == "provider":
            _move_provider(found, change)
            continue
        models = found.models.setdefault(change.provider, {})
        if change.field in (MISSING, RENAMED):
            models.pop(change.listed_as, None)
        if change.field in (ADDED, RENAMED):
            others = {"id", *(name for filled in change.filled for name in filled.facts)}
            models[change.new["id"]] = {name: value for name, value in change.new.items() if name not in others}
        elif change.field not in (MISSING, RETURNED):
            said = dict(models.get(change.listed_as, {}))
            said.pop(change.field, None)
            models[change.listed_as] = said | ({} if change.new is None else {change.field: change.new})
    found.models = {provider: models for provider, models in found.models.items() if models}
    return found


def _move_provider(base: Base, change: Change) -> None:
    if change.new is None:
        base.models.pop(change.provider, None)
    else:
        base.others = sorted({*(base.others or ()), change.provider})


def adopted(base: Base, upstream: Upstream) -> Base:
    """Return *base* with all that *upstream* says now, whatever the registry says; what was not looked at stays."""
    models = {provider: dict(said) for provider, said in upstream.models.items()}
    if upstream.others is None:
        return Base(models={**base.models, **models}, others=base.others, is_known=True)
    return Base(models=models, others=list(upstream.others), is_known=True)
