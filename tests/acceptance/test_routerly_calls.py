"""What Routerly's users' calls are made of: acceptance/routerly.md 26 and 27, by number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import CallError
from paid_calls import Answer, Desk, Provided, chat

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop

QUESTION = "How many roads? " * 10


def row(identity: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "provider": "custom",
        "endpoint": f"http://{identity}.example/v1",
        "cost": {"inputPerMillion": 1, "outputPerMillion": 2},
        "contextWindow": 100_000,
        **more,
    }


def uncounted(text: str) -> Answer:
    """Return an answer of a server that does not say what was used."""
    status, body = chat((0, 0), text)
    found = json.loads(body)
    del found["usage"]
    return status, json.dumps(found).encode()


def test_routerly_26_what_a_provider_does_not_count_is_a_fourth_of_the_characters_and_flagged(use: Drop, home: Path) -> None:
    """Routerly 26: tokens estimated ceil(chars/4) when provider gives none, flagged `estimated`."""
    use([row("gpu")])
    answer = Desk(home, Provided(gpu=uncounted("seven!"))).dispatcher.complete("gpu", QUESTION)
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated) == (-(-len(QUESTION) // 4), 2, True)
    assert "a guess" in answer.explain()
    counted = Desk(home, Provided(gpu=chat((3, 4)))).dispatcher.complete("gpu", QUESTION)
    assert (counted.usage.input_tokens, counted.usage.estimated) == (3, False)


def test_routerly_27_the_limit_goes_by_the_hosts_name_and_thinking_only_to_models_that_think(use: Drop, home: Path) -> None:
    """Routerly 27: openai max_tokens → max_completion_tokens; reasoning_effort dropped for non-reasoning."""
    use([{"id": name, "provider": "openai", "apiKey": "sk-canary"} for name in ("gpt-4o", "gpt-5")])
    desk = Desk(home, Provided(api=chat((3, 4))))

    def sent(ref: str, **more: Any) -> dict[str, Any]:
        desk.dispatcher.complete(ref, QUESTION, max_output_tokens=50, **more)
        body: dict[str, Any] = json.loads(desk.provided.requests[-1].body)
        return body

    assert sent("openai/gpt-4o")["max_completion_tokens"] == 50
    thinking = sent("openai/gpt-5", thinking="low")
    assert (thinking["max_completion_tokens"], thinking["reasoning_effort"]) == (50, "low")
    with pytest.raises(CallError, match="thinking"):
        sent("openai/gpt-4o", thinking="low")
    assert "reasoning_effort" not in sent("openai/gpt-4o", thinking="low", lossy=True)
