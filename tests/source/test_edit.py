"""A change of a model's entry touches its field alone, reads back as it was meant, or is refused."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.resources import registry_dir
from modelwright.source import block, layout, read_yaml, splice
from modelwright.source.document import Document
from modelwright.source.edit import REMOVED, Change, EditError, edited
from modelwright.source.items import Items
from modelwright.source.validate import validate
from modelwright.source.write_yaml import entry_lines

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "provider: acme  # ours\nmodels:\n"
FIELD = [
    ("a value, its comment staying", "name: A  # was B\n", ("name",), "yes", 'name: "yes"  # was B\n'),
    ("a value of a flow mapping", "limits: {context_tokens: 1_000, 'output_tokens':  2}  # c\n", ("limits", "output_tokens"), 3, "limits: {context_tokens: 1_000, 'output_tokens':  3}  # c\n"),
    ("a key between its neighbours", "limits: {context_tokens: 1, output_tokens: 2}\n", ("limits", "input_tokens"), 3, "limits: {context_tokens: 1, input_tokens: 3, output_tokens: 2}\n"),
    ("a key before all others", "limits: {output_tokens: 2}\n", ("limits", "context_tokens"), 1, "limits: {context_tokens: 1, output_tokens: 2}\n"),
    ("a key of a block", "limits:\n  # big\n  output_tokens: 2\n", ("limits", "context_tokens"), 1, "limits:\n  # big\n  context_tokens: 1\n  output_tokens: 2\n"),
    ("a word the schema does not order", "capabilities:\n  tools: true\n  # about json\n", ("capabilities", "json"), False, "capabilities:\n  tools: true\n  # about json\n  json: false\n"),
    ("a group that is not there", "name: A\nnote: x\n", ("limits", "context_tokens"), 1, "name: A\nlimits: {context_tokens: 1}\nnote: x\n"),
    ("a group that says nothing", "limits:  # unknown\n", ("limits", "context_tokens"), 1, "limits: {context_tokens: 1}  # unknown\n"),
    ("a block becomes one line", "limits:  # big\n  context_tokens: 1  # c\nnote: x\n", ("limits",), {"output_tokens": 5}, "limits: {output_tokens: 5}  # big\nnote: x\n"),
    ("a line becomes a block", "prices: x  # p\nnote: y\n", ("prices",), [{"state": "free"}], "prices:  # p\n  - {state: free}\nnote: y\n"),
    ("a literal text", "note: |\n  one\n  # no comment\n\nname: A\n", ("note",), "a\nb", 'note: "a\\nb"\n\nname: A\n'),
    ("behind a literal text", "earlier_limits:\n  - {until: x}\n  - until: |\n      y\nnote: x\n", ("earlier_limits", 2), {"until": "z"}, "earlier_limits:\n  - {until: x}\n  - until: |\n      y\n  - {until: z}\nnote: x\n"),
    ("a price is closed", "prices:\n  - {input_usd_per_mtok: 1}  # c\n", ("prices", 0, "until"), "2026-01-31", "prices:\n  - {until: 2026-01-31, input_usd_per_mtok: 1}  # c\n"),
    ("a price in a block is closed", "prices:\n  - input_usd_per_mtok: 1\n    source: x\n", ("prices", 0, "until"), "2026-01-31", "prices:\n  - input_usd_per_mtok: 1\n    until: 2026-01-31\n    source: x\n"),
    ("a price is appended", "prices:\n- {state: free}\n  # the end\n# note\nnote: x\n", ("prices", 1), {"state": "unknown"}, "prices:\n- {state: free}\n  # the end\n- {state: unknown}\n# note\nnote: x\n"),
    ("an item of a flow list", 'input: [text, "image"]\n', ("input",), ["text", "image", "pdf"], 'input: [text, "image", pdf]\n'),
    ("an item before the others", "input: [text]\n", ("input",), ["pdf", "text"], "input: [pdf, text]\n"),
    ("an item before the others of a block", "input:\n  - text\n", ("input",), ["pdf", "text"], "input:\n  - pdf\n  - text\n"),
    ("an item between others", "input:\n  - text  # t\n  - image\n", ("input",), ["text", "pdf", "image"], "input:\n  - text  # t\n  - pdf\n  - image\n"),
    ("an item less", "input:\n  - text\n  - pdf  # p\n  - image\n", ("input", 1), REMOVED, "input:\n  - text\n  - image\n"),
    ("a list whose items are spread", "aliases:\n  -\n    # new\n    id: b\n  - c\n", ("aliases", 0), "x", "aliases:\n  - x\n  - c\n"),
    ("an item that becomes a mapping", "aliases:\n  - b  # b\n  - c\n", ("aliases", 0), {"id": "x"}, "aliases:\n  - {id: x}  # b\n  - c\n"),
    ("a field taken out", "# above\nname: A  # was B\n# below\nnote: x\n", ("name",), REMOVED, "# above\n# below\nnote: x\n"),
    ("a field taken out of a flow mapping", "limits: {context_tokens: 1, output_tokens: 2}\n", ("limits", "context_tokens"), REMOVED, "limits: {output_tokens: 2}\n"),
    ("the last field of a group", "name: A\nsources: {limits: {from: x}}  # c\n", ("sources", "limits", "from"), REMOVED, "name: A\nsources: {limits: {}}  # c\n"),
    ("the last field of a group that must hold one", "name: A\nlimits: {context_tokens: 1}\n", ("limits", "context_tokens"), REMOVED, "name: A\n"),
    ("the last price", "name: A\nprices:\n  - {state: free}\n", ("prices", 0, "state"), REMOVED, "name: A\n"),
    ("the first of two prices", "prices:\n  - {input_usd_per_mtok: 1, output_usd_per_mtok: 2}\n  - {output_usd_per_mtok: 4, input_usd_per_mtok: 3}\n", ("prices", 0), REMOVED, "prices:\n  - {output_usd_per_mtok: 4, input_usd_per_mtok: 3}\n"),
    ("the first field of an item", "prices:\n  - since: x  # s\n    state: free\n", ("prices", 0, "since"), REMOVED, "prices:\n  - state: free\n"),
    ("the first field of an item, a comment below", "prices:\n  - since: x\n    # why\n    state: free\n", ("prices", 0, "since"), REMOVED, "prices:\n  - \n    # why\n    state: free\n"),
    ("what is not there is taken out", "name: A\n", ("limits", "context_tokens"), REMOVED, "name: A\n"),
    ("nothing is taken out of nothing", "limits:\n", ("limits", "context_tokens"), REMOVED, "limits:\n"),
    ("a price that is not there is taken out", "prices:\n  - {state: free}\n", ("prices", 1), REMOVED, "prices:\n  - {state: free}\n"),
    ("a first price", "name: A\n", ("prices", 0), {"state": "free"}, "name: A\nprices:\n  - {state: free}\n"),
    ("the same number written in another way", "limits: {context_tokens: 1_000}\n", ("limits", "context_tokens"), 1000.0, "limits: {context_tokens: 1_000}\n"),
    ("true where one stood", "capabilities: {tools: 1}\n", ("capabilities", "tools"), True, "capabilities: {tools: true}\n"),
    ("a tab and a quoted key", '"name":\tA\nnote: x\n', ("name",), "B", '"name":\tB\nnote: x\n'),
    ("a quoted key that gets a block", "'prices' : x\n", ("prices",), [{"state": "free"}], "'prices' :\n  - {state: free}\n"),
]  # fmt: skip


def of(text: str, **more: Any) -> Document:
    document = Document(**{"path": "registry/models/acme.yaml", "shown": "acme.yaml", "kind": "models", "text": text.encode()} | more)
    document.load()
    return document


def entry(fields: str, newline: str = "\n") -> str:
    """Return a document with *fields* in the second of three models."""
    text = f"{HEAD}  - id: one\n    # of one\n  - id: two\n" + "".join(f"    {line}\n" if line else "\n" for line in fields.splitlines()) + "  # of three\n  - id: three\n# end\n"
    return text.replace("\n", newline)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(("fields", "pointer", "value", "gives"), [case[1:] for case in FIELD], ids=[case[0] for case in FIELD])
def test_a_change_gives_exactly_this_text(fields: str, pointer: tuple[str | int, ...], value: Any, gives: str, newline: str) -> None:
    document = of(entry(fields, newline))
    assert document.problems == []
    for mark in ("", "\ufeff"):
        result = edited(of(mark + document.source), [Change(model="two", pointer=pointer, value=value)])
        assert result.text.decode() == mark + entry(gives, newline)
        assert (result.path, result.shown, result.kind, result.file) == (document.path, document.shown, document.kind, document.file)
    assert document.text.decode() == entry(fields, newline)


ADDED = {"id": "new", "limits": {"context_tokens": 5}}
LINES = "  - id: new\n    limits: {context_tokens: 5}\n"
ADDITIONS = [
    ("behind the last", f"{HEAD}  - id: one\n    name: A\n    # of one\n# end\n", f"{HEAD}  - id: one\n    name: A\n    # of one\n{LINES}# end\n"),
    ("without a line break at the end", f"{HEAD}  - id: one", f"{HEAD}  - id: one\n{LINES.rstrip()}"),
    ("before another key", f"{HEAD}  - id: one\nsources: {{}}\n", f"{HEAD}  - id: one\n{LINES}sources: {{}}\n"),
    ("not indented", f"{HEAD}- id: one\n", f"{HEAD}- id: one\n- id: new\n  limits: {{context_tokens: 5}}\n"),
    ("an empty list", "provider: acme\nmodels: []  # none yet\n", f"provider: acme\nmodels:  # none yet\n{LINES}"),
    ("an empty list at the end", "provider: acme\nmodels: []", f"provider: acme\nmodels:\n{LINES.rstrip()}"),
    ("a flow list", "models: [{id: one}]\n", "models: [{id: one}, {id: new, limits: {context_tokens: 5}}]\n"),
    ("a flow document", "{provider: acme, models: []}\n", "{provider: acme, models: [{id: new, limits: {context_tokens: 5}}]}\n"),
]


@pytest.mark.parametrize(("text", "gives"), [case[1:] for case in ADDITIONS], ids=[case[0] for case in ADDITIONS])
def test_a_model_is_added_in_the_style_of_the_file(text: str, gives: str) -> None:
    assert edited(of(text), [], [ADDED]).text.decode() == gives


def test_changes_and_additions_are_made_together_and_in_order() -> None:
    changes = [Change(model="three", pointer=("name",), value="C"), Change(model="one", pointer=("name",), value="A"), Change(model="three", pointer=("name",), value="D")]
    result = edited(of(entry("")), changes, [ADDED, {"id": "newer"}])
    assert result.source == HEAD + f"  - id: one\n    # of one\n    name: A\n  - id: two\n  # of three\n  - id: three\n    name: D\n{LINES}  - id: newer\n# end\n"


def test_a_line_that_becomes_too_long_is_spread_and_one_that_was_stays() -> None:
    long = "x" * 60
    document = of(f"{HEAD}  - id: a\n    sources: {{limits: {{from: {long[:50]}, note: {long[:50]}}}}}  # c\n")
    result = edited(document, [Change(model="a", pointer=("sources", "prices"), value={"from": "z", "read_on": "2026-01-31"})])
    assert result.source == f"{HEAD}  - id: a\n    sources:  # c\n      limits: {{from: {long[:50]}, note: {long[:50]}}}\n      prices: {{from: z, read_on: 2026-01-31}}\n"
    document = of(f"{HEAD}  - id: a\n    prices:\n      - {{source: {{from: {long}, note: {long}{long}}}}}\n")
    result = edited(document, [Change(model="a", pointer=("prices", 0, "state"), value="free")])
    assert result.source == f"{HEAD}  - id: a\n    prices:\n      - {{state: free, source: {{from: {long}, note: {long}{long}}}}}\n"
    document = of(f"{HEAD}  - id: a\n    input: [{long}, {long}]\n")
    result = edited(document, [Change(model="a", pointer=("input", 2), value=long)])
    assert result.source == f"{HEAD}  - id: a\n    input: [{long}, {long}, {long}]\n"


SIMPLE = entry("name: A\nprices:\n  - {state: free}\nlimits:\ninput:\n  - - a\n    - b\n")
ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
REFUSED = [
    *((("id",), "b", "the id says"), ((), "b", "no field"), (("name", "x"), 1, "no mapping"), (("name", 0), 1, "no list"), (("prices", "x"), 1, "no mapping")),
    *((("prices", 2), {}, "a shorter one"), (("prices", -1), {}, "a shorter one"), (("prices", 5), REMOVED, "a shorter one")),
    *((("note",), value, "plain data|surrogates") for value in (object(), b"x", {1: 2}, float("nan"), float("inf"), 10**500, ENDLESS, "\ud800", {"\ud800": 1})),
    (("x" * 2000,), 1, "the text around it"),
    (("input", 0, 0), REMOVED, "it shares its line"),
]


@pytest.mark.parametrize(("pointer", "value", "why"), REFUSED, ids=range(len(REFUSED)))
def test_a_change_that_leads_nowhere_is_refused_with_model_and_field(pointer: tuple[str | int, ...], value: Any, why: str) -> None:
    document = of(SIMPLE)
    with pytest.raises(EditError, match=rf"^`two`: `.*` cannot be changed: .*({why})|would not read back as it should with `two` changed") as caught:
        edited(document, [Change(model="two", pointer=pointer, value=value)])
    assert len(str(caught.value)) < 300
    assert document.source == SIMPLE


DOCUMENTS: list[tuple[str, dict[str, Any], str]] = [
    ("a: 1\nmodels: 5\n", {}, "is not in order"),
    ("models: [\n", {}, "is not in order"),
    ("- a\n", {}, "is not in order"),
    ("models:\n  - id: two\n    id: two\n", {}, "is not in order"),
    ("models:\n  - id: two\n  - id: two\n", {}, "`two` stands 2 times in acme.yaml"),
    ("models: [5, {id: 5}]\n", {}, "`two` stands 0 times in acme.yaml"),
    ('{"models": [{"id": "two"}]}', {"path": "x.json"}, "is not a YAML file of models"),
    ("models:\n  - id: two\n", {"kind": "provider"}, "is not a YAML file of models"),
]


@pytest.mark.parametrize(("text", "more", "why"), DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_a_file_that_cannot_be_changed_is_refused(text: str, more: dict[str, Any], why: str) -> None:
    with pytest.raises(EditError, match=why):
        edited(of(text, **more), [Change(model="two", pointer=("name",), value=["x"])])


UNUSUAL = [
    ("    ? name\n    : 5\n", ("name",), [{"x": 1}], "    name: [x: 1]\n"),
    (
        "    # n\n    ? name\n    : 5  # five\n    note: 'q'\n",
        ("limits", "context_tokens"),
        4,
        "    # n\n    ? name\n    : 5  # five\n    limits: {context_tokens: 4}\n    note: 'q'\n",
    ),
    ("    ? input\n    : - a  # of a\n      - b\n", ("input",), ["a"], "    ? input\n    : - a  # of a\n"),
    ("    ? input\n    : - a  # of a\n      - b\n", ("input",), ["a", "b", "c"], "    ? input\n    : - a  # of a\n      - b\n      - c\n"),
    ("    ? prices\n    : - since: 2026-01-01  # one\n        until: 2026-02-01\n", ("prices", 0, "until"), REMOVED, "    ? prices\n    : - since: 2026-01-01  # one\n"),
]


@pytest.mark.parametrize(("fields", "pointer", "value", "gives"), UNUSUAL, ids=range(len(UNUSUAL)))
def test_an_entry_that_is_written_in_an_unusual_way_is_changed_and_the_others_stay(fields: str, pointer: tuple[str | int, ...], value: Any, gives: str) -> None:
    around = (f"{HEAD}  - id: one\n    ?   note\n    :   'o'\n  # two\n  - id: two\n", "  # three\n  -   id: three\n")
    result = edited(of(fields.join(around)), [Change(model="two", pointer=pointer, value=value)])
    assert result.source == gives.join(around)
    flush = [re.sub("(?m)^  ", "", part) for part in (fields.join(around), gives.join(around))]
    assert edited(of(flush[0]), [Change(model="two", pointer=pointer, value=value)]).source == flush[1]


def test_what_stands_behind_the_hyphen_is_changed_like_any_other() -> None:
    text = f"{HEAD}  - name: A  # a\n    id: two\n    note: x\n"
    changes = [Change(model="two", pointer=("note",), value="z"), Change(model="two", pointer=("name",), value="B"), Change(model="two", pointer=("status",), value="active")]
    assert edited(of(text), changes).source == f"{HEAD}  - name: B  # a\n    status: active\n    id: two\n    note: z\n"
    assert edited(of(text), [Change(model="two", pointer=("name",), value=REMOVED)]).source == f"{HEAD}  - id: two\n    note: x\n"


def test_what_is_written_as_this_program_writes_it_is_changed_as_what_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of changing the lines of a key give the same text, for changes as a refresh makes them."""
    seen = {"from": "https://api.example.com/v1/models", "read_on": "2026-11-20"}
    for document in layout.read_registry(registry_dir()):
        if document.kind == "models":
            changes = []
            for model in document.data["models"][::5]:
                price = len(model.get("prices", ()))
                news: list[tuple[tuple[str | int, ...], Any]] = [
                    *([(("prices", price - 1, "until"), "2026-11-20"), (("prices", price), {"since": "2026-11-20", "state": "free", "source": seen})] if price else []),
                    *((("limits", "context_tokens"), 5), (("capabilities", "tools"), False), (("input",), ["text", "video"]), (("name",), "A: #1"), (("sources", "prices"), seen)),
                ]
                changes += [Change(model=model["id"], pointer=pointer, value=value) for pointer, value in news]
            quick = edited(document, changes, [ADDED])
            with monkeypatch.context() as patch:
                patch.setattr(block.Block, "_written_anew", lambda *_: None)
                assert edited(document, changes, [ADDED]).source == quick.source


