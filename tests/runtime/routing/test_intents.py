"""What a request is about: plugs, what they may say, and what becomes of a call when they fail."""

from __future__ import annotations

from typing import Any

import pytest

from modelwright.runtime.errors import UsageError
from modelwright.runtime.routing.intents import ByExamples
from modelwright.runtime.routing.router import Router
from routing_world import kept, registry_of, skipped

A, B, C = "north/blind", "north/eyes", "south/seer"
INTENTS = {"coding": {"models": [B], "examples": ["write a function", "fix this bug"]}, "chat": {"models": [C], "examples": ["hello", "how are you"]}, "drawing": ["south/gift"]}
VECTORS = {"write a function": [1.0, 0, 0], "fix this bug": [0.8, 0.2, 0], "hello": [0, 1.0, 0], "how are you": [0, 0.9, 0.1]}


def routed(plug: Any, text: str | None = "some text", *, policy: Any = "semantic-intent", told: list[Any] | None = None, intents: Any = INTENTS) -> Any:
    said = [] if told is None else told
    registry = registry_of(policy={"routing_policies": [policy], "intents": intents})
    return Router(registry, intent=plug, tell=lambda event, facts: said.append((event, facts))).route([A, B, C], text=text)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("coding", {B: 1.0, A: 0.0, C: 0.0}),
        (["coding", "chat"], {B: 1.0, C: 1.0, A: 0.0}),
        ({C: 0.9, A: 0.4}, {C: 0.9, A: 0.4, B: 0.0}),
        ({C: 9, A: -1}, {C: 1.0, A: 0.0, B: 0.0}),
    ],
)
def test_a_plug_names_an_intent_or_several_or_scores(said: Any, expected: dict[str, float]) -> None:
    assert {one.name: one.score for one in routed(lambda *_: said).kept} == expected


@pytest.mark.parametrize("said", [None, [], "drawing"])
def test_a_plug_may_have_nothing_to_say_and_what_no_candidate_is_best_at_says_nothing(said: Any) -> None:
    routing = routed(lambda *_: said)
    assert kept(routing) == [A, B, C]
    assert {one.score for one in routing.kept} == {None}


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_text_no_plug_is_asked(text: str | None) -> None:
    assert kept(routed(lambda *_: pytest.fail("there was nothing to ask"), text)) == [A, B, C]


def test_without_a_plug_nothing_is_said() -> None:
    assert {one.score for one in routed(None).kept} == {None}


def test_scores_say_for_what() -> None:
    assert [one.notes for one in routed(lambda *_: ["coding", "chat"]).kept] == [
        ("semantic-intent 1.00: for coding or chat",),
        ("semantic-intent 1.00: for coding or chat",),
        ("semantic-intent 0.00: not among the models for coding or chat",),
    ]


def test_others_are_out_where_the_file_says_so() -> None:
    routing = routed(lambda *_: "coding", policy={"name": "semantic-intent", "others_excluded": 1})
    assert kept(routing) == [B]
    assert skipped(routing) == dict.fromkeys((A, C), "it is not among the models for coding (policy semantic-intent)")


def failing(*_: Any) -> str:
    raise RuntimeError("out of order")


@pytest.mark.parametrize(
    ("plug", "facts"),
    [
        (failing, {"error": "RuntimeError", "reason": "out of order"}),
        (lambda *_: "cooking", {"error": "ValueError", "reason": "the file has no intent 'cooking'; it has: chat, coding, drawing"}),
        (lambda *_: 7, {"error": "TypeError", "reason": "'int' object is not iterable"}),
        (lambda *_: {A: "much"}, {"error": "ValueError", "reason": "could not convert string to float: 'much'"}),
    ],
)
def test_a_plug_that_fails_says_nothing_and_the_hook_hears_it(plug: Any, facts: dict[str, str]) -> None:
    told: list[Any] = []
    routing = routed(plug, told=told)
    assert {one.score for one in routing.kept} == {None}
    assert told == [("intent_failed", facts)]


def test_a_text_is_asked_about_once_unless_the_plug_failed() -> None:
    answers = iter([RuntimeError("out of order"), "coding", None])
    asked: list[str] = []

    def plug(text: str, _: Any) -> Any:
        asked.append(text)
        said = next(answers)
        if isinstance(said, Exception):
            raise said
        return said

    router = Router(registry_of(policy={"routing_policies": ["semantic-intent"], "intents": INTENTS}), intent=plug)
    for text in ("one", "one", "one", "two", "two"):
        router.route([A, B], text=text)
    assert asked == ["one", "one", "two"]


# By examples


def by_examples(vector: list[float], **numbers: float) -> tuple[ByExamples, list[list[str]]]:
    asked: list[list[str]] = []

    def embed(texts: list[str]) -> list[list[float]]:
        asked.append(texts)
        return [VECTORS.get(text, vector) for text in texts]

    registry = registry_of(policy={"routing_policies": ["cheapest", {"name": "semantic-intent", **numbers}], "intents": INTENTS})
    return ByExamples(registry, embed), asked


@pytest.mark.parametrize(
    ("vector", "numbers", "expected"),
    [
        ([0.99, 0.01, 0], {}, ("coding",)),
        ([0, 5.0, 0], {}, ("chat",)),
        ([0, 0, 0], {}, None),
        ([0, 0, 1.0], {}, None),
        ([0, 0, 1.0], {"least_similarity": 0}, ("chat", "coding")),
        ([0.7, 0.72, 0], {}, ("coding", "chat")),
        ([0.8, 0.7, 0], {"least_margin": 0.01}, ("coding",)),
        ([0.99, 0.01, 0], {"least_margin": 2}, ("coding", "chat")),
    ],
)
def test_the_intent_whose_examples_are_nearest_is_meant(vector: list[float], numbers: dict[str, float], expected: tuple[str, ...] | None) -> None:
    plug, asked = by_examples(vector, **numbers)
    assert plug("some text") == expected
    assert plug("another text") == expected
    assert asked == [["hello", "how are you"], ["write a function", "fix this bug"], ["some text"], ["another text"]]


def test_it_can_be_plugged_in() -> None:
    assert kept(routed(by_examples([0.99, 0.01, 0])[0]))[0] == B


def test_without_examples_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(UsageError, match=r"no intent of your files has examples; write them at policy.intents.WORD.examples"):
        ByExamples(registry_of(policy={"intents": {"coding": [B]}}), lambda _: [])
