"""Requests and answers for hypothesis: conversations of every kind of part, JSON, and JSON with small damage."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from modelwright.ir.chat import Media, Message, Opaque, Request, Text, Thinking, Tool, ToolCall, ToolResult

WORDS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(WORDS, JSON, max_size=3)
IDS = st.sampled_from(("call_1", "call_2", "toolu_3", ""))
NAMES = st.sampled_from(("get_weather", "get_time"))
RARELY_CACHED = st.sampled_from((None,) * 19 + ("5m",))
SIGNATURES = st.none() | st.sampled_from(("c2lnbmVk", "YWdhaW4="))
SIGNERS = st.sampled_from((None, None, None, "acme-chat"))


@cache
def texts() -> st.SearchStrategy[Text]:
    """Return texts, few of them to be cached."""
    return st.builds(Text, WORDS, RARELY_CACHED)


@cache
def media() -> st.SearchStrategy[Media]:
    """Return media of every kind, by their bytes or a URL."""
    kinds = st.sampled_from(("image/png", "image/jpeg", "audio/wav", "application/pdf"))
    data = st.builds(Media, kinds, st.binary(max_size=6), detail=st.none() | st.sampled_from(("auto", "low", "huge")))
    return data | st.builds(lambda kind: Media(kind, url="https://files.acme.example/a"), kinds)


@cache
def tool_calls() -> st.SearchStrategy[ToolCall]:
    """Return calls, few of them with broken arguments."""
    arguments = OBJECTS.map(json.dumps) | st.sampled_from(("", "{}", "{}", "{}", "{", "[1]"))
    return st.builds(ToolCall, IDS, NAMES, arguments, SIGNATURES, SIGNERS)


@cache
def tool_results() -> st.SearchStrategy[ToolResult]:
    """Return results of text and media."""
    content = st.lists(texts() | media(), max_size=3)
    return st.builds(ToolResult, IDS, content, is_error=st.booleans(), name=st.none() | NAMES)


@cache
def messages(protocol: str) -> st.SearchStrategy[Message]:
    """Return messages, with parts of *protocol* and now and then of another."""
    opaque = st.builds(Opaque, st.sampled_from((protocol, protocol, "acme-chat")), st.just({"executableCode": {"code": "1"}}))
    thinking = st.builds(Thinking, WORDS, SIGNATURES, st.none(), SIGNERS)
    return st.one_of(
        st.builds(Message, st.just("user"), st.lists(texts() | media(), min_size=1, max_size=3)),
        st.builds(Message, st.just("assistant"), st.lists(texts() | thinking | tool_calls() | opaque | media(), min_size=1, max_size=5)),
        st.builds(Message, st.just("tool"), st.lists(tool_results(), min_size=1, max_size=2)),
        st.builds(Message, st.just("system"), WORDS),
    )


SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "tool_choice": st.sampled_from(("auto", "none", "required", "get_time")),
    "parallel_tools": st.booleans(),
    "json_schema": OBJECTS,
    "thinking": st.sampled_from(("none", "off", "minimal", "low", "medium", "default", "high", "xhigh", "max", 0, -1, 1, 2048, 10**6)),
    "max_output_tokens": st.integers(1, 10**6),
    "temperature": st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "top_k": st.integers(1, 100),
    "seed": st.integers(0, 2**31),
    "presence_penalty": st.floats(-2, 2),
    "frequency_penalty": st.floats(-2, 2),
    "user": WORDS,
    "tools": st.lists(st.builds(Tool, NAMES, WORDS, OBJECTS, strict=st.sampled_from((None, None, False, True))), min_size=1, max_size=2),
    "stop": st.lists(WORDS, min_size=1, max_size=2),
    "json": st.just(True),
    "extra": OBJECTS,
}
RARELY = st.sampled_from((False, False, False, True))


@cache
def requests(protocol: str) -> st.SearchStrategy[Request]:
    """Return requests of any kind: strategies are made once, for making one costs more than drawing from it."""
    return _requests(st.lists(messages(protocol), min_size=1, max_size=6))


@st.composite
def _requests(draw: st.DrawFn, said: st.SearchStrategy[list[Message]]) -> Request:
    return Request(draw(said), **{name: draw(strategy) for name, strategy in SETTINGS.items() if draw(RARELY)})


THINKING = st.sampled_from(
    (
        {},
        {"mode": "none"},
        {"mode": "always"},
        {"mode": "unspecified"},
        {"mode": "toggle"},
        {"mode": "levels", "levels": ["low", "high"]},
        {"mode": "levels", "levels": ["none", "low", "medium"]},
        {"mode": "levels"},
        {"mode": "budget", "min_tokens": 128, "max_tokens": 32768},
        {"mode": "budget", "min_tokens": 0},
        {"mode": "adaptive", "levels": ["low", "max"], "default_level": "none"},
    )
)
"""The registry's `thinking` of a model, of every mode."""


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """Return *whole*, decoded JSON, with something else in one to three places."""
    found = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(found))
        if not places:
            break
        where, key = draw(st.sampled_from(places))
        where[key] = draw(JSON)
    return found


def _places(value: Any) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield value, key
        yield from _places(item)


@st.composite
def cuts(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """Return *data* in pieces."""
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=6)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
