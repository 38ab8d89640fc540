"""Spans and metrics of calls: what became of each attempt, under the caller's span, with nothing of what was said."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import checkout
from modelwright import Budget, Dispatcher, Request
from modelwright.ir.chat import Media, Message, Opaque, Response, Text, Thinking, Tool, ToolCall, ToolResult
from modelwright.runtime import telemetry, telemetry_content
from modelwright.runtime.telemetry import Telemetry
from routing_world import registry_of
from runtime.dispatch.desk import CARRIERS, Desk
from runtime.dispatch.faults import FAULTS, playing
from runtime.dispatch.places import ENVIRON, KEY, provider
from runtime.dispatch.scripted import Scripted
from runtime.dispatch.spoken import INPUT_TOKENS, OUTPUT_TOKENS, TEXT
from runtime.dispatch.test_cancellation import silent, stalling
from runtime.dispatch.test_embedding import ONE as VECTORS, Played, dispatcher as embedder, failed
from runtime.dispatch.test_retries import BAD, CHAT, GOOD, failing

if TYPE_CHECKING:
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

    from runtime.dispatch.places import Places

COST = (INPUT_TOKENS + 2 * OUTPUT_TOKENS) / 10**6
WELL_KNOWN = {
    *("anthropic", "aws.bedrock", "azure.ai.inference", "azure.ai.openai", "cohere", "deepseek", "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai"),
    *("groq", "ibm.watsonx.ai", "mistral_ai", "moonshot_ai", "openai", "perplexity", "x_ai"),
}


class Seen:
    """What came of telemetry."""

    def __init__(self, **more: Any) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self._tracers = TracerProvider()
        self._tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.telemetry = Telemetry(self._tracers, MeterProvider([self._reader]), **more)
        self.tracer = self._tracers.get_tracer("the caller")

    def spans(self, kind: trace.SpanKind) -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if span.kind == kind and span.name != "caller"]

    @property
    def call(self) -> ReadableSpan:
        (found,) = self.spans(trace.SpanKind.INTERNAL)
        return found

    @property
    def attempts(self) -> list[ReadableSpan]:
        return self.spans(trace.SpanKind.CLIENT)

    def everything(self) -> str:
        return "".join(span.to_json() for span in self._exporter.get_finished_spans())

    def metrics(self) -> dict[str, list[Any]]:
        """Return the points of each metric."""
        data = self._reader.get_metrics_data()
        found = [] if data is None else [metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics]
        return {metric.name: list(metric.data.data_points) for metric in found}


@pytest.fixture
def seen() -> Seen:
    return Seen()


def desk_of(places: Places, home: Path, seen: Seen, **more: Any) -> Desk:
    return Desk(places.registry, home, telemetry=seen.telemetry, **more)


def port(places: Places, kind: str) -> int:
    return int(getattr(places, kind).url.rpartition(":")[2])


def of(span: ReadableSpan, *names: str) -> list[Any]:
    return [(span.attributes or {}).get(name) for name in names]


def is_error(span: ReadableSpan) -> str | None:
    """Return the class of what went wrong, and check that all that say so agree."""
    kind = (span.attributes or {}).get("error.type")
    assert (kind is not None) == (span.status.status_code is trace.StatusCode.ERROR)
    assert span.status.description is None
    return None if kind is None else str(kind)


@pytest.mark.parametrize("is_async", [False, True])
def test_an_answer_is_a_call_with_one_attempt(seen: Seen, places: Places, home: Path, *, is_async: bool) -> None:
    assert desk_of(places, home, seen).ask(GOOD, is_async=is_async).answer is not None
    (attempt,) = seen.attempts
    common = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "good-openai-chat",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "m",
        "server.address": "127.0.0.1",
        "server.port": port(places, "good"),
    }
    assert (seen.call.name, dict(seen.call.attributes or {})) == (
        f"call {GOOD}",
        {"modelwright.asked": GOOD, "modelwright.candidate": GOOD, "modelwright.attempts": 1, "modelwright.outcome": "succeeded"},
    )
    assert (attempt.name, attempt.parent, attempt.kind) == ("chat m", seen.call.context, trace.SpanKind.CLIENT)
    assert dict(attempt.attributes or {}) == {
        **common,
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": INPUT_TOKENS,
        "gen_ai.usage.output_tokens": OUTPUT_TOKENS,
        "modelwright.attempt": 1,
        "modelwright.candidate": GOOD,
        "modelwright.route": "default",
        "modelwright.cost.state": "priced",
        "modelwright.cost.usd": COST,
    }
    assert (is_error(attempt), is_error(seen.call), seen.call.parent) == (None, None, None)
    metrics = seen.metrics()
    assert metrics.keys() == {"gen_ai.client.operation.duration", "gen_ai.client.token.usage", "modelwright.cost"}
    (duration,), (cost,) = metrics["gen_ai.client.operation.duration"], metrics["modelwright.cost"]
    assert (dict(duration.attributes), duration.count, duration.explicit_bounds[:3]) == (common, 1, (0.01, 0.02, 0.04))
    assert (dict(cost.attributes), cost.value) == (common, COST)
    tokens = {point.attributes["gen_ai.token.type"]: (point.sum, dict(point.attributes)) for point in metrics["gen_ai.client.token.usage"]}
    assert tokens == {
        "input": (INPUT_TOKENS, {**common, "gen_ai.token.type": "input"}),
        "output": (OUTPUT_TOKENS, {**common, "gen_ai.token.type": "output"}),
    }


def test_the_settings_of_the_request_are_told_and_what_it_says_is_not(seen: Seen, places: Places, home: Path) -> None:
    request = Request("My secret is plum.", system="You are quince.", max_output_tokens=9, temperature=0.5, top_p=0.9, stop=["medlar"], json=True)
    with desk_of(places, home, seen).sync() as dispatcher:
        dispatcher.complete(GOOD, request, lossy=True)
    names = ("gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.output.type", "gen_ai.request.stream")
    assert of(seen.attempts[0], *names) == [9, 0.5, 0.9, "json", None]
    assert not [word for word in ("plum", "quince", "medlar", TEXT, KEY) if word in seen.everything()]


def test_each_attempt_is_told_with_how_it_failed(seen: Seen, places: Places, home: Path) -> None:
    places.bad.begin(failing(429, "no, sk-canary-7d1f0c, you said plum"))
    assert desk_of(places, home, seen).ask([BAD, GOOD]).answer is not None
    first, second = seen.attempts
    assert ([is_error(one) for one in (first, second, seen.call)], of(first, "http.response.status_code")) == (["rate_limit", None, None], [429])
    assert [of(one, "modelwright.attempt", "modelwright.candidate") for one in (first, second)] == [[1, BAD], [2, GOOD]]
    assert of(first, "gen_ai.usage.input_tokens", "modelwright.cost.state", "gen_ai.response.id") == [None] * 3
    assert of(seen.call, "modelwright.attempts", "modelwright.candidate", "modelwright.skipped") == [2, GOOD, (f"{BAD}: failed",)]
    assert first.parent == second.parent == seen.call.context
    assert (first.end_time or 0) <= (second.start_time or 0)
    assert {point.attributes.get("error.type"): point.count for point in seen.metrics()["gen_ai.client.operation.duration"]} == {"rate_limit": 1, None: 1}
    assert not [word for word in ("plum", KEY) if word in seen.everything()]


def test_tries_of_one_route_are_an_attempt_each(seen: Seen, places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.dispatch.waits._BACKOFF_SECONDS", (0.001, 0.001))
    places.bad.begin(failing(500))
    assert desk_of(places, home, seen).ask(BAD).kind == "server_error"
    assert [is_error(one) for one in seen.attempts] == ["server_error"] * 3
    assert (is_error(seen.call), *of(seen.call, "modelwright.attempts", "modelwright.outcome", "modelwright.candidate")) == ("server_error", 3, "failed", None)


def test_what_is_not_sent_is_a_call_without_attempts(seen: Seen, places: Places, home: Path) -> None:
    budgets = [Budget("cost", "0.000001", period="daily")]
    assert desk_of(places, home, seen, budgets=budgets).ask(GOOD).failed.kind == "all_models_limits_exceeded"
    assert (seen.attempts, is_error(seen.call), *of(seen.call, "modelwright.skipped")) == ([], "all_models_limits_exceeded", (f"{GOOD}: spent",))
    assert list(seen.metrics()) == []


@pytest.mark.parametrize("is_async", [False, True])
def test_a_stream_is_told_when_it_has_ended(seen: Seen, places: Places, home: Path, *, is_async: bool) -> None:
    desk = desk_of(places, home, seen)

    async def awaited() -> None:
        async with desk.awaited() as dispatcher:
            async for _ in dispatcher.stream(GOOD, "Hello?"):
                assert seen.attempts == seen.spans(trace.SpanKind.INTERNAL) == []

    if is_async:
        asyncio.run(awaited())
    else:
        with desk.sync() as dispatcher:
            for _ in dispatcher.stream(GOOD, "Hello?"):
                assert seen.attempts == seen.spans(trace.SpanKind.INTERNAL) == []
    (attempt,) = seen.attempts
    (first_chunk,) = seen.metrics()["gen_ai.client.operation.time_to_first_chunk"]
    assert of(attempt, "gen_ai.request.stream", "gen_ai.response.time_to_first_chunk", "gen_ai.usage.output_tokens") == [True, first_chunk.sum, OUTPUT_TOKENS]
    assert 0 < first_chunk.sum <= ((attempt.end_time or 0) - (attempt.start_time or 0)) / 1e9
    assert is_error(seen.call) is None


@pytest.mark.parametrize("how", ["closed", "dropped"])
def test_a_stream_that_is_left_is_told_as_given_up(how: str, seen: Seen, places: Places, home: Path) -> None:
    places.bad.begin(stalling())
    with desk_of(places, home, seen).sync() as dispatcher:
        stream = dispatcher.stream(BAD, "Hello?")
        assert next(stream.texts()) == "Hello"
        assert seen.attempts == []
        if how == "closed":
            stream.close()
        else:
            del stream
            gc.collect()
        (attempt,) = seen.attempts
    assert ([is_error(one) for one in (attempt, seen.call)], *of(seen.call, "modelwright.outcome")) == (["aborted"] * 2, "partial")
    assert of(attempt, "gen_ai.usage.input_tokens", "modelwright.cost.state") == [None, "priced"]  # nobody counted: a guess is no usage


def test_a_stream_that_broke_is_told_as_that(seen: Seen, places: Places, home: Path) -> None:
    places.bad.begin(playing(next(fault for fault in FAULTS if fault.name == "close between chunks"), CHAT))
    desk_of(places, home, seen).ask([BAD, GOOD], is_stream=True)
    assert [is_error(one) for one in (*seen.attempts, seen.call)] == ["stream_broken"] * 2
    assert of(seen.attempts[0], "gen_ai.usage.output_tokens", "modelwright.cost.state", "gen_ai.response.model") == [None, "priced", "m"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_call_that_is_cancelled_is_told_as_given_up(carrier: str, seen: Seen, places: Places, home: Path) -> None:
    places.bad.begin(silent)

    async def main() -> None:
        async with desk_of(places, home, seen, carrier=carrier).awaited() as dispatcher:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await dispatcher.complete(BAD, "Hello?")

    asyncio.run(main())
    assert [is_error(one) for one in (*seen.attempts, seen.call)] == ["aborted"] * 2


def test_each_request_for_vectors_is_told(seen: Seen) -> None:
    with embedder(Played(failed(503)), texts=2, telemetry=seen.telemetry) as dispatcher:
        dispatcher.embed([VECTORS, "two/vectors"], ["plum", "quince", "medlar"], dimensions=3)
    names = ("gen_ai.operation.name", "gen_ai.response.model", "gen_ai.embeddings.dimension.count", "gen_ai.usage.input_tokens", "modelwright.cost.usd")
    assert [(span.name, is_error(span), of(span, *names)) for span in seen.attempts] == [
        ("embeddings vectors", "server_error", ["embeddings", None, 3, None, None]),
        ("embeddings vectors", None, ["embeddings", "acme-vectors", 3, 10, 0.00001]),
        ("embeddings vectors", None, ["embeddings", "acme-vectors", 3, 6, 0.000006]),
    ]
    assert [of(span, "modelwright.attempts", "modelwright.outcome") for span in seen.spans(trace.SpanKind.INTERNAL)] == [[2, "succeeded"], [1, "succeeded"]]
    assert [(point.attributes["gen_ai.token.type"], point.sum) for point in seen.metrics()["gen_ai.client.token.usage"]] == [("input", 16)]
    assert "quince" not in seen.everything()


def test_a_count_is_told(seen: Seen) -> None:
    registry = registry_of(providers={"acme": provider("https://acme.example/v1", "anthropic-messages")})
    with Dispatcher(registry, transport=Scripted(b'{"input_tokens": 9}'), environ=ENVIRON, telemetry=seen.telemetry) as dispatcher:
        assert dispatcher.count_tokens("acme/m", "Hello?").input_tokens == 9
    (attempt,) = seen.attempts
    assert (attempt.name, is_error(attempt), *of(attempt, "gen_ai.usage.input_tokens", "modelwright.cost.state")) == ("count_tokens m", None, None, None)


def test_the_callers_span_is_above_and_stays_the_current_one(seen: Seen, places: Places, home: Path) -> None:
    with desk_of(places, home, seen).sync() as dispatcher, seen.tracer.start_as_current_span("caller") as caller:
        for _ in dispatcher.stream(GOOD, "Hello?"):
            assert trace.get_current_span() is caller
        assert trace.get_current_span() is caller
    assert seen.call.parent == caller.get_span_context()
    assert not {"traceparent", "tracestate", "baggage"} & places.good.asked[0].headers.keys()


def test_a_trace_goes_on_with_the_provider_where_that_is_wanted(places: Places, home: Path) -> None:
    seen = Seen(propagates=True)
    places.bad.begin(failing(429))
    with seen.tracer.start_as_current_span("caller"):
        desk_of(places, home, seen).ask([BAD, GOOD])
    contexts = [span.context for span in seen.attempts]
    expected = [f"00-{one.trace_id:032x}-{one.span_id:016x}-{one.trace_flags:02x}" for one in contexts if one]
    assert [server.asked[0].headers["traceparent"] for server in (places.bad, places.good)] == expected
    assert len({*expected}) == 2


def test_a_trace_that_the_request_has_already_stays_its_own(seen: Seen) -> None:
    span = seen.tracer.start_span("attempt")
    assert telemetry._carried(span, Context(), {"Accept": "*/*"}).keys() == {"traceparent"}
    assert telemetry._carried(span, Context(), {"TraceParent": "mine"}) == {}


@pytest.mark.parametrize("is_stream", [False, True])
def test_what_is_asked_and_said_is_told_where_that_is_wanted(places: Places, home: Path, *, is_stream: bool) -> None:
    seen = Seen(records_content=True)
    places.bad.begin(failing(429, "sk-canary-7d1f0c"))
    desk_of(places, home, seen).ask([BAD, GOOD], is_stream=is_stream)
    asked, said = [{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}], [{"role": "assistant", "parts": [{"type": "text", "content": TEXT}]}]
    found = [{name: json.loads(str(value)) for name, value in (span.attributes or {}).items() if name in CONTENT} for span in seen.attempts]
    assert found == [{"gen_ai.input.messages": asked}, {"gen_ai.input.messages": asked, "gen_ai.output.messages": said}]
    assert not [word for word in ("canary", KEY) if word in seen.everything()]


CONTENT = ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions")
ASKED = Request(
    [
        Message("system", "You are quince."),
        Message("user", [Text("See."), Media("image/png", b"plum"), Media("application/pdf", url="https://me:plum@files.example/a.pdf?sig=plum#plum")]),
        Message("assistant", [Thinking("Hm.", "plum"), ToolCall("1", "look", '{"at": 2}', "plum"), ToolCall("2", "look", "{"), Opaque("p", {"type": "x", "data": "plum"})]),
        Message("tool", [ToolResult("1", "a tree")]),
        Message("system", "Be brief. \ud800"),
    ],
    tools=[Tool("look", "Looks.", {"type": "object"})],
)
TOLD: dict[str, Any] = {
    "gen_ai.system_instructions": [{"type": "text", "content": "You are quince."}],
    "gen_ai.input.messages": [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "See."},
                {"type": "blob", "mime_type": "image/png", "modality": "image"},
                {"type": "uri", "mime_type": "application/pdf", "modality": "document", "uri": "https://files.example/a.pdf"},
            ],
        },
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "tool_call", "id": "1", "name": "look", "arguments": {"at": 2}},
                {"type": "tool_call", "id": "2", "name": "look", "arguments": "{"},
                {"type": "x"},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": [{"type": "text", "content": "a tree"}]}]},
        {"role": "system", "parts": [{"type": "text", "content": "Be brief. \ud800"}]},
    ],
    "gen_ai.tool.definitions": [{"type": "function", "name": "look", "description": "Looks.", "parameters": {"type": "object"}}],
}


def test_each_part_of_what_is_asked_and_said_has_its_form_and_no_secret_is_in_it() -> None:
    told = telemetry_content.asked(ASKED)
    assert {name: json.loads(value) for name, value in told.items()} == TOLD
    assert "plum" not in "".join(told.values())
    (said,) = telemetry_content.said(Response(ASKED.messages[2].content)).values()
    assert json.loads(said) == TOLD["gen_ai.input.messages"][1:2]
    assert all(value.isascii() for value in told.values())  # so that every exporter can send it


@pytest.mark.parametrize(
    ("value", "given", "is_recorded"),
    [
        ("true", None, True),
        ("SPAN_ONLY", None, True),
        ("span_and_event", None, True),
        ("EVENT_ONLY", None, False),
        ("no_content", None, False),
        ("true", False, False),
        ("", True, True),
    ],
)
def test_the_variable_of_the_conventions_says_whether_content_is_told_unless_the_caller_does(value: str, *, given: bool | None, is_recorded: bool) -> None:
    assert Telemetry(records_content=given, environ={telemetry.RECORDING: value}).records_content == is_recorded


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("https://me:secret@api.example:8443/v1?key=secret", "api.example", 8443),
        ("http://[::1]/v1", "::1", 80),
        ("https://api.example", "api.example", 443),
        ("http://api.example:99999/", None, None),
        ("http://[", None, None),
        ("gopher://api.example/", None, None),
    ],
)
def test_of_an_address_the_server_is_told_alone_and_one_that_is_none_fails_nothing(url: str, address: str | None, port: int | None) -> None:
    assert telemetry._server(url) == ({} if address is None else {"server.address": address, "server.port": port})


def _is_each_under_its_own(seen: Seen, callers: dict[str, int], count: int) -> None:
    calls = {span.context.span_id: span for span in seen.spans(trace.SpanKind.INTERNAL) if span.context}
    assert len(calls) == len(seen.attempts) == count
    for call in calls.values():
        assert call.parent is not None
        assert callers[str(of(call, "modelwright.asked")[0])] == call.parent.span_id
    for attempt in seen.attempts:
        assert attempt.parent is not None
        assert of(calls[attempt.parent.span_id], "modelwright.asked") == of(attempt, "modelwright.candidate")


REFS = ["good-openai-chat/m", "good-openai-chat/n"]


def test_calls_of_many_tasks_are_under_the_span_of_each(seen: Seen, places: Places, home: Path) -> None:
    callers: dict[str, int] = {}

    async def task(dispatcher: Any, ref: str) -> None:
        with seen.tracer.start_as_current_span("caller") as caller:
            callers[ref] = caller.get_span_context().span_id
            await asyncio.gather(*(dispatcher.complete(ref, "Hello?") for _ in range(8)))

    async def main() -> None:
        async with desk_of(places, home, seen, carrier="aiohttp").awaited() as dispatcher:
            await asyncio.gather(*(task(dispatcher, ref) for ref in REFS))

    asyncio.run(main())
    _is_each_under_its_own(seen, callers, 16)


def test_calls_of_many_threads_are_under_the_span_of_each(seen: Seen, places: Places, home: Path) -> None:
    callers: dict[str, int] = {}

    def thread(ref: str) -> None:
        with seen.tracer.start_as_current_span("caller") as caller:
            callers[ref] = caller.get_span_context().span_id
            for _ in range(4):
                dispatcher.complete(ref, "Hello?")

    with desk_of(places, home, seen).sync() as dispatcher, ThreadPoolExecutor(2) as threads:
        list(threads.map(thread, REFS))
    _is_each_under_its_own(seen, callers, 8)


def test_a_provider_goes_by_the_name_that_the_conventions_give_it(seen: Seen, places: Places, home: Path) -> None:
    registry = registry_of(providers={"xai": provider(places.good.url, CHAT)})
    Desk(registry, home, telemetry=seen.telemetry).ask("xai/m")
    assert of(seen.attempts[0], "gen_ai.provider.name") == ["x_ai"]


def test_those_names_are_known_and_others_than_ours() -> None:
    words: dict[str, Any] = yaml.safe_load((checkout.ROOT / "registry" / "vocabulary" / "telemetry.yaml").read_text())["words"]
    ours = {path.stem for path in (checkout.ROOT / "registry" / "providers").iterdir()}
    assert words.keys() <= ours
    assert {word["name"] for word in words.values()} <= WELL_KNOWN
    assert not [name for name, word in words.items() if word["name"] == name]


def test_it_is_imported_when_it_is_asked_for_and_the_cure_is_told_where_it_is_not_there(small_artifact: Path) -> None:
    code = """
import sys
import modelwright
from modelwright.runtime.dispatch.dispatcher import Dispatcher
registry = modelwright.load(sys.argv[1])
Dispatcher(registry).close()
print("opentelemetry" in sys.modules)
Dispatcher(registry, telemetry=True).close()
print("opentelemetry" in sys.modules)
for name in [name for name in sys.modules if name.startswith(("opentelemetry", "modelwright.runtime.telemetry"))]:
    del sys.modules[name]
sys.modules["opentelemetry"] = None
try:
    Dispatcher(registry, telemetry=True)
except modelwright.UsageError as error:
    print(error, error.__suppress_context__)
"""
    done = subprocess.run([sys.executable, "-c", code, str(small_artifact)], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["False", "True", "opentelemetry-api is not installed: pip install 'modelwright[otel]' True"]
