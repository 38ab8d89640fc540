"""What always holds for a user's file with another value in it: it holds that value, and what stays equal keeps its bytes."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, strategies as st

from modelwright import pipeline
from modelwright.dialects.entries import accounts, entries_of
from modelwright.dialects.entries.wish import Meant, Wish
from modelwright.passes.translate import known
from modelwright.resources import registry_dir
from modelwright.source.document import Document
from modelwright.source.edit_json import rendered, turned
from modelwright.source.splice import same
from modelwright.source.turn import turned as turned_document
from text_strategies import block, trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.ir.catalog import Catalog

BLANKS = st.sampled_from(["", " ", "\n", "\n  ", "\n\t", "\r\n    ", "  "])


def spaced(draw: st.DrawFn, value: Any) -> str:
    """Return *value* as JSON with blanks of any kind between its parts."""
    if isinstance(value, dict):
        parts = [draw(BLANKS) + json.dumps(key) + draw(BLANKS) + ":" + draw(BLANKS) + spaced(draw, item) + draw(BLANKS) for key, item in value.items()]
        return "{" + (",".join(parts) or draw(BLANKS)) + "}"
    if isinstance(value, list):
        parts = [draw(BLANKS) + spaced(draw, item) + draw(BLANKS) for item in value]
        return "[" + (",".join(parts) or draw(BLANKS)) + "]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, Any]:
    """Return JSON in a style of its own, and what it holds."""
    value = draw(trees())
    style = draw(st.sampled_from(["spaced", None, 0, 2, 4, "\t"]))
    return spaced(draw, value) if style == "spaced" else json.dumps(value, indent=style), value


def collections(value: Any) -> Iterator[Any]:
    """Yield every mapping and list of *value* that holds something."""
    if isinstance(value, (dict, list)) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from collections(item)


def with_one_more(data: Any, number: int, item: Any) -> Any:
    """Return *data* with *item* at the end of one of its mappings or lists."""
    data = copy.deepcopy(data)
    found = list(collections(data))
    place = found[number % len(found)]
    if isinstance(place, dict):
        assume("one more" not in place)
        place["one more"] = item
    else:
        place.append(item)
    return data


@given(documents(), trees())
def test_a_text_turned_into_any_value_holds_it(document: tuple[str, Any], value: Any) -> None:
    text, _ = document
    assert same(json.loads(turned(text, value)), value)


@given(documents())
def test_what_is_there_already_changes_no_byte(document: tuple[str, Any]) -> None:
    text, value = document
    assert turned(text, value) == text


@given(documents(), st.integers(0, 100), trees() | st.integers())
def test_what_is_added_is_put_in_one_place_and_taking_it_out_restores_the_file(document: tuple[str, Any], number: int, item: Any) -> None:
    text, value = document
    more = turned(text, with_one_more(value, number, item))
    assert is_inserted(text, more)
    assert turned(more, value) == text


def is_inserted(old: str, new: str) -> bool:
    """Tell whether *new* is *old* with something put in at one place."""
    head = next((index for index, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), len(old))
    rest = len(old) - head
    return len(new) >= len(old) and (rest == 0 or new.endswith(old[head:]))


@given(documents(), st.integers(0, 100), st.data())
def test_what_is_taken_out_takes_nothing_with_it(document: tuple[str, Any], number: int, data: st.DataObject) -> None:
    """Every other entry keeps its text, and the order is as it was."""
    text, value = document
    fewer = copy.deepcopy(value)
    found = [one for one in collections(fewer) if len(one) > 1]
    assume(found)
    place = found[number % len(found)]
    step = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    del place[step]
    less = turned(text, fewer)
    assert json.dumps(json.loads(less)) == json.dumps(fewer)
    assert is_inserted(less, text)


@given(trees())
def test_a_file_of_its_own_holds_its_value_and_is_written_once_more_as_it_is(value: dict[str, Any]) -> None:
    text = rendered(value)
    assert same(json.loads(text), value)
    assert turned(text, value) == text


@given(trees(), st.integers(0, 100), trees() | st.integers())
def test_in_yaml_comments_stay_and_taking_out_what_was_added_restores_the_file(value: dict[str, Any], number: int, item: Any) -> None:
    document = read("models.yaml", f"# mine\n{block(value, 0)}")
    assume(not document.problems and same(document.data, value))
    wished = with_one_more(value, number, item)
    try:
        more = turned_document(document, wished)
    except ValueError:
        assume(False)
    assert same(more.data, wished)
    lines = more.source.split("\n")
    for line in document.source.split("\n"):
        assert line in lines or line.rstrip().endswith("]")
    assert turned_document(more, value).source == document.source


@pytest.mark.parametrize(("name", "text"), [("models.json", ""), ("models.json", " \n"), ("models.yaml", ""), ("models.yaml", "# mine\n\n"), ("models.yaml", "{}\n")])
def test_a_file_that_holds_nothing_is_written_below_its_comments(name: str, text: str) -> None:
    result = turned_document(read(name, text), {"version": 1})
    assert result.data == {"version": 1}
    assert result.source.startswith("# mine\n" if "#" in text else "")


def test_a_mark_at_the_beginning_and_the_ends_of_lines_stay() -> None:
    document = read("models.json", '\ufeff{\r\n  "a": {\r\n    "b": 1\r\n  }\r\n}\r\n')
    assert turned_document(document, {"a": {"b": 1, "c": {"d": 2}}}).text.decode() == '\ufeff{\r\n  "a": {\r\n    "b": 1,\r\n    "c": {\r\n      "d": 2\r\n    }\r\n  }\r\n}\r\n'


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "nonsense"])
def test_a_text_that_is_not_in_order_is_not_touched(text: str) -> None:
    with pytest.raises(ValueError, match="not in order"):
        turned(text, {})


def read(name: str, text: str) -> Document:
    document = Document(f"user/{name}", name, "overlay", text.encode())
    document.load()
    return document


@cache
def registry() -> Catalog:
    return pipeline.resolve(pipeline.Inputs(registry_dir(), "2026-11-20")).catalog


NATIVE = {
    "version": 1,
    "providers": {"openai": {"models": {"gpt-5.5": {"limits": {"context_tokens": 9}}, "gpt-5": {"name": "Five"}}}, "google": {"models": {"gemini-2.5-pro": {"name": "G"}}}},
    "accounts": {"work": {"provider": "openai", "rank": 1}, "home": {"provider": "openai", "default": True}},
    "budgets": [{"scope": "account", "of": "work", "metric": "cost", "value": 5, "period": "daily"}],
}


FILES: dict[str, Any] = {
    "native": NATIVE,
    "fased": {"models": {"providers": {"openai": {"models": [{"id": "gpt-5.5", "name": "gpt-5.5"}]}}}, "channels": {}},
    "zot": {"providers": {"openai": {"models": [{"id": "gpt-5.5"}, {"id": "gpt-5", "contextWindow": 9}]}}},
    "sophon": {"providers": [{"id": "a", "providerType": "openai", "models": [{"id": "gpt-5.5"}]}], "modelCatalog": [{"id": "gpt-5.4", "provider": "openai"}]},
    "routerly": [{"id": "gpt-5.5", "provider": "openai"}],
    "sloppy": {"models": [{"title": "openai", "apiKey": "", "apiUrl": "", "model": "openai-api:gpt-5.5"}]},
}
TWO_PLACES = ("sophon",)
"""Where a model stands in the catalogue and on the list of its provider."""


@pytest.mark.parametrize("indent", [None, 2, "\t"], ids=["one line", "two blanks", "tab"])
@pytest.mark.parametrize("dialect", FILES)
def test_a_model_that_is_added_and_removed_leaves_the_file_as_it_was(dialect: str, indent: Any) -> None:
    data, entries = FILES[dialect], entries_of(dialect)
    text, before = json.dumps(data, indent=indent), copy.deepcopy(data)
    meant = Meant(known(registry(), dialect), frozenset())
    wish = Wish(provider="openai", key="openai", model="my-new-model", facts={"name": "Mine"}, policy=registry().words("dialects")[dialect], meant=meant)
    once = entries.add(data, wish)
    assert same(data, before)
    more = turned(text, once)
    assert "my-new-model" in more
    assert dialect in TWO_PLACES or is_inserted(text, more)
    assert turned(more, entries.remove(once, "openai", "MY-NEW-model", meant)) == text


@pytest.mark.parametrize("indent", [None, 2])
def test_an_account_that_is_added_and_removed_leaves_the_file_as_it_was(indent: Any) -> None:
    text = json.dumps(NATIVE, indent=indent)
    once = accounts.put(copy.deepcopy(NATIVE), "new", {"provider": "openai", "rank": 3}, [{"metric": "cost", "value": 1, "period": "daily"}])
    assert turned(turned(text, once), accounts.without(once, "new")) == text
