"""The form a sighting has to have: that of the schema, with words of the vocabularies only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from modelwright.discover.adapter import Listing
from modelwright.source.document import Document
from modelwright.source.validate import validate

_VOCABULARY = Path(__file__).parent.parent / "registry" / "vocabulary"
_WORDS = {name: set(yaml.safe_load((_VOCABULARY / f"{name}.yaml").read_text(encoding="utf-8"))["words"]) for name in ("capabilities", "modalities", "thinking")}


def listing_of(adapter: str, **facts: Any) -> Listing:
    """Return a listing that *adapter* reads."""
    return Listing(source="acme", provider="acme", adapter=adapter, url="https://api.acme.example/v1/models", **facts)


def problems(models: list[dict[str, Any]]) -> list[str]:
    """Return what schema and vocabularies have against *models*."""
    data = {"version": 1, "listings": [{"provider": "acme", "source": "acme", "seen_at": "2026-11-20T06:00:00Z", "models": models}]}
    document = Document("sightings.json", "sightings.json", "sightings", json.dumps(data, allow_nan=False, ensure_ascii=False).encode())
    document.load()
    found = [f"{problem.pointer} {problem.message}" for problem in [*document.problems, *validate(document)]]
    return found + [f"{model['id']}: {word} is no word of {name}" for model in models for name, words in _words(model).items() for word in sorted(words - _WORDS[name])]


def _words(model: dict[str, Any]) -> dict[str, set[str]]:
    thinking = model.get("thinking", {})
    levels = {thinking.get("default_level"), *thinking.get("levels", ())} - {None}
    return {
        "capabilities": set(model.get("capabilities", ())),
        "modalities": {*model.get("input", ()), *model.get("output", ())},
        "thinking": {thinking["mode"], *levels} if thinking else set(),
    }
