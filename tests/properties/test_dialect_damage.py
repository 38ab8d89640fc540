"""Whatever is damaged in a user's file of any dialect: findings with a place, no secret in them, and what comes with the program works."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, strategies as st

from examples import few
from modelwright import Registry, pipeline
from modelwright.cli import build
from modelwright.diagnostics import render_github, render_json, render_sarif, render_text
from modelwright.diagnostics.secrets import is_secret_name
from modelwright.dialects import all_dialects, detect
from modelwright.rules import reference
from text_strategies import damaged, trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.pipeline import Result
    from modelwright.source.document import Document

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "fixtures" / "dialects").glob("*/*.json"))
DAY = "2026-11-28"
UNTOUCHED = "cohere/command-a-plus-05-2026"
"""A model of which no file says anything."""
CANARY = "hunter2-q7w9-canary"  # a made-up secret, of no form that is known
WRONG: tuple[Any, ...] = (None, True, 7, -1, 1.5, "", "two words\n", "openai", "${x}", "https://h.example", [], {}, [None], [[]], {"id": "x"}, "\x1b[2J", "a" * 600)

Pointer = tuple[str | int, ...]


class Case(NamedTuple):
    """A sound file with a marked secret wherever it has one, and how its dialect is named where that is needed."""

    dialect: str
    named: str | None
    data: Any


@cache
def cases() -> list[Case]:
    found = []
    for file in FILES:
        try:
            data = json.loads(file.read_text())
        except ValueError:
            continue
        _, _, version = file.stem.partition("@")
        name = file.parent.name
        found.append(Case(name, f"{name}@{version}" if version else None if detect(data) == name else name, marked(data)))
    return found


def marked(value: Any, name: str | int = "") -> Any:
    """Return *value* with the canary in place of every secret."""
    if isinstance(value, dict):
        return {key: marked(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [marked(part) for part in value]
    return CANARY if isinstance(value, str) and value.strip() and is_secret_name(name) else value


@cache
def registry() -> tuple[Document, ...]:
    """Return the real registry with the models of two providers."""
    documents = pipeline.read(pipeline.Inputs(str(ROOT / "registry"), DAY))
    return tuple(document for document in documents if not document.path.startswith("registry/models/") or document.path.endswith(("/anthropic.yaml", "/cohere.yaml")))


def compiled(text: str, folder: Path, dialect: str | None, *, trusted: bool = True) -> Result:
    file = folder / "models.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    inputs = pipeline.Inputs(str(ROOT / "registry"), DAY, (pipeline.UserFile(str(file), "user/models.json", "user", trusted, dialect),))
    return pipeline.compile(inputs, documents=[*registry(), *pipeline.read_users(inputs)])


def check(result: Result, folder: Path) -> None:
    """Check that every finding has a place in a file and a cure, that none shows the secret, and that the registry's own models are there."""
    lines = {document.shown: len(document.breaks.split(document.text.decode(errors="replace"))) for document in result.documents}
    for finding in result.findings:
        assert finding.code != "PV901", finding.message
        assert (1, 1) <= (finding.span.line, finding.span.column) <= (finding.span.end_line, finding.span.end_column), finding
        assert finding.span.line <= lines[finding.span.path], finding
        assert finding.message.strip(), finding
        assert finding.help.strip(), finding
    printed = [render_text.render(result.findings), render_json.render(result.findings, files=1), render_github.render(result.findings)]
    printed.append(render_sarif.render(result.findings, list(reference.entries().values())))
    assert [text for text in [*printed, repr(result.findings)] if CANARY in text] == []
    content = build.artifact_bytes(result)
    assert CANARY.encode() not in content
    (folder / "compiled").write_bytes(content)
    assert Registry(str(folder / "compiled")).resolve(UNTOUCHED).facts == untouched(folder)


