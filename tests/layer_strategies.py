"""Small registries, overlays and sightings for hypothesis, and what must come of them, worked out a field at a time."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.pipeline import Result

TODAY = "2026-11-20"
PROVIDERS = ("acme", "zenith")
MODELS = ("m1", "m2", "m3", "M4.x")
NEW = "new-one"
PLACES = {"user": "user/models.json", "project": "project/models.json"}

Facts = dict[str, Any]
Leaves = dict[tuple[str, ...], Any]

_SOURCES = {"default": {"from": "a list", "read_on": "2026-11-01"}}
_INHERITED = ("name", "released_on", "limits", "input", "output", "capabilities", "thinking")
_tokens = st.integers(1, 9) | st.just(10**6)
_figure = st.sampled_from([0, 1, 3, 0.25, 0.000001, 15])
_day = st.sampled_from(["2026-01-31", "2026-02-28"])
_limits = st.fixed_dictionaries({}, optional=dict.fromkeys(("context_tokens", "input_tokens", "output_tokens"), _tokens)).filter(bool)
_capabilities = st.dictionaries(st.sampled_from(["tools", "json", "streaming"]), st.booleans(), min_size=1)
_modalities = st.lists(st.sampled_from(["text", "image", "audio"]), min_size=1, unique=True)
_figures = st.dictionaries(st.sampled_from(["input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok"]), _figure, min_size=1)
_listed = {
    "name": st.sampled_from(["One", "Two", "Three"]),
    "released_on": _day,
    "limits": _limits,
    "input": _modalities,
    "output": _modalities,
    "capabilities": _capabilities,
}
_facts = _listed | {
    "status": st.sampled_from(["active", "preview", "deprecated"]),
    "note": st.sampled_from(["a note", "another"]),
    "thinking": st.fixed_dictionaries({"mode": st.sampled_from(["levels", "toggle"])}, optional={"default_level": st.sampled_from(["low", "high"])}),
    "base_url": st.sampled_from(["https://one.example/v1", "https://two.example"]),
    "prices": st.lists(_figures, min_size=1, max_size=2),
}
_unset = st.lists(st.sampled_from(["limits", "limits.context_tokens", "capabilities.tools", "thinking", "name", "input", "prices", "status"]), min_size=1, unique=True)
_patch = st.fixed_dictionaries({}, optional=_facts | {"price": _figures, "$unset": _unset})
_model = st.fixed_dictionaries({}, optional=_facts | {"inherit": st.sampled_from([f"{provider}/{model}" for provider in PROVIDERS for model in MODELS])})

registries = st.fixed_dictionaries({provider: st.dictionaries(st.sampled_from(MODELS), _model) for provider in PROVIDERS})
"""Provider to model to facts."""
overlays = st.dictionaries(st.sampled_from(PROVIDERS), st.dictionaries(st.sampled_from([*MODELS, NEW]), _patch))
"""Provider to model to what a file of the user's says."""
sightings = st.dictionaries(st.sampled_from(PROVIDERS), st.dictionaries(st.sampled_from([*MODELS, NEW]), st.fixed_dictionaries({}, optional=_listed)))
"""Provider to model to what a listing says."""


def overlay_document(overlay: Facts) -> Facts:
    """Return the file that says *overlay*."""
    return {"providers": {provider: {"models": models} for provider, models in overlay.items()}}


def resolve(registry: Facts, seen: Facts | None = None, **overlaid: Facts) -> Result:
    """Return what *registry* compiles to under sightings and the overlays of the layers `user` and `project`."""
    from modelwright import pipeline

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in registry_files(registry).items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        for layer, overlay in overlaid.items():
            (root / f"{layer}.json").write_text(json.dumps(overlay_document(overlay)))
        if seen is not None:
            listings = [
                {"provider": provider, "source": "a listing", "seen_at": "2026-11-19T00:00:00Z", "models": [{"id": model} | facts for model, facts in models.items()]}
                for provider, models in seen.items()
            ]
            (root / "sightings.json").write_text(json.dumps({"version": 1, "listings": listings}))
        users = tuple(pipeline.UserFile(str(root / f"{layer}.json"), PLACES[layer], layer) for layer in overlaid)
        return pipeline.resolve(pipeline.Inputs(str(root), TODAY, users, None if seen is None else str(root / "sightings.json")))


def registry_files(registry: Facts) -> dict[str, str]:
    """Return the files that declare *registry*; what is JSON is YAML, too."""
    files = {}
    for order, (provider, models) in enumerate(registry.items(), start=1):
        route = {"id": "api", "label": "API key", "protocol": "openai-chat", "base_url": "https://h.example/v1", "auth": {"kind": "bearer"}}
        head = {"id": provider, "name": provider, "kind": "hosted", "order": order, "billing": "metered", "routes": [route], "sources": _SOURCES}
        files[f"providers/{provider}.yaml"] = json.dumps(head)
        files[f"models/{provider}.yaml"] = json.dumps({"provider": provider, "sources": _SOURCES, "models": [{"id": model} | facts for model, facts in models.items()]})
    return files


def leaves(facts: Facts) -> Leaves:
    """Return every field a layer can name by itself, with its value."""
    return dict(_leaves(facts))


def _leaves(facts: Facts) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in facts.items():
        if key in ("limits", "capabilities", "thinking"):
            yield from (((key, part), inner) for part, inner in value.items())
        elif key not in ("$unset", "inherit", "price"):
            yield (key,), value


def expected(registry: Facts, seen: Facts, *overlaid: Facts) -> dict[str, Leaves]:
    """Return by ref the fields that must come of it: contract §4, a field at a time and without the compiler."""
    found = {f"{provider}/{model}": _with_inherited(registry, f"{provider}/{model}", ()) for provider, models in registry.items() for model in models}
    for provider, models in seen.items():
        for model, facts in models.items():
            known = found.setdefault(f"{provider}/{model}", {})
            known |= {leaf: value for leaf, value in leaves(facts).items() if leaf not in known or leaf == ("name",)}
    for overlay in overlaid:
        for provider, models in overlay.items():
            for model, patch in models.items():
                found[f"{provider}/{model}"] = _patched(found.get(f"{provider}/{model}", {}), patch)
    return found


def _with_inherited(registry: Facts, ref: str, below: tuple[str, ...]) -> Leaves:
    provider, model = ref.split("/")
    facts = registry[provider][model]
    base = facts.get("inherit")
    own = leaves(facts)
    if base is None or base.split("/")[1] not in registry[base.split("/")[0]] or base in (*below, ref):
        return own
    inherited = _with_inherited(registry, base, (*below, ref))
    return {leaf: value for leaf, value in inherited.items() if leaf[0] in _INHERITED} | own


def _patched(facts: Leaves, patch: Facts) -> Leaves:
    removed = [tuple(name.split(".")) for name in patch.get("$unset", ())]
    result = {leaf: value for leaf, value in facts.items() if not any(leaf[: len(name)] == name for name in removed)} | leaves(patch)
    if "price" in patch:
        result["prices",] = [entry | patch["price"] for entry in result.get(("prices",), [{}])]
    return result
