"""The schemas are sound, explain every key to an editor, and their examples are what they describe."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from modelwright.resources import registry_dir, schema_dir
from modelwright.source import layout
from modelwright.source.schemas import KINDS, bundled, properties, resolve, schema
from modelwright.source.validate import validate
from source_golden import ROOT, cases, document

if TYPE_CHECKING:
    from collections.abc import Iterator

every_kind = pytest.mark.parametrize("kind", KINDS)
_NAMED = ("properties", "$defs")
_NESTED = ("items", "additionalProperties", "propertyNames", "then", "else")
INPUTS = ("models", "provider", "vocabulary", "overlay", "sightings")


def subschemas(kind: str, sub: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema within *sub* that a value is held against, with its place; conditions are not."""
    yield path, sub
    for word, value in sub.items():
        if word in _NAMED:
            for name, part in value.items():
                yield from subschemas(kind, part, f"{path}/{word}/{name}")
        elif word == "allOf":
            for index, part in enumerate(value):
                yield from subschemas(kind, part, f"{path}/{word}/{index}")
        elif word in _NESTED and isinstance(value, dict):
            yield from subschemas(kind, value, f"{path}/{word}")


def validator(kind: str, sub: dict[str, Any]) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources((schema(name)["$id"], Resource.from_contents(schema(name))) for name in KINDS)
    return Draft202012Validator({**sub, "$id": schema(kind)["$id"], "$defs": schema(kind).get("$defs", {})}, registry=registry)


def described(kind: str, sub: dict[str, Any]) -> bool:
    return "description" in sub or ("$ref" in sub and described(*resolve(kind, sub["$ref"])))


def test_every_schema_on_disk_is_one_of_the_kinds() -> None:
    assert {file.name for file in Path(schema_dir()).iterdir()} == {f"{kind}.schema.json" for kind in KINDS}


@every_kind
def test_a_schema_is_valid_and_titled(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(kind)["$id"].endswith(f"/{kind}.schema.json")
    assert schema(kind)["title"]
    assert schema(kind)["description"]
    assert schema(kind)["examples"]


@every_kind
def test_every_reference_leads_somewhere_and_every_definition_is_used(kind: str) -> None:
    text = json.dumps([schema(name) for name in KINDS])
    for _, sub in subschemas(kind, schema(kind)):
        if "$ref" in sub:
            resolve(kind, sub["$ref"])
    for name in schema(kind).get("$defs", {}):
        assert f'#/$defs/{name}"' in text, name


@every_kind
def test_everything_a_value_is_held_against_is_described(kind: str) -> None:
    bare = [path for path, sub in subschemas(kind, schema(kind)) if not described(kind, sub) and not set(sub) <= {"properties", "additionalProperties", "required"}]
    assert [path for path in bare if not path.endswith(("/then", "/else")) and not re.search(r"/allOf/\d+$", path)] == []


@every_kind
def test_every_property_is_explained(kind: str) -> None:
    assert [path for path, sub in subschemas(kind, schema(kind)) if path.rpartition("/")[0].endswith("properties") and not described(kind, sub)] == []


@every_kind
def test_every_example_is_what_it_is_an_example_of(kind: str) -> None:
    for path, sub in subschemas(kind, schema(kind)):
        for example in sub.get("examples", ()):
            assert [error.message for error in validator(kind, sub).iter_errors(example)] == [], path


@pytest.mark.parametrize("kind", INPUTS)
def test_no_text_may_hold_what_commands_a_terminal(kind: str) -> None:
    allowed = [path for path, sub in subschemas(kind, schema(kind)) if "string" in sub.get("type", ()) and validator(kind, sub).is_valid("a\x1b[2Jb")]
    assert [path for path in allowed if path not in ("/$defs/inherit", "/$defs/alias")] == []


@pytest.mark.parametrize("kind", INPUTS)
def test_numbers_have_bounds(kind: str) -> None:
    for path, sub in subschemas(kind, schema(kind)):
        if {"integer", "number"} & {*([sub["type"]] if isinstance(sub.get("type"), str) else sub.get("type", ()))}:
            assert {"minimum", "maximum"} <= sub.keys(), path


@every_kind
def test_a_bundle_stands_alone_and_judges_the_same(kind: str) -> None:
    alone = bundled(kind)
    Draft202012Validator.check_schema(alone)
    assert "schema.json#" not in json.dumps(alone)
    checks = [(alone, Draft202012Validator(alone)), (schema(kind), validator(kind, schema(kind)))]
    documents = [*schema(kind)["examples"], *(document(file).data for file in cases("shape") if file.stem.startswith(kind)), {}, None, 5]
    for data in documents:
        first, second = (sorted((list(error.absolute_path), error.message) for error in check.iter_errors(data)) for _, check in checks)
        assert [place for place, _ in first] == [place for place, _ in second]


def test_a_bundle_accepts_the_whole_registry() -> None:
    checks = {kind: Draft202012Validator(bundled(kind)) for kind in INPUTS}
    for read in layout.read_registry(registry_dir())[::7]:
        assert checks[read.kind].is_valid(read.data), read.path


def test_the_properties_of_a_schema_include_those_it_refers_to() -> None:
    names = [name for name, _ in properties("overlay", schema("overlay")["$defs"]["model"])]
    assert {"inherit", "limits", "price"} <= {*names}
    assert "id" not in names


def test_every_registry_file_names_its_schema_first() -> None:
    for file in sorted((ROOT / "registry").rglob("*.yaml")):
        first = file.read_text().partition("\n")[0]
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        kind = {"models": "models", "providers": "provider", "vocabulary": "vocabulary"}[file.parent.name]
        assert named, file
        assert (file.parent / named[1]).resolve() == ROOT / "schemas" / f"{kind}.schema.json"


def test_an_unreadable_document_is_not_judged_by_its_shape() -> None:
    read = document(cases("edges")[0].with_name("unclosed-list.yaml"))
    assert read.problems
    assert validate(read) == []
