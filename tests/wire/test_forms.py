"""What is asked besides chat, as it goes over the wire: `fixtures/forms/<form>/`; and answers that are damaged."""

from __future__ import annotations

import json
import math
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

import forms_golden
from modelwright import wire
from modelwright.ir.embeddings import PURPOSES, EmbeddingRequest, EmbeddingResponse
from modelwright.wire import takes
from modelwright.wire.protocol import Target, TroubleError, UnspeakableError
from modelwright.wire.vectors import vector
from wire_checks import why_not

if TYPE_CHECKING:
    from pathlib import Path

CASES = [path for form in forms_golden.forms() for ending in forms_golden.EXPECTED for path in forms_golden.cases(form, ending)]
EMBEDDING = [form for form in forms_golden.forms() if form.endswith("-embeddings")]
TARGET = Target("https://api.acme.example/call", "acme-large", quirks={"embedding_body": "texts"})
texts = st.lists(st.text(min_size=1), min_size=1, max_size=5)
requests = st.builds(EmbeddingRequest, texts, dimensions=st.none() | st.integers(1, 10_000), purpose=st.none() | st.sampled_from(PURPOSES))
numbers = st.floats(allow_nan=False, allow_infinity=False)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", CASES, ids=_name)
def test_what_is_sent_and_read_is_exactly_what_the_file_says(path: Path) -> None:
    assert forms_golden.outcome(path) == forms_golden.expected(path).read_text()


def test_every_form_has_cases_and_every_expected_file_its_case() -> None:
    modules = [import_module(f"{wire.__name__}.{found.name}") for found in pkgutil.iter_modules(wire.__path__)]
    known = sorted(module.FORM for module in modules if hasattr(module, "FORM"))
    assert known == forms_golden.forms()
    assert all(takes(form) for form in known)
    assert all(callable(getattr(forms_golden.module(form), name)) for form in known for name in ("build", "read", "trouble"))
    files = {path for form in known for path in (forms_golden.FIXTURES / form).iterdir()}
    assert files == {*CASES, *map(forms_golden.expected, CASES)}


@pytest.mark.parametrize("word", ["openai-chat", "vectors", "acme-embeddings", "openai_embeddings"])
def test_what_has_no_form_is_none(word: str) -> None:
    assert not takes(word)


@pytest.mark.parametrize("form", EMBEDDING)
@given(request=requests)
def test_all_that_can_be_asked_is_written_or_refused_with_the_cure(form: str, request: EmbeddingRequest) -> None:
    module = forms_golden.module(form)
    lossy = module.build(request, TARGET, lossy=True)
    body = json.loads(lossy.body)
    assert all(text in _leaves(body) for text in request.texts)
    refusal = why_not(module, request, TARGET)
    if refusal is None:
        assert module.build(request, TARGET).body == lossy.body
        assert request.dimensions is None or request.dimensions in _leaves(body)
    else:
        assert refusal.endswith(", or allow losses")
        assert any(" cannot say " in loss for loss in lossy.losses)


@pytest.mark.parametrize("path", [path for path in CASES if path.name == "plain.response.json"], ids=_name)
def test_a_damaged_answer_is_an_answer_or_a_trouble(path: Path) -> None:
    case = json.loads(path.read_text())
    whole = json.dumps(case["body"]).encode()
    for offset in range(len(whole)):
        for damaged in (whole[:offset], whole[:offset] + b"\xff" + whole[offset + 1 :], whole[:offset] + b"]" + whole[offset + 1 :], whole[:offset] + whole[offset + 1 :]):
            _is_sound(forms_golden.module(path.parent.name), damaged)


@pytest.mark.parametrize("said", [None, "prose"])
def test_a_body_that_nobody_knows_is_not_guessed(said: str | None) -> None:
    quirks = {} if said is None else {"embedding_body": said}
    with pytest.raises(UnspeakableError, match=r'nobody has said what acme-large is asked like; say in models.json .*{"acme-large":{"inherit":"<provider>/'):
        forms_golden.module("bedrock-embeddings").build(EmbeddingRequest(["a"]), Target(TARGET.url, TARGET.model, quirks=quirks), lossy=True)


def _is_sound(form: Any, body: bytes) -> None:
    found = _read(form, body)
    if isinstance(found, str):
        assert found
        return
    if isinstance(found, EmbeddingResponse):
        assert len({len(one) for one in found.vectors}) <= 1
        assert all(type(number) is float and math.isfinite(number) for one in found.vectors for number in one)
    else:
        assert found >= 0


def _read(form: Any, body: bytes) -> Any:
    """Return what is read of *body*, or what its trouble says."""
    try:
        return form.read(200, {}, body, TARGET)
    except TroubleError as error:
        return error.trouble.message


@given(said=st.lists(numbers, min_size=1))
def test_numbers_are_read_as_they_are(said: list[float]) -> None:
    assert vector(json.loads(json.dumps(said))) == said


@given(said=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_packed_numbers_are_read_as_they_are(said: list[float]) -> None:
    import base64
    import struct

    assert vector(base64.b64encode(struct.pack(f"<{len(said)}f", *said)).decode()) == said


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"texts": []}, "there is nothing to embed"),
        ({"texts": ["a", ""]}, "text 2 is empty"),
        ({"texts": ["a"], "purpose": "fun"}, "'fun' is no purpose"),
        ({"texts": ["a"], "dimensions": 0}, "dimensions is 0"),
        ({"texts": ["a"], "dimensions": True}, "dimensions is True"),
    ],
)
def test_what_cannot_be_embedded_is_refused(given: dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        EmbeddingRequest(**given)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="text 2 is int"):
        EmbeddingRequest(["a", 7])  # type: ignore[list-item]


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