@pytest.mark.parametrize(
    ("item", "why"), [({}, "has no `id`"), ({"id": 5}, "has no `id`"), ({"id": "one"}, "`one` is there already"), ({"id": "x", "y": b""}, "`x` cannot be written")]
)
def test_a_model_that_cannot_be_added_is_refused(item: dict[str, Any], why: str) -> None:
    with pytest.raises(EditError, match=why):
        edited(of(SIMPLE), [], [item])


def test_a_model_is_added_once_and_not_where_the_list_ends_in_an_unusual_way() -> None:
    with pytest.raises(EditError, match="`new` is there already"):
        edited(of(SIMPLE), [], [ADDED, ADDED])
    with pytest.raises(EditError, match="`new` cannot be added"):
        edited(of("? models\n: []\n"), [], [ADDED])


def test_what_would_not_read_back_is_not_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    change = Change(model="two", pointer=("name",), value="B")
    with monkeypatch.context() as patch:
        patch.setattr(splice, "flow", lambda _: "C")
        with pytest.raises(EditError, match="would not read back as it should with `two` changed"):
            edited(of(SIMPLE.replace("name: A", "name: A  # a")), [change])
    monkeypatch.setattr(read_yaml, "load", lambda _: {"models": []})
    monkeypatch.setattr(Document, "load", lambda document: setattr(document, "data", {}))
    document = of("")
    document.text, document.data = (
        SIMPLE.encode(),
        {"models": [{"id": "one"}, {"id": "two", "name": "A", "prices": [{"state": "free"}], "limits": None, "input": [["a", "b"]]}, {"id": "three"}]},
    )
    with pytest.raises(EditError, match=r"acme.yaml would not read back as it should with `two`, `new` changed"):
        edited(document, [change], [ADDED])


