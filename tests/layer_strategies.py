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
_PRICES = ([{"input_usd_per_mtok": 3, "output_usd_per_mtok": 15}], [{"input_usd_per_mtok": 0}, {"cache_read_usd_per_mtok": 0.25, "output_usd_per_mtok": 1}])
_LISTED: list[tuple[str, Any]] = [
    *(("name", name) for name in ("One", "Two", "Three")),
    *(("released_on", day) for day in ("2026-01-31", "2026-02-28")),
    *((f"limits.{key}", number) for key in ("context_tokens", "input_tokens", "output_tokens") for number in (1, 7, 10**6)),
    *((f"capabilities.{key}", answer) for key in ("tools", "json", "streaming") for answer in (True, False)),
    *((key, words) for key in ("input", "output") for words in (["text"], ["image", "text"])),
]
_FACTS = [
    *_LISTED,
    *(("status", status) for status in ("active", "preview")),
    *(("note", note) for note in ("a note", "another")),
    *(("thinking.default_level", level) for level in ("low", "high")),
    *(("base_url", url) for url in ("https://one.example/v1", "https://two.example")),
    *(("prices", prices) for prices in _PRICES),
]
_PATCHES = [
    *_FACTS,
    *((f"price.{key}", figure) for key in ("input_usd_per_mtok", "output_usd_per_mtok") for figure in (0, 0.000001)),
    *(("$unset", name) for name in ("limits", "limits.context_tokens", "capabilities.tools", "thinking", "name", "input", "prices", "status")),
]
_BASES = [("inherit", f"{provider}/{model}") for provider in PROVIDERS for model in MODELS]


_ALWAYS = {"thinking": {"mode": "levels"}, "auth": {"kind": "bearer"}}
"""What the schema asks for."""


def _facts(choices: list[tuple[str, Any]]) -> st.SearchStrategy[Facts]:
    """Return facts of up to six of *choices*: one draw a fact, because drawing takes longer than compiling."""
    return st.lists(st.sampled_from(choices), max_size=6).map(_put_together)


def _put_together(pairs: list[tuple[str, Any]]) -> Facts:
    facts: Facts = {}
    for name, value in pairs:
        key, _, part = name.partition(".")
        if key == "$unset":
            facts[key] = list(dict.fromkeys([*facts.get(key, ()), value]))
        elif part:
            facts.setdefault(key, dict(_ALWAYS.get(key, ())))[part] = value
        else:
            facts[key] = value
    return facts


def _models(choices: list[tuple[str, Any]], *ids: str) -> st.SearchStrategy[Facts]:
    return st.dictionaries(st.sampled_from(ids), _facts(choices), max_size=3)


def _without_circles(registry: Facts) -> Facts:
    """Return *registry* where a model inherits only from those before it in `_BASES`."""
    refs = [ref for _, ref in _BASES]
    for provider, models in registry.items():
        for model, facts in models.items():
            if refs.index(facts.get("inherit", refs[0])) >= refs.index(f"{provider}/{model}"):
                facts.pop("inherit", None)
    return registry


registries = st.fixed_dictionaries({provider: _models([*_FACTS, *_BASES], *MODELS) for provider in PROVIDERS}).map(_without_circles)
"""Provider to model to facts."""
overlays = st.dictionaries(st.sampled_from(PROVIDERS), _models(_PATCHES, *MODELS, NEW))
"""Provider to model to what a file of the user's says."""
inheriting_overlays = st.dictionaries(st.sampled_from(PROVIDERS), _models([*_PATCHES, *_BASES], *MODELS, NEW))
"""The same, where models also inherit, from each other, too."""
sightings = st.dictionaries(st.sampled_from(PROVIDERS), _models(_LISTED, *MODELS, NEW))
"""Provider to model to what a listing says."""


_ENDPOINTS: list[tuple[str, Any]] = [
    *(("base_url", url) for url in ("https://one.example/v1", "https://two.example")),
    ("protocol", "anthropic-messages"),
    *(("auth.kind", kind) for kind in ("bearer", "none")),
    *((f"headers.X-{name}", value) for name in ("Team", "Key") for value in ("a", "b")),
]
_PROVIDER: list[tuple[str, Any]] = [*_ENDPOINTS, ("name", "Renamed"), ("note", "a note"), ("docs.home", "https://home.example"), ("docs.models", "https://models.example")]
_routes = st.dictionaries(st.sampled_from(["api", "b", "a"]), _facts(_ENDPOINTS).filter(bool), min_size=1)
endpoints = st.dictionaries(
    st.sampled_from([*PROVIDERS, "mine"]),
    st.builds(lambda facts, routes: facts | ({"routes": routes} if routes else {}), _facts(_PROVIDER), st.none() | _routes),
)
"""Provider to what a file of the user's says of the provider itself."""


def resolve(registry: Facts, seen: Facts | None = None, **overlaid: Facts) -> Result:
    """Return what *registry* compiles to under sightings and the overlays of the layers `user` and `project`."""
    from modelwright import pipeline

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in registry_files(registry).items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        for layer, overlay in overlaid.items():
            (root / f"{layer}.json").write_text(json.dumps({"providers": {provider: _said(facts) for provider, facts in overlay.items()}}))
        if seen is not None:
            listings = [
                {"provider": provider, "source": "a listing", "seen_at": "2026-11-19T00:00:00Z", "models": [{"id": model} | facts for model, facts in models.items()]}
                for provider, models in seen.items()
            ]
            (root / "sightings.json").write_text(json.dumps({"version": 1, "listings": listings}))
        users = tuple(pipeline.UserFile(str(root / f"{layer}.json"), PLACES[layer], layer) for layer in overlaid)
        return pipeline.resolve(pipeline.Inputs(str(root), TODAY, users, None if seen is None else str(root / "sightings.json")))


def _said(facts: Facts) -> Facts:
    """Return what an overlay says of a provider: of its models, or of itself."""
    is_of_models = all(key in (*MODELS, NEW) for key in facts)
    return {"models": facts} if is_of_models else facts


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
