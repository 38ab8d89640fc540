"""Whatever a listing says, what people wrote stays: every price, limit, capability, endpoint, alias and credential, and that a compile is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings, strategies as st

from modelwright import AmbiguousRefError, Registry, pipeline
from modelwright.cli import build, inputs
from modelwright.cli.asking import Question
from modelwright.cli.gathering import keep_sightings
from modelwright.discover import all_adapters
from modelwright.discover.adapter import Listing, MalformedListingError
from modelwright.discover.reading import Reading
from modelwright.passes import freeze
from modelwright.runtime.endpoint import endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.pipeline import Inputs, Result

Facts = dict[str, Any]

_SOURCES: Facts = {"default": {"from": "a list", "read_on": "2026-11-01"}}
_ROUTE: Facts = {"id": "api", "label": "API key", "protocol": "openai-chat", "base_url": "https://h.example/v1", "auth": {"kind": "bearer", "env": ["A_KEY"]}}
_HEAD: Facts = {"kind": "hosted", "billing": "metered", "routes": [_ROUTE], "sources": _SOURCES}
_PRICES = [{"input_usd_per_mtok": 3, "output_usd_per_mtok": 15}]
REGISTRY: dict[str, Facts] = {
    "providers/acme.yaml": {"id": "acme", "name": "Acme", "order": 1, "aliases": ["ac"], **_HEAD},
    "providers/zenith.yaml": {"id": "zenith", "name": "Zenith", "order": 2, "open_ids": True, **_HEAD},
    "models/acme.yaml": {
        "provider": "acme",
        "sources": _SOURCES,
        "models": [
            {"id": "m1", "name": "One", "aliases": ["big", {"id": "m1-old", "until": "2026-01-01"}], "limits": {"context_tokens": 1000, "output_tokens": 100}, "prices": _PRICES},
            {"id": "M2.x", "capabilities": {"tools": False, "json": False}, "limits": {"context_tokens": 500}, "input": ["text"], "protocol": "anthropic-messages"},
            {"id": "m3", "inherit": "acme/m1", "thinking": {"mode": "none"}, "base_url": "https://other.example/v1", "replaced_by": "acme/m1", "status": "deprecated"},
        ],
    },
    "models/zenith.yaml": {"provider": "zenith", "sources": _SOURCES, "models": [{"id": "z1", "released_on": "2026-01-31", "prices": [{"state": "free"}]}]},
}
USER: Facts = {
    "aliases": {"mine": "acme/m1", "quick": "zenith/z1"},
    "providers": {
        "acme": {
            "models": {"m1": {"limits": {"input_tokens": 900}, "price": {"input_usd_per_mtok": 2}}, "M2.x": {"name": "Two", "aliases": ["second"]}, "New-One": {"input": ["text"]}}
        },
        "ours": {"base_url": "https://ours.example", "models": {"our-model": {"limits": {"context_tokens": 7}, "capabilities": {"streaming": False}, "aliases": ["o1"]}}},
    },
}
NAMED = ["m1", "M1", "big", "BIG", "m1-old", "m2.X", "M2.x", "m3", "z1", "second", "Second", "new-one", "our-model", "o1", "mine", "quick"]
OTHER = ["acme/m1", "zenith/z1", "m2x", "fresh", "ac", "", "../../x", "a\x00b", "x" * 10_000, "…", "\u202em1", "m1 ", "models/m1", "$unset"]
FILLED = {"limits", "capabilities", "input", "output", "released_on"}
"""What a listing may fill."""
ADDED = {"id", "provider", "name", "status", "seen_on", "sources", "origins", *FILLED}
"""What is known of a model that only a listing knows."""

_TOLD: list[tuple[str, Any]] = [
    *((key, tokens) for key in ("context_length", "max_output_tokens", "max_prompt_tokens") for tokens in (1, 7, 10**6)),
    *((f"supports_{word}", says) for word in ("tools", "json", "response_schema", "vision", "streaming") for says in (True, False)),
    *((f"{way}_modalities", words) for way in ("input", "output") for words in (["text"], ["text", "image"])),
    *(("display_name", "Named"), ("released", "2026-02-28"), ("expiration_date", "2026-12-01"), ("deprecated", True), ("preview", True), ("reasoning", True)),
    *(("pricing", {"input": "0.000009", "output": 1}), ("pricing", {"prompt": "0", "completion": "0"}), ("supported_parameters", ["tools", "response_format"])),
]
_OURS = [
    "aliases",
    "base_url",
    "protocol",
    "path",
    "auth",
    "headers",
    "routes",
    "prices",
    "price",
    "status",
    "replaced_by",
    "inherit",
    "$unset",
    "upstream_id",
    "sources",
    "limits",
]
_ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | st.sampled_from([["x"], {"kind": "none"}, [{"id": "big"}], "https://e.example"])
)
_ODD = st.tuples(st.sampled_from([*(key for key, _ in _TOLD), *_OURS]), _ANYTHING)
entries = st.builds(
    lambda identity, told, odd: {"id": identity, **dict(told), **dict(odd)},
    st.sampled_from([*NAMED, *NAMED, *OTHER]),
    st.lists(st.sampled_from(_TOLD), min_size=2, max_size=8),
    st.lists(_ODD, max_size=2),
)
listings = st.fixed_dictionaries({"acme": st.lists(entries, max_size=8), "zenith": st.lists(entries, max_size=3), "ours": st.lists(entries, max_size=3)})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("registry")
    for path, data in REGISTRY.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(json.dumps(data))
    return root


def read(provider: str, adapter: str, reply: Any) -> tuple[Question, Reading]:
    """Return what was asked and how it ended, as a refresh has it."""
    listing = Listing(source=provider, provider=provider, adapter=adapter, url="https://h.example/v1/models")
    try:
        page = all_adapters()[adapter].parse(listing, reply)
        reading = Reading(listing=listing, state="ok", models=tuple(page.models), read_at="2026-11-19T00:00:00Z")
    except MalformedListingError:
        reading = Reading(listing=listing, state="malformed")
    return Question(source=provider, provider=provider, entry={}), reading


def records(result: Result) -> dict[str, Facts]:
    return dict(freeze.models(result.catalog))


def check_kept(before: Facts, after: Facts, *, is_named: bool) -> None:
    """Fail unless *after* says all that *before* does, and more only where a listing may."""
    for name, value in before.items():
        if name == "name" and not is_named:
            continue
        if name in ("origins", "sources"):
            assert after[name].items() >= {group: said for group, said in value.items() if group != "default"}.items()
        elif isinstance(value, dict) and name in FILLED:
            assert {part: after[name][part] for part in value} == value
        else:
            assert after[name] == value
    assert after.keys() - before.keys() <= FILLED | {"seen_on", "origins", "sources"}


def answers(result: Result, place: Path, names: list[str]) -> dict[str, Any]:
    """Return where each name leads in the compiled file, and how it is reached; nothing for one that leads nowhere."""
    place.write_bytes(build.artifact_bytes(result))
    registry = Registry(str(place))
    found: dict[str, Any] = {}
    for name in names:
        try:
            model = registry.resolve(name)
        except AmbiguousRefError as error:
            found[name] = error.args
        else:
            reached = endpoint(registry, model, {"A_KEY": "k", "OURS_API_KEY": "k"})
            found[name] = (model.ref, model.asked_id, reached.url, reached.protocol, reached.headers)
    return found


NAMES = [
    "acme/m1",
    "ac/m1",
    "big",
    "acme/big",
    "m1",
    "M2.x",
    "acme/M2.x",
    "m3",
    "second",
    "acme/second",
    "mine",
    "quick",
    "z1",
    "zenith/z1",
    "our-model",
    "ours/o1",
    "o1",
    "New-One",
]


@settings(max_examples=max(50, settings().max_examples // 4))
@given(said=listings, adapter=st.sampled_from(["openai-models", "openrouter-models", "anthropic-models", "bare-models"]))
def test_no_listing_changes_what_people_wrote(said: dict[str, list[Any]], adapter: str, registry: Path, home: Path, tmp_path: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "models.json").write_text(json.dumps(USER))
    (home / "cache" / "sightings.json").unlink(missing_ok=True)
    asked, readings = zip(*(read(provider, adapter, entries if adapter == "bare-models" else {"data": entries}) for provider, entries in said.items()), strict=True)
    keep_sightings(asked, readings)
    whole: Inputs = inputs.find(str(registry), (), on="2026-11-20")
    alone, seen = pipeline.compile(whole._replace(sightings=None)), pipeline.compile(whole)
    assert alone.is_sound
    assert seen.is_sound, [finding.message for finding in seen.findings if finding.severity == "error"]
    curated, found = records(alone), records(seen)
    for ref, record in curated.items():
        check_kept(record, found[ref], is_named=ref == "acme/M2.x")
    for ref in found.keys() - curated.keys():
        assert found[ref].keys() <= ADDED
    assert list(freeze.providers(seen.catalog)) == list(freeze.providers(alone.catalog))
    assert answers(seen, tmp_path / "seen", NAMES) == answers(alone, tmp_path / "alone", NAMES)