@pytest.mark.parametrize(
    "text",
    [
        "models: [{id: one}, {id: two, name: A}]\n",
        "models:\n\n  - id: one\n  # - id: none\n  -\n    id: two\n    name: A\n",
        "models:\n  - id: one\n    note: |\n      x\n\n  - id: two\n    name: A\n",
        'models:\n  - id: one\n    note: "\n  - x"\n  -\n    id: two\n    name: A\n',
        'models:\n  - id: one\n    note: "\n  - x"\n  - id: two\n    name: A',
    ],
)
def test_an_entry_that_does_not_stand_apart_is_changed_in_the_whole(text: str) -> None:
    changes = [Change(model=model, pointer=("name",), value="B") for model in ("one", "two", "one")]
    result = edited(of(text), changes)
    assert [model["name"] for model in result.data["models"]] == ["B", "B"]
    assert result.source.startswith(text[: text.index("one")])
    assert edited(result, [Change(model="one", pointer=("name",), value=REMOVED), Change(model="two", pointer=("name",), value="A")]).text == text.encode()


LOOKALIKES = [
    'models:\n  - id: one\n    note: "\n  - id: two\n    name: A\n  - id: three"\n  -\n    id: two\n    name: A\n  -\n    id: three\n',
    'note: "\nmodels:\n  - id: one\n  - id: two\n    name: A\n  - id: three"\n"models":\n  - id: one\n  - id: two\n    name: A\n  - id: three\n',
    'models:\n  - id: one\n    note: "\n  - id: two\n    name: A\n  - id: three\nx"\n  - id: two\n    name: A\n  - id: three\n',
]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_text_that_looks_like_an_entry_is_not_changed_in_its_place(text: str) -> None:
    document = of(text)
    assert [model["id"] for model in document.data["models"]] == ["one", "two", "three"]
    one, two, three = document.data["models"]
    with suppress(EditError):
        result = edited(document, [Change(model="two", pointer=("name",), value="B")])
        assert of(result.text.decode()).data == {**document.data, "models": [one, two | {"name": "B"}, three]}


