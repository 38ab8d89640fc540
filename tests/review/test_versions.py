"""What changed between two registries: every rule, who follows whom, and laws that hold for any two."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, strategies as st

from compile_golden import FIXTURES, TODAY as ON
from examples import few
from modelwright import pipeline
from modelwright.resources import registry_dir
from modelwright.review.versions import Version, compare
from modelwright.source.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwright.review.plan import Change

Files = dict[str, Any]
BASE = FIXTURES / "_base" / "registry"
KINDS = {"models": "models", "providers": "provider", "vocabulary": "vocabulary"}
WORDS = yaml.safe_load((Path(registry_dir()) / "vocabulary" / "changes.yaml").read_text())["words"]
NEVER = {"PROVIDER_MISSING"}
"""Only a refresh tells of it."""


class Text(yaml.SafeLoader):
    """Leaves days as text, as the registry's reader does."""


Text.yaml_implicit_resolvers = {key: [one for one in rules if "timestamp" not in one[0]] for key, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def base() -> Files:
    """Return the files of the small registry, parsed; `mirror` inherits everything from acme, and has prices of its own."""
    files = {f"{folder}/{path.stem}": yaml.load(path.read_text(), Text) for folder in KINDS for path in (BASE / folder).glob("*.yaml")}
    files["providers/mirror"] = {**copy.deepcopy(files["providers/zenith"]), "id": "mirror", "name": "Mirror", "order": 3, "aliases": ["looking-glass"]}
    files["models/mirror"] = {"provider": "mirror", "inherit_all": {"provider": "acme", "with": ["prices"]}, "models": []}
    return files


def version(files: Files) -> Version:
    """Return the version that *files* are; they must be sound."""
    documents = []
    for path, data in files.items():
        folder = os.path.dirname(path)
        document = Document(f"registry/{path}.yaml", f"registry/{path}.yaml", KINDS[folder], json.dumps(data).encode())
        document.load()
        documents.append(document)
    result = pipeline.resolve(pipeline.Inputs("registry", ON), documents)
    assert result.findings == []
    return Version.of(result.catalog)


def changes(old: Files, new: Files) -> list[Change]:
    return compare(version(old), version(new), WORDS, ON)


def large(files: Files) -> Any:
    return files["models/acme"]["models"][0]


def small(files: Files) -> Any:
    return files["models/acme"]["models"][1]


def route(files: Files, index: int = 0) -> Any:
    return files["providers/acme"]["routes"][index]


def plus(facts: Any, **more: Any) -> None:
    facts.update(more)


def price(files: Files, **more: Any) -> None:
    small(files)["prices"][0].update(more)


def without(facts: Any, *names: str) -> None:
    for name in names:
        del facts[name]


def drop_acme(files: Files) -> None:
    for name in ("models/acme", "providers/acme", "models/mirror"):
        del files[name]


def rename_large(files: Files) -> None:
    plus(large(files), id="acme-huge", aliases=["acme-large"], limits={"context_tokens": 100000, "output_tokens": 64000})


def rename_zenith(files: Files) -> None:
    plus(files["providers/mirror"], id="mirror", aliases=["zenith"])
    files["models/mirror"] = {**files["models/zenith"], "provider": "mirror"}
    without(files, "models/zenith", "providers/zenith")


def rename_zenith_whole(files: Files) -> None:
    rename_zenith(files)
    files["providers/mirror"]["aliases"].append("zen")


S, L = "acme/acme-small", "acme/acme-large"
CASES: list[tuple[str, str, str, Callable[[Files], Any]]] = [
    ("MODEL_ADDED", "safe", "acme/acme-new#model", lambda f: f["models/acme"]["models"].append({"id": "acme-new"})),
    ("MODEL_REMOVED", "breaking", "zenith/zen-1#model", lambda f: f["models/zenith"].update(models=[])),
    ("MODEL_RENAMED", "notable", f"{L}#model", rename_large),
    ("CONTEXT_SHRUNK", "breaking", f"{L}#limits.context_tokens", rename_large),
    ("MODEL_MISSING", "notable", f"{S}#missing_since", lambda f: plus(small(f), missing_since="2026-11-01")),
    ("PROVIDER_ADDED", "safe", "nova#provider", lambda f: f.update({"providers/nova": {**f["providers/mirror"], "id": "nova", "aliases": ["nov"]}})),
    ("PROVIDER_REMOVED", "breaking", "acme#provider", drop_acme),
    ("PROVIDER_RENAMED", "notable", "zenith#provider", rename_zenith),
    ("MODEL_RENAMED", "notable", "zenith/zen-1#model", rename_zenith),
    ("ALIAS_RETARGETED", "notable", "zen#alias", rename_zenith_whole),
    ("ALIAS_ADDED", "safe", "acme/tiny#alias", lambda f: plus(small(f), aliases=["tiny"])),
    ("ALIAS_ADDED", "safe", "ac (zot)#alias", lambda f: plus(f["providers/acme"], aliases=[{"id": "ac", "dialect": "zot"}])),
    ("ALIAS_REMOVED", "breaking", "acme/acme-large-20260131#alias", lambda f: without(large(f), "aliases")),
    ("ALIAS_REMOVED", "breaking", "acme/acme-large-20260131#alias", lambda f: plus(large(f), aliases=[{"id": "acme-large-20260131", "until": ON}])),
    ("ALIAS_REMOVED", "breaking", "looking-glass#alias", lambda f: without(f["providers/mirror"], "aliases")),
    ("ALIAS_RETARGETED", "breaking", "acme/acme-large-20260131#alias", lambda f: plus(small(f), aliases=large(f).pop("aliases"))),
    ("NAME_CHANGED", "safe", f"{S}#name", lambda f: plus(small(f), name="Tiny")),
    ("NAME_CHANGED", "safe", "acme#routes.api.label", lambda f: plus(route(f), label="Key")),
    ("DATE_CHANGED", "safe", f"{S}#released_on", lambda f: plus(small(f), released_on="2026-07-01")),
    ("PRICE_UP", "breaking", f"{S}#price", lambda f: price(f, input_usd_per_mtok=0.6)),
    ("PRICE_DOWN", "notable", f"{S}#price", lambda f: price(f, input_usd_per_mtok=0.4)),
    ("PRICE_CHANGED", "notable", f"{S}#price", lambda f: price(f, cache_read_usd_per_mtok=0.1)),
    ("PRICE_LOST", "breaking", f"{S}#price", lambda f: without(small(f), "prices")),
    ("PRICE_ANNOUNCED", "notable", f"{S}#announced_prices", lambda f: small(f)["prices"].append({"since": "2027-01-01", "input_usd_per_mtok": 9})),
    ("FACT_CHANGED", "notable", f"{L}#earlier_prices", lambda f: plus(large(f)["prices"][0], input_usd_per_mtok=5)),
    ("LIMIT_LEARNED", "safe", f"{S}#limits.output_tokens", lambda f: plus(small(f)["limits"], output_tokens=1000)),
    ("LIMIT_RAISED", "safe", f"{S}#limits.context_tokens", lambda f: plus(small(f)["limits"], context_tokens=200000)),
    ("CONTEXT_SHRUNK", "breaking", f"{S}#limits.context_tokens", lambda f: plus(small(f)["limits"], context_tokens=90000)),
    ("LIMIT_SHRUNK", "breaking", f"{L}#limits.output_tokens", lambda f: plus(large(f)["limits"], output_tokens=32000)),
    ("LIMIT_LOST", "notable", f"{S}#limits.context_tokens", lambda f: without(small(f), "limits")),
    ("CAPABILITY_LEARNED", "safe", f"{S}#capabilities.json", lambda f: plus(small(f)["capabilities"], json=True)),
    ("CAPABILITY_GAINED", "safe", f"{S}#capabilities.tools", lambda f: plus(small(f)["capabilities"], tools=True)),
    ("CAPABILITY_LOST", "breaking", f"{L}#capabilities.tools", lambda f: plus(large(f)["capabilities"], tools=False)),
    ("CAPABILITY_UNSTATED", "notable", f"{L}#capabilities.tools", lambda f: without(large(f)["capabilities"], "tools")),
    ("MODALITY_GAINED", "safe", f"{S}#output", lambda f: plus(small(f), output=["image", "text"])),
    ("MODALITY_LOST", "breaking", f"{L}#input", lambda f: plus(large(f), input=["text"])),
    ("THINKING_CHANGED", "notable", f"{L}#thinking", lambda f: plus(large(f)["thinking"], default_level="high")),
    ("LIFECYCLE_CHANGED", "notable", f"{S}#status", lambda f: plus(small(f), status="retired")),
    ("LIFECYCLE_CHANGED", "notable", f"{L}#replaced_by", lambda f: plus(large(f), replaced_by="zenith/zen-1")),
    ("PROTOCOL_CHANGED", "breaking", "acme#routes.api.protocol", lambda f: plus(route(f), protocol="anthropic-messages")),
    ("PROTOCOL_CHANGED", "breaking", f"{S}#protocol", lambda f: plus(small(f), protocol="anthropic-messages")),
    ("ENDPOINT_CHANGED", "breaking", "acme#routes.api.base_url", lambda f: plus(route(f), base_url="https://api.acme.example/v2")),
    ("ENDPOINT_CHANGED", "breaking", "acme#routes.api.path", lambda f: plus(route(f), path="/chat")),
    ("ENDPOINT_CHANGED", "breaking", "acme#default_route", lambda f: f["providers/acme"]["routes"].reverse()),
    ("AUTH_CHANGED", "breaking", "acme#routes.api.auth", lambda f: plus(route(f)["auth"], env=["ACME_KEY"])),
    ("AUTH_CHANGED", "notable", "acme#routes.api.auth", lambda f: route(f)["auth"]["env"].append("ACME_KEY")),
    ("ROUTE_REMOVED", "breaking", "acme#routes.plan", lambda f: f["providers/acme"]["routes"].pop()),
    ("ROUTE_REMOVED", "breaking", f"{S}#routes", lambda f: plus(small(f), routes=["api"])),
    ("ROUTE_ADDED", "safe", "acme#routes.more", lambda f: f["providers/acme"]["routes"].append({**route(f), "id": "more"})),
    ("FACT_CHANGED", "notable", "acme#docs.home", lambda f: plus(f["providers/acme"]["docs"], home="https://acme.example/new")),
    ("FACT_CHANGED", "notable", "acme#billing", lambda f: plus(f["providers/acme"], billing="free")),
    ("FACT_CHANGED", "notable", f"{S}#upstream_id", lambda f: plus(small(f), upstream_id="sent")),
    ("FACT_LOST", "notable", "acme#docs.prices", lambda f: without(f["providers/acme"]["docs"], "prices")),
    ("FACT_LOST", "notable", f"{S}#released_on", lambda f: without(small(f), "released_on")),
    ("FACT_LOST", "notable", f"{L}#thinking", lambda f: without(large(f), "thinking")),
]
BACK = [
    ("MODEL_RETURNED", f"{S}#missing_since", lambda f: plus(small(f), missing_since="2026-11-01")),
    ("PRICE_LEARNED", f"{S}#price", lambda f: without(small(f), "prices")),
    ("ROUTE_ADDED", f"{S}#routes", lambda f: plus(small(f), routes=["api"])),
]
"""What the way back from an edit gives."""


def told(found: list[Change], identity: str) -> Change:
    return {change.id: change for change in found}[identity]


@pytest.mark.parametrize(("rule", "risk", "identity", "edit"), CASES, ids=[f"{case[0]}-{case[2]}" for case in CASES])
def test_an_edit_gives_the_rule_it_breaks(rule: str, risk: str, identity: str, edit: Callable[[Files], Any]) -> None:
    files = base()
    edit(files)
    change = told(changes(base(), files), identity)
    assert (WORDS[change.word]["rule"], change.risk) == (rule, risk)
    assert (change.id, change.base) == (f"{change.ref}#{change.field}", change.old)


@pytest.mark.parametrize(("rule", "identity", "edit"), BACK, ids=[case[0] for case in BACK])
def test_the_way_back_gives_the_other_rule(rule: str, identity: str, edit: Callable[[Files], Any]) -> None:
    files = base()
    edit(files)
    assert WORDS[told(changes(files, base()), identity).word]["rule"] == rule


def test_every_rule_a_comparison_can_give_has_a_case() -> None:
    assert {word["rule"] for word in WORDS.values()} - NEVER == {case[0] for case in CASES} | {case[0] for case in BACK}


@pytest.mark.parametrize("end", [{"status": "retired"}, {"retires_on": ON}])
def test_what_has_ended_may_go_with_its_aliases(end: dict[str, str]) -> None:
    old, new = base(), base()
    plus(large(old), **end)
    del new["models/acme"]["models"][0]
    found = changes(old, new)
    assert told(found, f"{L}#model").risk == told(found, "acme/acme-large-20260131#alias").risk == "notable"
    assert told(found, "acme/acme-large-20260131#alias").follows == f"{L}#model"
    plus(large(old), status="active", retires_on="2026-11-21")
    assert told(changes(old, new), f"{L}#model").risk == "breaking"


def test_heirs_are_told_each_and_follow_the_model_they_inherit_from() -> None:
    files = base()
    plus(large(files)["limits"], context_tokens=100000)
    assert [(change.id, change.follows) for change in changes(base(), files)] == [
        (f"{L}#limits.context_tokens", None),
        ("mirror/acme-large#limits.context_tokens", f"{L}#limits.context_tokens"),
    ]


def test_an_heir_with_a_change_of_its_own_follows_nobody() -> None:
    files = base()
    plus(large(files)["limits"], context_tokens=100000)
    files["models/mirror"]["models"] = [{"id": "acme-large", "limits": {"context_tokens": 150000}}]
    assert told(changes(base(), files), "mirror/acme-large#limits.context_tokens").follows is None


def test_models_and_aliases_follow_their_provider() -> None:
    files = base()
    without(files, "models/zenith", "providers/zenith")
    found = changes(base(), files)
    assert [(change.id, change.follows) for change in found] == [("zenith#provider", None), ("zenith/zen-1#model", "zenith#provider"), ("zen#alias", "zenith#provider")]


def test_a_change_says_where_its_new_value_was_read_and_whom_it_touches() -> None:
    files = base()
    plus(large(files)["limits"], context_tokens=100000)
    large(files)["prices"][1].update(input_usd_per_mtok=9, source={"from": "a page", "read_on": ON})
    del files["models/acme"]["models"][1]
    found = changes(base(), files)
    assert told(found, f"{L}#limits.context_tokens").source == "acme's model page"
    assert told(found, f"{L}#price").source == "a page"
    assert [str(one) for one in told(found, f"{L}#price").impact] == ["inherit mirror/acme-large"]
    assert [str(one) for one in told(found, f"{S}#model").impact] == [f"replaced_by {L} breaks"]


def test_a_route_that_is_new_is_one_change() -> None:
    files = base()
    files["providers/acme"]["routes"].append({**route(files), "id": "more"})
    assert [change.id for change in changes(base(), files)] == ["acme#routes.more"]


@st.composite
def edited(draw: st.DrawFn) -> Files:
    """Return the small registry with some of the edits that other tests make one by one, those that still fit."""
    files = base()
    for index in draw(st.lists(st.integers(0, len(CASES) - 1), max_size=4, unique=True)):
        before = copy.deepcopy(files)
        try:
            CASES[index][3](files)
            version(files)
        except (KeyError, IndexError, AssertionError, AttributeError):
            files = before
    return files


@few
@given(edited())
def test_a_registry_does_not_differ_from_itself(files: Files) -> None:
    assert changes(files, copy.deepcopy(files)) == []


@few
@given(edited(), edited())
def test_there_and_back_name_the_same_things(left: Files, right: Files) -> None:
    there, back = changes(left, right), changes(right, left)
    assert {change.id for change in there} == {change.id for change in back}
    assert len({change.id for change in there}) == len(there)
    by_id = {change.id: change for change in back}
    assert all((change.old, change.new) == (by_id[change.id].new, by_id[change.id].old) for change in there if change.field not in ("model", "provider"))
