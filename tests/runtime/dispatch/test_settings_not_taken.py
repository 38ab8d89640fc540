"""A setting that a model does not take is not sent to it: it is another's turn, or, where losses are allowed, it goes without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import routes_golden
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Callable

CHAT = ("temperature", 0.5, "openai.api-key/gpt-5", "openai.api-key/gpt-4.1", Dispatcher.complete)
VECTORS = ("dimensions", 64, "openai.api-key/text-embedding-ada-002", "openai.api-key/text-embedding-3-small", Dispatcher.embed)
settings = pytest.mark.parametrize(("setting", "value", "fixed", "free", "ask"), [CHAT, VECTORS], ids=["temperature", "dimensions"])


def sent(ask: Callable[..., object], *refs: str, **more: object) -> tuple[list[dict[str, Any]], str]:
    """Return the bodies that were sent, and what the error says."""
    heard = routes_golden.Heard()
    environ = routes_golden.environment(routes_golden.registry().provider("openai"))
    with Dispatcher(routes_golden.registry(), transport=heard, environ=environ, failover="off") as dispatcher, pytest.raises(CallError) as caught:
        ask(dispatcher, refs, ["Why is the sky blue?"] if ask is Dispatcher.embed else "Why is the sky blue?", **more)
    return [json.loads(one.body) for one in heard.opened], str(caught.value)


@settings
def test_it_is_anothers_turn(setting: str, value: float, fixed: str, free: str, ask: Callable[..., object]) -> None:
    bodies, said = sent(ask, fixed, free, **{setting: value})
    assert [(body["model"], body[setting]) for body in bodies] == [(free.partition("/")[2], value)]
    assert f"openai/{fixed.partition('/')[2]} takes no {setting}; leave out `{setting}`, or allow losses" in said


@settings
def test_with_losses_allowed_it_goes_without(setting: str, value: float, fixed: str, free: str, ask: Callable[..., object]) -> None:
    ((body,), _) = sent(ask, fixed, lossy=True, **{setting: value})
    assert body["model"] == fixed.partition("/")[2]
    assert setting not in body


def test_who_asks_for_none_is_sent_as_ever() -> None:
    ((body,), _) = sent(Dispatcher.complete, CHAT[2])
    assert "temperature" not in body
