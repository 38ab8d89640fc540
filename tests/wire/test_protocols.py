"""Which protocols are spoken."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

from modelwright import wire
from modelwright.wire import speaks

SPOKEN = (
    "anthropic-messages",
    "azure-openai",
    "bedrock-converse",
    "cohere-chat",
    "google-cloud-code-assist",
    "google-generative",
    "google-vertex",
    "google-vertex-anthropic",
    "ollama-chat",
    "openai-chat",
    "openai-codex-responses",
    "openai-responses",
)


@pytest.mark.parametrize("word", SPOKEN)
def test_a_protocol_is_spoken_where_a_module_has_its_name(word: str) -> None:
    assert speaks(word)
    assert speaks(word)


@pytest.mark.parametrize("word", ["acme-chat", "sse", "protocol", "openai-chat-stream", "openai_chat"])
def test_what_helps_a_protocol_is_none(word: str) -> None:
    assert not speaks(word)


def test_every_module_with_a_name_speaks_the_protocol_of_it() -> None:
    modules = [import_module(f"{wire.__name__}.{found.name}") for found in pkgutil.iter_modules(wire.__path__)]
    names = [module.NAME for module in modules if hasattr(module, "NAME")]
    assert sorted(names) == sorted(SPOKEN)
    assert all(callable(getattr(module, name)) for module in modules if hasattr(module, "NAME") for name in ("build", "read", "trouble", "Decoder"))
