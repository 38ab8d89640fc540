"""The shipped registry: nothing wrong with it, every fact sourced and written once, and no dearer to open for its size."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from modelwright import Registry, load, pipeline
from modelwright.emit import artifact as format_, json_document, providers_markdown
from modelwright.passes.fields import model_fields
from modelwright.resources import registry_dir
from modelwright.rules import all_rules
from modelwright.runtime import artifact as reader
from modelwright.source.schemas import bundled

if TYPE_CHECKING:
    from collections.abc import Iterator

ON = "2026-11-28"
ROOT = Path(registry_dir())
FILES = sorted(ROOT.rglob("*.yaml"))
MOST_WAIVERS = 40
MOST_BYTES = 200_000
WRITTEN_TWICE = {
    ("byteplus-coding", "volcengine-coding", "ark-code-latest"): "each picks among its own site's models",
}
"""Models of two providers with the same facts and no `inherit`, and why that is right."""


@pytest.fixture(scope="module")
def checked() -> pipeline.Result:
    return pipeline.compile(pipeline.Inputs(str(ROOT), ON))


@pytest.fixture(scope="module")
def written() -> list[tuple[str, dict[str, Any]]]:
    """Return provider and entry of every model that stands in a file."""
    documents = (yaml.safe_load(path.read_text()) for path in FILES if path.parent.name == "models")
    return [(document["provider"], entry) for document in documents for entry in document["models"]]


def test_no_rule_finds_anything(checked: pipeline.Result) -> None:
    assert [f"{finding.span}: {finding.code} {finding.message}" for finding in checked.findings] == []
    assert len(all_rules()) >= 46


def _waivers() -> Iterator[tuple[str, str]]:
    for path in FILES:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if "providers: allow" in line:
                yield f"{path.relative_to(ROOT)}:{number}", line.partition("#")[2].strip()


def test_waivers_are_few_and_each_is_for_one_line_one_rule_and_a_reason() -> None:
    codes = {rule.CODE for rule in all_rules()}
    found = dict(_waivers())
    for place, text in found.items():
        match = re.fullmatch(r"providers: allow (PV\d{3}) \(([^()]{10,})\)", text)
        assert match is not None, f"{place}: {text}"
        assert match[1] in codes, place
    assert len(found) <= MOST_WAIVERS


def test_there_are_enough_models_of_every_provider_that_can_have_them(checked: pipeline.Result) -> None:
    catalog = checked.catalog
    assert len(catalog.models) >= 900
    without = {name for name in catalog.providers if not any(catalog.models_of(name))}
    assert without == {name for name, provider in catalog.providers.items() if name in without and (provider.facts["kind"] == "search" or provider.facts.get("open_ids"))}


def test_every_group_of_facts_of_every_model_has_a_source(artifact: Path) -> None:
    groups = {name: field.group for name, field in model_fields().items() if field.group and name not in ("name", "aliases")}
    bare = []
    for model in Registry(str(artifact)).models():
        facts = model.facts
        sources = facts["sources"]
        # what compiling adds where a file says nothing: a status
        stated = {groups[name] for name in facts if name in groups and (name, facts[name]) != ("status", "active")}
        bare += [f"{model.ref}: {group}" for group in stated if group not in sources and "default" not in sources]
        assert all(source["from"] and not source["from"].startswith("http") and source["read_on"] <= ON for source in sources.values()), model.ref
    assert bare == []


def test_everything_inherited_is_there(checked: pipeline.Result, written: list[tuple[str, dict[str, Any]]]) -> None:
    inherited = [rule if isinstance(rule, str) else rule["model"] for _, entry in written if (rule := entry.get("inherit"))]
    assert len(inherited) >= 500
    assert [ref for ref in inherited if ref not in checked.catalog.models] == []


def test_no_two_providers_write_the_same_facts(written: list[tuple[str, dict[str, Any]]]) -> None:
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for provider, entry in written:
        if "inherit" not in entry:
            name = entry["id"].rpartition("/")[2].lower()
            facts = [name, *(entry.get(field) for field in ("limits", "released_on", "capabilities"))]
            seen[json.dumps(facts, sort_keys=True, default=str)].append((provider, name))
    twice = {(*sorted(provider for provider, _ in found), found[0][1]) for found in seen.values() if len({provider for provider, _ in found}) > 1}
    assert twice == set(WRITTEN_TWICE)


def test_the_page_of_providers_is_what_the_registry_gives(checked: pipeline.Result) -> None:
    assert (ROOT.parent / "docs" / "providers.md").read_text() == providers_markdown.emit(checked.catalog)


def test_what_is_compiled_fits_its_schema(checked: pipeline.Result) -> None:
    document = json.loads(json_document.emit(checked.catalog, digest=checked.digest, compiler="test"))
    wrong = Draft202012Validator(bundled("artifact")).iter_errors(document)
    assert [f"{error.json_path}: {error.message[:200]}" for error in wrong] == []


@pytest.fixture
def grown(artifact: Path, tmp_path: Path) -> Path:
    """Return the artifact with a hundred thousand more records."""
    head, *lines = artifact.read_bytes().splitlines(keepends=True)
    more = [format_._line(f"model:zz/{number:06}", '{"id":"m","provider":"zz"}') for number in range(100_000)]
    body = b"".join(sorted([*lines, *more]))
    header = json.loads(head.rpartition(b"\t")[0]) | {"body_bytes": len(body), "records": len(lines) + len(more)}
    path = tmp_path / "grown.artifact"
    path.write_bytes(format_._checked(format_._encode(header).encode()) + body)
    return path


@pytest.mark.parametrize("kind", ["artifact", "grown"])
def test_opening_and_asking_reads_little_however_much_there_is(kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    path: Path = request.getfixturevalue(kind)
    read: list[int] = []
    pread = reader._pread

    def counted(file: int, length: int, position: int) -> bytes:
        read.append(length)
        return pread(file, length, position)

    monkeypatch.setattr(reader, "_pread", counted)
    assert load(path).resolve("anthropic/claude-sonnet-4-5").limits.output_tokens == 64_000
    assert 0 < sum(read) < MOST_BYTES < path.stat().st_size
