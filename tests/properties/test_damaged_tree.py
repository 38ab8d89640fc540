"""Whatever is damaged in one file, a compile ends with findings that have a place and a cure, and the rest is as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from damage import KINDS, compile_tree, lay
from modelwright.cli import build
from modelwright.source.document import Document
from modelwright.source.validate import validate
from modelwright.source.write_yaml import flow
from text_strategies import TOKENS, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelwright.pipeline import Result

every_kind = pytest.mark.parametrize("kind", KINDS)
WRONG: tuple[Any, ...] = (None, 7, True, "two words\n", [], {}, [None], {"unlike": None})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def healthy(root: Path) -> dict[str, Any]:
    """Return the facts of what no test here damages: a provider of the registry and one of the user's, each with its model."""
    result = compile_tree(root)
    assert result.findings == []
    return facts(result)


def facts(result: Result) -> dict[str, Any]:
    catalog = result.catalog
    return {ref: catalog.models[ref].facts for ref in ("zenith/zen-1", "ours/our-model")} | {name: catalog.providers[name].facts for name in ("zenith", "ours")}


def check(result: Result, file: Path) -> list[str]:
    """Check every finding, and that the compile can be written if it is sound; return the codes of those in *file*."""
    lines = {document.shown: len(document.breaks.split(document.text.decode(errors="replace"))) for document in result.documents}
    for finding in result.findings:
        assert finding.code != "PV901", finding.message
        assert (1, 1) <= (finding.span.line, finding.span.column) <= (finding.span.end_line, finding.span.end_column), finding
        assert finding.span.line <= lines[finding.span.path], finding
        assert finding.message.strip()
        assert finding.help.strip()
        assert finding.why.strip()
    if result.is_sound:
        assert build.artifact_bytes(result)
        assert build.json_bytes(result)
    return [finding.code for finding in result.findings if finding.span.path.endswith(str(file.name))]


def damage(root: Path, kind: str, text: str) -> Result:
    """Return what the tree compiles to with *text* in the file of *kind*, which is sound again after it."""
    file = root / KINDS[kind].file
    old = file.read_bytes()
    try:
        file.write_bytes(text.encode())
        return compile_tree(root, kind)
    finally:
        file.write_bytes(old)


@every_kind
def test_a_file_cut_anywhere_is_read_as_far_as_it_means_something_or_is_reported(root: Path, kind: str) -> None:
    text = (root / KINDS[kind].file).read_text()
    for end in range(0, len(text), max(1, len(text) // 60)):
        left = text[:end]
        codes = check(damage(root, kind, left), root / KINDS[kind].file)
        if left.strip() == text.strip():
            continue
        if KINDS[kind].is_json or left.count("{") > left.count("}") or left.count("[") > left.count("]"):
            assert {"PV002"} & {*codes}, left[-40:]


def pointers(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield pointer
    for step, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(part, (*pointer, step))


def replaced(value: Any, pointer: tuple[str | int, ...], new: Any) -> Any:
    if not pointer:
        return new
    copied = value.copy()
    copied[pointer[0]] = replaced(value[pointer[0]], pointer[1:], new)
    return copied


@every_kind
def test_a_wrong_type_at_any_level_is_reported_where_it_stands(root: Path, kind: str) -> None:
    file = root / KINDS[kind].file
    sound = Document(file.name, file.name, KINDS[kind].schema, file.read_bytes())
    sound.load()
    for pointer in pointers(sound.data):
        noticed = 0
        for wrong in WRONG:
            data = replaced(sound.data, pointer, wrong)
            text = json.dumps(data) if KINDS[kind].is_json else f"{flow(data)}\n"
            document = Document(file.name, file.name, KINDS[kind].schema, text.encode())
            document.load()
            found = [*document.problems, *validate(document)]
            noticed += bool(found)
            place = document.span_of(pointer)
            for problem in found:
                span = document.span_of_problem(problem)
                assert problem.help
                assert (span.line, span.column) <= (place.end_line, place.end_column)
                assert problem.pointer is None or problem.pointer[: len(pointer)] == pointer or problem.pointer == pointer[: len(problem.pointer)]
        assert noticed >= 4, pointer


@given(data=st.data())
def test_no_damage_to_a_file_of_the_registry_reaches_another(data: st.DataObject, root: Path, healthy: dict[str, Any]) -> None:
    kind = data.draw(st.sampled_from([kind for kind in KINDS if not kind.startswith("overlay")]))
    result = damage(root, kind, data.draw(damaged(st.just((root / KINDS[kind].file).read_text()))))
    check(result, root / KINDS[kind].file)
    assert facts(result) == healthy


@given(data=st.data())
def test_a_bad_entry_of_an_overlay_leaves_the_others_working(data: st.DataObject, root: Path, healthy: dict[str, Any]) -> None:
    kind = data.draw(st.sampled_from(["overlay in JSON", "overlay in YAML"]))
    text = (root / KINDS[kind].file).read_text()
    start, end = text.index("acme-large"), text.rindex("\n", 0, text.index("ours"))
    inside = data.draw(damaged(st.just(text[start:end]), tokens=[token for token in TOKENS if "\n" not in token]))
    result = damage(root, kind, text[:start] + inside + text[end:])
    check(result, root / KINDS[kind].file)
    document = next((document for document in result.documents if document.kind == "overlay"), None)  # None: it became a file of another dialect's
    assert {*result.catalog.models} >= {"acme/acme-large", "acme/acme-small", "zenith/zen-1"}
    if document is not None and isinstance(document.data, dict) and "ours" in document.data.get("providers", {}):
        assert facts(result) == healthy
        assert result.catalog.aliases["big"][0] == "acme/acme-large"


@given(data=st.data())
def test_no_damage_to_an_overlay_is_more_than_findings(data: st.DataObject, root: Path) -> None:
    kind = data.draw(st.sampled_from(["overlay in JSON", "overlay in YAML"]))
    result = damage(root, kind, data.draw(damaged(st.just((root / KINDS[kind].file).read_text()))))
    check(result, root / KINDS[kind].file)
    assert {*result.catalog.models} >= {"acme/acme-large", "acme/acme-small", "zenith/zen-1"}
