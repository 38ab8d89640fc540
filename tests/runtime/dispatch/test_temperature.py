"""A model that takes no temperature is not sent one: it is another's turn, or, where losses are allowed, it goes without."""

from __future__ import annotations

import json

import pytest

import routes_golden
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError

FIXED, FREE = "openai.api-key/gpt-5", "openai.api-key/gpt-4.1"


def sent(*refs: str, **more: object) -> tuple[list[dict[str, object]], str]:
    """Return the bodies that were sent, and what the error says."""
    heard = routes_golden.Heard()
    environ = routes_golden.environment(routes_golden.registry().provider("openai"))
    with Dispatcher(routes_golden.registry(), transport=heard, environ=environ, failover="off") as dispatcher, pytest.raises(CallError) as caught:
        dispatcher.complete(refs, "Why is the sky blue?", **more)
    return [json.loads(one.body) for one in heard.opened], str(caught.value)


def test_it_is_anothers_turn() -> None:
    bodies, said = sent(FIXED, FREE, temperature=0.5)
    assert [(body["model"], body["temperature"]) for body in bodies] == [("gpt-4.1", 0.5)]
    assert "openai/gpt-5 takes no temperature; leave it out, or allow losses" in said


def test_with_losses_allowed_it_goes_without() -> None:
    ((body,), _) = sent(FIXED, temperature=0.5, lossy=True)
    assert body["model"] == "gpt-5"
    assert "temperature" not in body


def test_who_asks_for_none_is_sent_as_ever() -> None:
    ((body,), _) = sent(FIXED)
    assert "temperature" not in body
