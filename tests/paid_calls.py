"""For tests of what calls cost: a transport that answers for providers, and a dispatcher whose clocks stand still."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelwright import load
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.ledger import Ledger
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.replied import Replied
from runtime.state.conformance import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright import Registry
    from modelwright.runtime.dispatch.steps import Down, Open

Answer = tuple[int, bytes]


def chat(tokens: tuple[int, int], text: str = "yes") -> Answer:
    """Return what OpenAI's Chat Completions answer, with tokens in and out."""
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return 200, json.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}).encode()


def messages(tokens: tuple[int, int], text: str = "yes") -> Answer:
    """Return what Anthropic's Messages answer, with tokens in and out."""
    usage = {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    content = [{"type": "text", "text": text}]
    return 200, json.dumps({"id": "x", "type": "message", "role": "assistant", "model": "m", "content": content, "stop_reason": "end_turn", "usage": usage}).encode()


def chat_stream(*texts: str) -> Answer:
    """Return the beginning of a stream of OpenAI's Chat Completions; it has no end."""
    chunks = [{"id": "x", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]} for text in texts]
    return 200, b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def failed(status: int, message: str = "no") -> Answer:
    return status, json.dumps({"error": {"message": message}}).encode()


class Provided:
    """A transport: what each host answers, which may be changed, and what it was asked."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.requests: list[Open] = []

    def open(self, request: Open) -> Replied | Down:
        host = (urlsplit(request.url).hostname or "").partition(".")[0]
        self.asked.append(host)
        self.requests.append(request)
        return Replied(*self.answers[host])

    def close(self) -> None:
        pass


class Desk:
    """A dispatcher of *registry*, or of the compiled one, with a ledger, whose providers are *provided*; `heard` is what its hook was told."""

    def __init__(self, home: Path, provided: Provided, registry: Registry | None = None, **more: Any) -> None:
        self.clock = Clock()
        self.provided = provided
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.ledger = Ledger(home / "ledger.sqlite", clock=self.clock, hook=self._hear)
        given = {"state": MemoryStore(clock=self.clock), "ledger": self.ledger, "now": self.clock, "hook": self._hear}
        self.dispatcher = Dispatcher(registry or load(), transport=provided, **{**given, **more})

    def ask(self, ref: str | list[str] | None = None, **more: Any) -> Any:
        return self.dispatcher.complete(ref, "Well?", **more)

    def _hear(self, event: str, facts: dict[str, Any]) -> None:
        self.heard.append((event, facts))

    def left(self, ref: str | None = None) -> list[int]:
        """Return what is left of each budget of the first candidate for *ref*."""
        (first, *_) = self.dispatcher.route(ref).candidates
        return [amount for _, amount, _ in self.dispatcher._core.left([first])[0]]
