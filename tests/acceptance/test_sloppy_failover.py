"""A user of Sloppy's asks OpenAI for a model that only one of its protocols has: acceptance/sloppy.md 28, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelwright.runtime.dispatch.errors import CallError
from paid_calls import Desk, Provided, failed

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop
    from paid_calls import Answer

CHAT, RESPONSES = "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/responses"
BOTH = ["openai/gpt-4.1", "openai-responses/gpt-4.1"]
TEXTS = [
    "This is not a chat model and thus not supported here.",
    "Not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?",
]


def went(answer: Answer, refs: list[str], use: Drop, home: Path) -> list[str]:
    """Ask for *refs*, be refused, and return where the requests went."""
    use({"version": 1})
    desk = Desk(home, Provided(api=answer), environ={"OPENAI_API_KEY": "sk-a-made-up-key"}, longest_wait_seconds=0.001)
    with pytest.raises(CallError):
        desk.ask(refs)
    return [request.url for request in desk.provided.requests]


@pytest.mark.parametrize("text", TEXTS)
def test_sloppy_28_a_model_that_is_none_for_this_protocol_is_asked_for_on_the_other_where_both_are_named(text: str, use: Drop, home: Path) -> None:
    """S Completions↔Responses fallback only on the two texts."""
    assert went(failed(404, text), BOTH, use, home) == [CHAT, RESPONSES]


@pytest.mark.parametrize("answer", [failed(400, "Unknown parameter"), failed(404, "no such path"), failed(422, "no")], ids=["400", "404", "422"])
def test_sloppy_28_any_other_mistake_is_given_back(answer: Answer, use: Drop, home: Path) -> None:
    """S fallback only on the two texts."""
    assert went(answer, BOTH, use, home) == [CHAT]


@pytest.mark.parametrize("answer", [failed(401), *(failed(404, text) for text in TEXTS)], ids=["401", "one text", "the other"])
def test_sloppy_28_nothing_goes_to_a_protocol_that_was_not_named(answer: Answer, use: Drop, home: Path) -> None:
    """S no fallback on 401."""
    assert went(answer, BOTH[:1], use, home) == [CHAT]
