"""
What a call costs beside the bare transport, in a process that is warm: `dispatching.py modelwright|openai|litellm PORT [ARTIFACT]`.

It runs in the interpreter of what it measures and prints JSON. Each call takes turns with a bare one, the same bytes over the same
kind of connection pool, and what is told is what it takes more, by the clock on the wall. What is decided without a network, and
streams, which come at the pace of the server, are told by the CPU they take.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import timeit
from typing import TYPE_CHECKING, Any

from answering import ANSWER, CHUNKS

try:
    import httpx2 as httpx  # what the openai SDK is built on since its third version
except ModuleNotFoundError:
    import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

_CALLS, _STRETCHES = 100, 7
_ROUND, _ROUNDS = 1_000, 30
_STREAMS = 12
_LATER = 5
"""Calls made after the one that met the dead server."""
_PROMPT = "Why is the sky blue?"
_BODY = {"model": "model", "messages": [{"role": "user", "content": _PROMPT}], "max_tokens": 100}
_KEY = "sk-0123456789abcdef"


class _Bare:
    """What everybody else is laid over."""

    def __init__(self, port: str) -> None:
        self.url = f"http://127.0.0.1:{port}/v1/chat/completions"
        self.client = httpx.Client(headers={"authorization": f"Bearer {_KEY}", "content-type": "application/json"})
        self.body, self.stream_body = json.dumps(_BODY).encode(), json.dumps({**_BODY, "stream": True}).encode()

    def call(self) -> None:
        if self.client.post(self.url, content=self.body).status_code != 200:
            raise ValueError("no answer")

    def stream(self) -> int:
        with self.client.stream("POST", self.url, content=self.stream_body) as answer:
            return len([json.loads(line[6:]) for line in answer.iter_lines() if line[:7] == "data: {"]) - 3

    def asked(self) -> int:
        asked: int = self.client.get(self.url.replace("v1/chat/completions", "asked")).json()
        return asked


def _more(call: Callable[[], object], bare: Callable[[], object]) -> float:
    """Return the microseconds that *call* takes more than *bare*, in the stretch in which the machine was left alone most."""
    stretches = []
    for _ in range(_STRETCHES):
        differences = []
        for _ in range(_CALLS):
            first = time.perf_counter()
            call()
            middle = time.perf_counter()
            bare()
            differences.append((middle - first) - (time.perf_counter() - middle))
        stretches.append(statistics.median(differences))
    return min(stretches[1:]) * 1e6


def _per_chunk(stream: Callable[[], int]) -> float:
    """Return the microseconds of CPU of *stream*, by chunk."""
    taken = []
    for _ in range(_STREAMS):
        before = time.process_time()
        told = stream()
        taken.append(time.process_time() - before)
        if told != CHUNKS:
            raise ValueError(f"{told} pieces of {CHUNKS} came")
    return min(taken[1:]) / CHUNKS * 1e6


def _dead(call: Callable[[], object], whole_ms: float, bare: _Bare) -> dict[str, float]:
    """Return what the first call costs that meets a dead server, in milliseconds over a healthy one, and how often that server is asked by it and later."""
    before = bare.asked()
    began = time.perf_counter()
    call()
    first = (time.perf_counter() - began) * 1000 - whole_ms
    at_first = bare.asked() - before
    for _ in range(_LATER):
        call()
    return {"dead": first, "dead asked": at_first, "dead asked later": bare.asked() - before - at_first}


def _milliseconds(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def _quick(call: Callable[[], object], timer: Callable[[], float] = time.process_time) -> float:
    """Return the microseconds of *call* in the quickest round, which is so long that what comes once in many calls, as a checkpoint, is in it."""
    return min(timeit.repeat(call, gc.enable, timer, number=_ROUND, repeat=_ROUNDS)) / _ROUND * 1e6


def _modelwright(bare: _Bare, path: str) -> dict[str, float]:
    import tempfile
    from pathlib import Path

    import modelwright
    from modelwright.ir.events import TextDelta
    from modelwright.runtime.dispatch.dispatcher import Dispatcher

    def stream() -> int:
        return sum(type(event) is TextDelta for event in dispatcher.stream("alive/model", request))

    registry, request = modelwright.load(path), modelwright.Request(_PROMPT, max_output_tokens=100)
    with tempfile.TemporaryDirectory() as folder, Dispatcher(registry, environ={"KEY": _KEY}) as dispatcher:
        durable = _decision(registry, request, f"sqlite:{Path(folder) / 'state'}")
        found = {"decision": _quick(_decision(registry, request, "memory:")), "durable": _quick(durable), "durable, wall": _quick(durable, time.perf_counter)}
        with Dispatcher(registry, environ={"KEY": _KEY}, transport=_Ready()) as ready:
            found["engine"] = _quick(lambda: ready.complete("alive/model", request))
        found["call"] = _more(lambda: dispatcher.complete("alive/model", request), bare.call)
        found |= {"bare call": _milliseconds(bare.call) * 1000, "chunk": _per_chunk(stream), "bare chunk": _per_chunk(bare.stream)}
        whole = _milliseconds(lambda: dispatcher.complete("alive/model", request))
        return found | _dead(lambda: dispatcher.complete(None, request), whole, bare)


def _decision(registry: Any, request: Any, state: str) -> Callable[[], object]:
    """Return what decides and settles one call: its route, its place among what cools, its money, and all that again when it is answered."""
    from modelwright import Usage
    from modelwright.runtime.cooldown import Entry
    from modelwright.runtime.dispatch.core import Core, Options
    from modelwright.runtime.dispatch.tasks.chat import Chat
    from modelwright.runtime.spending import SUCCEEDED, Reservation

    def decide() -> None:
        candidate = core.router.route("alive/model", core.needs_of(request, None)).kept[0]
        way = core.ways.kept(candidate, is_stream=False) or core.ways.find(candidate, is_stream=False)
        entry = core.cooldowns.enter(way.keys)
        granted = core.reserve(candidate, task.most(core, call), options)
        assert isinstance(entry, Entry)
        assert isinstance(granted, Reservation)
        core.settle(granted, way, core.cost(candidate.model, used), SUCCEEDED, seen=None)
        core.cooldowns.succeeded(entry)

    core = Core(registry, environ={"KEY": _KEY}, state=state)
    options, used = Options(lossy=False, project=None, token=None, tags=None), Usage(20, 5)
    found = core.ways.find(core.router.route("alive/model").kept[0], is_stream=False)
    task = Chat(request, is_stream=False)
    call = task.build(found, lossy=False)
    return decide


class _Ready:
    """A transport that has the answer."""

    def __init__(self) -> None:
        from modelwright.runtime.dispatch.steps import Head

        self.head = Head(200, {})
        self.pieces: list[bytes | None] = []

    def open(self, request: object) -> _Ready:  # noqa: ARG002
        self.pieces = [None, ANSWER.partition(b"\r\n\r\n")[2]]
        return self

    def read(self, seconds: float) -> bytes | None:  # noqa: ARG002
        return self.pieces.pop()

    def close(self) -> None:
        pass


def _openai(bare: _Bare) -> dict[str, float]:
    import openai

    def call() -> object:
        return client.chat.completions.create(**_BODY)

    def stream() -> int:
        return sum(bool(chunk.choices and chunk.choices[0].delta.content) for chunk in client.chat.completions.create(**_BODY, stream=True))

    client = openai.OpenAI(base_url=bare.url.removesuffix("/chat/completions"), api_key=_KEY)
    return {"call": _more(call, bare.call), "chunk": _per_chunk(stream)}


def _litellm(bare: _Bare) -> dict[str, float]:
    import litellm

    def deployment(name: str, url: str) -> dict[str, Any]:
        return {"model_name": name, "litellm_params": {"model": "openai/model", "api_base": url, "api_key": _KEY}}

    def call(name: str = "alive") -> object:
        return router.completion(model=name, messages=_BODY["messages"], max_tokens=100)

    def stream() -> int:
        chunks = router.completion(model="alive", messages=_BODY["messages"], max_tokens=100, stream=True)
        return sum(bool(chunk.choices and chunk.choices[0].delta.content) for chunk in chunks)

    litellm.suppress_debug_info = True
    base = bare.url.removesuffix("/chat/completions")
    router = litellm.Router([deployment("alive", base), deployment("dead", base.replace("/v1", "/dead/v1"))], fallbacks=[{"dead": ["alive"]}])
    found = {"call": _more(call, bare.call), "chunk": _per_chunk(stream)}
    return found | _dead(lambda: call("dead"), _milliseconds(call), bare)


if __name__ == "__main__":
    measure: dict[str, Callable[..., dict[str, float]]] = {"modelwright": _modelwright, "openai": _openai, "litellm": _litellm}
    print("\n" + json.dumps(measure[sys.argv[1]](_Bare(sys.argv[2]), *sys.argv[3:])))  # on a line of its own, whatever a peer prints
