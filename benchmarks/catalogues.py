"""Registries of the size of the world: 5,276 models of 147 providers, from the models.dev catalogue or made up."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelwright import pipeline
from modelwright.importers import models_dev
from modelwright.runtime.day import today
from modelwright.source.write_yaml import render_document
from peers import ROOT

if TYPE_CHECKING:
    from modelwright.diagnostics.diagnostic import Diagnostic
    from modelwright.source.document import Document
    from modelwright.source.node import Node, Pointer

Catalogue = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]
"""Provider id to its provider entry and its models, as an importer gives them."""

PROVIDERS, MODELS = 147, 5_276
FOUND = (ROOT.parent / "shared" / "data" / "models-dev-2026-07-02.json", ROOT.parent.parent / "shared" / "data" / "models-dev-2026-07-02.json")
_ROUNDS = 12
_DROP = object()


def read(file: Path) -> Catalogue:
    """Return the catalogue of a models.dev `api.json`."""
    return models_dev.read(json.loads(file.read_bytes()))


def generated() -> Catalogue:
    """Return a made-up catalogue, the same every time: as many providers and models as models.dev has, as unevenly spread."""
    dice = random.Random(MODELS)
    weights = [1 / (rank + 3) ** 1.15 for rank in range(PROVIDERS)]
    sizes = [max(1, round(MODELS * weight / sum(weights))) for weight in weights]
    sizes[0] += MODELS - sum(sizes)
    return {f"host-{number}": (_provider(number), [_model(dice, number, index) for index in range(size)]) for number, size in enumerate(sizes)}


def _provider(number: int) -> dict[str, Any]:
    name = f"host-{number}"
    auth = {"kind": "bearer", "env": [f"HOST_{number}_API_KEY"]}
    route = {"id": "api", "label": "API key", "protocol": "openai-chat", "base_url": f"https://api.{name}.example/v1", "auth": auth}
    return {"id": name, "name": f"Host {number}", "kind": "hosted", "billing": "unknown", "docs": {"models": f"https://{name}.example/models"}, "routes": [route]}


def _model(dice: random.Random, provider: int, index: int) -> dict[str, Any]:
    context = dice.choice([32_768, 131_072, 200_000, 262_144, 1_048_576])
    price = dice.choice([0.1, 0.25, 0.8, 1.25, 2, 3])
    released = f"{dice.choice([2024, 2025])}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    model = {
        "id": f"maker-{dice.randint(1, 40)}/model-{provider}x{index}-{dice.choice(['instruct', 'chat', 'mini', 'large'])}",
        "name": f"Model {provider}-{index}",
        "released_on": released,
        "updated_on": released,
        "limits": {"context_tokens": context, "output_tokens": dice.choice([8_192, 16_384, 32_768])},
        "input": dice.choice([["text"], ["text", "image"], ["text", "image", "pdf"]]),
        "output": ["text"],
        "capabilities": {"tools": dice.random() < 0.8, "temperature": True, "open_weights": dice.random() < 0.5},
        "thinking": dice.choice([{"mode": "none"}, {"mode": "unspecified"}, {"mode": "levels", "levels": ["low", "medium", "high"]}]),
        "prices": [{"input_usd_per_mtok": price, "output_usd_per_mtok": price * 4, "cache_read_usd_per_mtok": price / 10}],
    }
    if dice.random() < 0.5:
        model["knowledge_until"] = "2023-12"
    return model


def write(catalogue: Catalogue, folder: Path, source: str) -> Path:
    """Write *catalogue* as a registry with our vocabulary to *folder*, anew, and return *folder*."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "registry" / "vocabulary", folder / "vocabulary")
    sources = {"default": {"from": source, "read_on": today()}}
    for order, (name, (provider, models)) in enumerate(catalogue.items(), start=1):
        head = {key: provider[key] for key in ("id", "name", "kind")} | {"order": order}
        _write(folder / "providers" / f"{name}.yaml", head | provider | {"sources": sources}, "provider")
        _write(folder / "models" / f"{name}.yaml", {"provider": name, "sources": sources, "models": models}, "models")
    return folder


def _write(file: Path, data: dict[str, Any], schema: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render_document(data, schema=schema), encoding="utf-8")


def curate(folder: Path) -> tuple[Counter[str], int]:
    """
    Drop from the registry at *folder* whatever a finding points at, until nothing is found.

    Models are kept: one whose id is at fault is renamed, and a route without an address is given one. Returns how often
    something was dropped for which finding, and how many findings are left.
    """
    dropped: Counter[str] = Counter()
    findings: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        result = pipeline.compile(pipeline.Inputs(str(folder), today()))
        findings = result.findings
        documents = {document.shown: document for document in result.documents}
        by_document: dict[str, list[Diagnostic]] = {}
        for finding in findings:
            by_document.setdefault(finding.span.path, []).append(finding)
        for shown, found in by_document.items():
            if shown in documents and documents[shown].kind in ("provider", "models"):
                _mend(documents[shown], found)
                dropped.update(f"{finding.code} {finding.name}" for finding in found)
        if not findings:
            break
    return dropped, len(findings)


def _mend(document: Document, findings: list[Diagnostic]) -> None:
    data = json.loads(json.dumps(document.data))
    assert document.root is not None
    places = dict(_places(document.root, ()))
    for finding in findings:
        span = finding.span
        pointer = places.get((span.line - 1, span.column - 1, span.end_line - 1, span.end_column - 1), ())
        if document.kind == "provider":
            for route in data["routes"]:
                route["base_url"] = f"https://{data['id']}.example/v1"
        elif len(pointer) == 2 or pointer[2:] == ("id",):
            model = data["models"][pointer[1]]
            model["id"] = f"{model['id']}-{pointer[1]}"
        elif len(pointer) > 2:
            _replace(data, pointer)
    _write(Path(document.file), _swept(data), document.kind)


def _places(node: Node, pointer: Pointer) -> list[tuple[tuple[int, int, int, int], Pointer]]:
    """Return the place of every node and every key below *node*, with the way to it."""
    found = []
    for step, child in node.children.items():
        way = (*pointer, step)
        found += [((mark.line, mark.column, mark.end_line, mark.end_column), way) for mark in (child.mark, node.keys.get(step)) if mark is not None]
        found += _places(child, way)
    return found


def _replace(data: Any, pointer: Pointer) -> None:
    for step in pointer[:-1]:
        data = data[step]
        if data is _DROP:
            return
    data[pointer[-1]] = _DROP


def _swept(value: Any) -> Any:
    """Return *value* without what was dropped, and without what is empty for it."""
    if isinstance(value, dict):
        swept = {key: _swept(item) for key, item in value.items() if item is not _DROP}
        return {key: item for key, item in swept.items() if item not in ({}, []) or value[key] == item}
    if isinstance(value, list):
        left = [_swept(item) for item in value if item is not _DROP]
        return [item for item, before in zip(left, (item for item in value if item is not _DROP), strict=True) if item != {} or before == {}]
    return value