@pytest.mark.parametrize(("between", "newline"), [("", "\n"), ("  # first\n# second\n", "\n"), ("", "\r\n"), ("  # first\n", "\r\n")])
def test_the_lines_of_an_item_are_found_whatever_ends_them_and_below_comments(between: str, newline: str) -> None:
    text = f"models:\n{between}  - id: a\n\n  - id: b\nsources: 1\n".replace("\n", newline)
    items = Items(text, "models", [{"id": "a"}, {"id": "b"}])
    stretches = [items.stretch(number) for number in (0, 1)]
    assert [text[slice(*stretch)] for stretch in stretches if stretch] == [f"  - id: a{newline}{newline}", f"  - id: b{newline}"]
    assert items.stretch(2) is None


def test_long_files_are_not_composed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[int] = []
    real: Callable[[str], Any] = read_yaml.compose

    def counted(text: str) -> Any:
        composed.append(len(text))
        return real(text)

    document = of(HEAD + "".join(f"  - id: m{number}\n    name: A\n" for number in range(3000)))
    monkeypatch.setattr(read_yaml, "compose", counted)
    result = edited(document, [Change(model=f"m{number}", pointer=("name",), value="B") for number in range(0, 3000, 7)])
    assert result.source.count("name: B") == len(range(0, 3000, 7))
    assert max(composed, default=0) < 100 or composed.count(max(composed)) == 1  # the last reading, where no accelerator is


def test_every_field_of_the_registry_can_be_written_anew_and_stays_in_order() -> None:
    for document in layout.read_registry(registry_dir()):
        if document.kind == "models":
            changes = [Change(model=model["id"], pointer=("note",), value="seen: 'yes' # 1") for model in document.data["models"]]
            changes += [Change(model=model["id"], pointer=("limits", "output_tokens"), value=7) for model in document.data["models"]]
            result = edited(document, changes)
            assert validate(result) == []
            if max(map(len, document.source.splitlines())) <= 150:
                assert max(map(len, result.source.splitlines())) <= 150
            back = [Change(model=model["id"], pointer=(field,), value=model.get(field, REMOVED)) for model in document.data["models"] for field in ("note", "limits")]
            assert edited(result, back).data == document.data


def test_what_is_taken_out_says_so_when_shown() -> None:
    assert repr(Change(model="a", pointer=("name",), value=REMOVED)) == "Change(model='a', pointer=('name',), value=REMOVED)"


def test_a_spread_entry_reads_like_its_neighbours() -> None:
    assert entry_lines("limits", {"context_tokens": 1}, 4) == ["    limits: {context_tokens: 1}"]