@cache
def untouched(folder: Path) -> dict[str, Any]:
    """Return the facts of the untouched model as they are without a user's file."""
    result = pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), DAY), list(registry()))
    (folder / "healthy").write_bytes(build.artifact_bytes(result))
    return Registry(str(folder / "healthy")).resolve(UNTOUCHED).facts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage")


def pointers(value: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    yield pointer
    for step, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(part, (*pointer, step))


def changed(draw: st.DataObject, data: Any) -> Any:
    """Return *data* with one part of it replaced, removed, doubled, wrapped, or under another key; a secret stays below a name that says it is one."""
    data = copy.deepcopy(data)
    pointer = draw.draw(st.sampled_from(list(pointers(data))))
    if not pointer:
        return draw.draw(st.sampled_from([data, [data], {"models": data}, *WRONG]) | trees())
    *way, last = pointer
    parent: Any = data
    for step in way:
        parent = parent[step]
    what = draw.draw(st.sampled_from(["replace", "replace", "remove", "double", "wrap", "rename", "add"]))
    if what == "remove":
        del parent[last]
    elif what == "double" and isinstance(parent, list):
        parent.insert(draw.draw(st.integers(0, len(parent))), copy.deepcopy(parent[int(last)]))
    elif what == "wrap":
        reference = {"key" if parent[last] == CANARY else "id": parent[last]}  # where a secret is referred to its id is none
        parent[last] = draw.draw(st.sampled_from([[parent[last]], reference, [[parent[last], 7]]]))
    elif what == "rename" and isinstance(parent, dict) and CANARY not in json.dumps(parent[last]):
        keys = [step for found in pointers(data) for step in found if isinstance(step, str)]
        parent[draw.draw(st.sampled_from([*keys, "x", "", "a\nb", "é", str(last).upper()]))] = parent.pop(last)
    elif what == "add" and isinstance(parent[last], dict):
        parent[last][draw.draw(st.sampled_from(["x", "id", "models", "provider", "$unset"]))] = draw.draw(st.sampled_from(WRONG))
    else:
        parent[last] = draw.draw(st.sampled_from(WRONG) | trees())
    return data


def test_there_is_a_sound_file_of_every_dialect_and_some_hold_secrets() -> None:
    assert {case.dialect for case in cases()} == set(all_dialects())
    assert {case.dialect for case in cases() if CANARY in json.dumps(case.data)} >= {"sophon", "routerly"}


@few
@given(data=st.data())
def test_no_change_to_the_data_of_a_file_is_more_than_findings(data: st.DataObject, folder: Path) -> None:
    case = data.draw(st.sampled_from(cases()))
    said = case.data
    for _ in range(data.draw(st.integers(1, 3))):
        said = changed(data, said)
    check(compiled(json.dumps(said, indent=1), folder, data.draw(st.sampled_from([case.named, case.dialect])), trusted=data.draw(st.booleans())), folder)


@few
@given(data=st.data())
def test_no_damage_to_the_text_of_a_file_is_more_than_findings(data: st.DataObject, folder: Path) -> None:
    case = data.draw(st.sampled_from(cases()))
    text = json.dumps(case.data, indent=data.draw(st.sampled_from([None, 1])))
    parts = re.split(f'("[^"]*": *"{CANARY}")', text)  # secrets stay below their names; one that is called something else is no secret
    for _ in range(data.draw(st.integers(1, 2))):
        index = data.draw(st.sampled_from(range(0, len(parts), 2)))
        parts[index] = data.draw(damaged(st.just(parts[index])))
    check(compiled("".join(parts), folder, case.named), folder)


@few
@given(data=st.data())
def test_the_rows_of_one_dialect_called_another_are_more_than_nothing_and_less_than_a_crash(data: st.DataObject, folder: Path) -> None:
    case = data.draw(st.sampled_from(cases()))
    check(compiled(json.dumps(case.data), folder, data.draw(st.sampled_from(sorted(all_dialects())))), folder)
