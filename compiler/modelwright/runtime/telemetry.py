"""
Spans and metrics of calls, by OpenTelemetry's conventions for generative AI. Importing it raises UsageError where its API is not installed.

A call is a span, and each request that was sent for it one below. Nothing is attached to the caller's context; nothing is sent with
a request, and nothing of what was asked or said is recorded, unless that is wanted: https://github.com/open-telemetry/semantic-conventions-genai
"""

from __future__ import annotations

import os
from time import time_ns
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..version import __version__
from . import telemetry_content as content
from .dispatch.engine import Run
from .dispatch.errors import CallError
from .dispatch.prepare import CHAT
from .dispatch.steps import Open, Read, Shut
from .errors import UsageError

try:
    from opentelemetry.context import Context, get_current
    from opentelemetry.metrics import MeterProvider, get_meter
    from opentelemetry.propagate import inject
    from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider, get_tracer, set_span_in_context
except ModuleNotFoundError:
    raise UsageError("opentelemetry-api is not installed: pip install 'modelwright[otel]'") from None

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..ir.usage import Usage
    from .cost import Cost
    from .dispatch.answer import Attempt

_OPERATIONS = {"chat": "chat", "embedding": "embeddings", "count": "count_tokens"}
"""What a task is called; the last is a name of ours."""
_SECONDS = [0.01 * 2**power for power in range(14)]
_TOKENS = [4**power for power in range(14)]
_PORTS = {"http": 80, "https": 443}
_SETTINGS = {
    "max_output_tokens": "gen_ai.request.max_tokens",
    **{name: f"gen_ai.request.{name}" for name in ("temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty")},
    "dimensions": "gen_ai.embeddings.dimension.count",
}
_QUANTITIES = {
    "gen_ai.usage.input_tokens": ("input_tokens",),
    "gen_ai.usage.output_tokens": ("output_tokens",),
    "gen_ai.usage.cache_read.input_tokens": ("cache_read_tokens",),
    "gen_ai.usage.cache_creation.input_tokens": ("cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    "gen_ai.usage.reasoning.output_tokens": ("reasoning_tokens",),
}
"""Of which of ours each is the sum; the first two are totals."""
_ABORTED = "aborted"
RECORDING = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_RECORDS = ("true", "span_only", "span_and_event")


class Telemetry:
    """
    Makes spans and metrics with the providers of OpenTelemetry that are given, else with those that are set for the process.

    With *propagates* each request carries where in the trace it belongs, by the propagators of the process: `traceparent`, and the
    caller's baggage. With *records_content* spans of attempts hold what was asked and said; None leaves that to *environ*.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        *,
        propagates: bool = False,
        records_content: bool | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.propagates = propagates
        self.records_content = (os.environ if environ is None else environ).get(RECORDING, "").lower() in _RECORDS if records_content is None else records_content
        self.tracer = get_tracer("modelwright", __version__, tracer_provider)
        meter = get_meter("modelwright", __version__, meter_provider)
        self.duration = meter.create_histogram("gen_ai.client.operation.duration", "s", "GenAI operation duration.", explicit_bucket_boundaries_advisory=_SECONDS)
        self.first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk", "s", "Time to receive the first chunk.", explicit_bucket_boundaries_advisory=_SECONDS
        )
        self.tokens = meter.create_histogram("gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", explicit_bucket_boundaries_advisory=_TOKENS)
        self.cost = meter.create_counter("modelwright.cost", "{USD}", "What calls cost, where that is known.")

    def run(self, *parts: Any) -> Run:
        """Return a call, not begun, that is told of here."""
        run = _WatchedRun(*parts)
        run.telemetry = self
        return run


class _WatchedRun(Run):
    """A call that makes spans of what it has done."""

    __slots__ = ("cost", "outcome", "telemetry")

    telemetry: Telemetry
    cost: Cost | None
    outcome: str | None

    def steps(self) -> Generator[Any, Any, Any]:
        self.cost = self.outcome = None
        watch = _Watch(self)
        steps = super().steps()
        take, told, error = steps.send, None, None
        try:
            while True:
                step = watch.asked(take(told))
                try:
                    take, told = steps.send, (yield step)
                except Exception as raised:  # noqa: BLE001  # it is the engine's
                    take, told = steps.throw, raised
                else:
                    watch.came(step, told)
        except StopIteration as end:
            return end.value
        except BaseException as raised:
            error = raised
            raise
        finally:
            steps.close()
            watch.ended(error)

    def _write_down(self, outcome: str, cost: Cost | None, stop_reason: str | None) -> None:
        self.outcome, self.cost = outcome, cost
        super()._write_down(outcome, cost, stop_reason)


class _Watch:
    """The spans of one call: its own, and that of the attempt under way."""

    def __init__(self, run: _WatchedRun) -> None:
        self._run, self._telemetry = run, run.telemetry
        self._task: Any = run.task
        self._operation = _OPERATIONS[run.task.asks]
        self._span = self._telemetry.tracer.start_span(f"call {run.asked}".rstrip(), get_current(), SpanKind.INTERNAL, {"modelwright.asked": run.asked})
        self._context = set_span_in_context(self._span, get_current())
        self._attempt: Span | None = None
        self._known: dict[str, Any] = {}
        """The attributes of the attempt that its metrics have, too."""
        self._number = 0
        self._sent_at = 0.0
        self._first_after: float | None = None
        self._shut_at: int | None = None

    def asked(self, step: Any) -> Any:
        """Hear of what is to be done; return it as it is to be done."""
        if type(step) is not Open:
            return step
        self._close_attempt()
        span = self._open_attempt(step)
        return step._replace(headers={**_carried(span, self._context, step.headers), **step.headers}) if self._telemetry.propagates else step

    def came(self, step: Any, told: Any) -> None:
        """Hear of what came of it."""
        if type(step) is Shut:
            self._shut_at = time_ns()
        elif type(step) is Read and type(told) is bytes and self._first_after is None and self._task.is_stream:
            self._first_after = self._run._core.monotonic() - self._sent_at

    def ended(self, error: BaseException | None) -> None:
        """Hear that the call is over."""
        self._close_attempt(is_last=True)
        span, run = self._span, self._run
        given: dict[str, Any] = {"modelwright.attempts": self._number, "modelwright.outcome": run.outcome}
        if error is None and run.current is not None:
            given["modelwright.candidate"] = run.current.way.candidate.name
        if run._out:
            given["modelwright.skipped"] = [f"{one.name}: {one.cause}" for one in run._out.values()]
        span.set_attributes({name: value for name, value in given.items() if value is not None})
        if error is not None:
            span.set_attribute("error.type", _kind(error))
            span.set_status(StatusCode.ERROR)
        span.end()

    def _open_attempt(self, step: Open) -> Span:
        run = self._run
        way = run.current.way  # type: ignore[union-attr]  # there is one when a request is sent
        model, provider = way.endpoint.upstream_id, way.candidate.model.provider
        self._known = {
            "gen_ai.operation.name": self._operation,
            "gen_ai.provider.name": run._core.registry.words("telemetry").get(provider, {}).get("name", provider),
            "gen_ai.request.model": model,
            **_server(step.url),
        }
        self._number += 1
        own = {"modelwright.candidate": way.candidate.name, "modelwright.route": way.endpoint.route, "modelwright.attempt": self._number}
        span = self._telemetry.tracer.start_span(f"{self._operation} {model}", self._context, SpanKind.CLIENT, {**self._known, **own, **_settings(self._task)})
        if self._is_recorded(span):
            span.set_attributes(content.asked(self._task.request))
        self._attempt, self._sent_at, self._first_after, self._shut_at = span, run._core.monotonic(), None, None
        return span

    def _close_attempt(self, *, is_last: bool = False) -> None:
        span, run = self._attempt, self._run
        if span is None:
            return
        self._attempt = None
        attempt: Attempt | None = run.attempts[self._number - 1] if len(run.attempts) >= self._number else None
        failure = None if attempt is None else attempt.failure
        kind = failure.kind if failure is not None else None if attempt is not None else _ABORTED
        cost = run.cost if is_last else None
        response = None if cost is None else run._received.response
        known, measures = self._known, self._telemetry
        if response is not None and response.model:
            known["gen_ai.response.model"] = response.model
        if self._first_after is not None:
            span.set_attribute("gen_ai.response.time_to_first_chunk", self._first_after)
            measures.first_chunk.record(self._first_after, known, self._context)
        if cost is not None:
            self._answered(span, response, cost)
        if kind is not None:
            known = {**known, "error.type": kind}
            span.set_status(StatusCode.ERROR)
        span.set_attributes(known if failure is None or failure.status is None else {**known, "http.response.status_code": failure.status})
        seconds = run._core.monotonic() - self._sent_at if attempt is None else attempt.milliseconds / 1000
        measures.duration.record(seconds, known, self._context)
        span.end(self._shut_at)

    def _is_recorded(self, span: Span) -> bool:
        """Tell whether *span* is to hold what was asked and said."""
        return self._telemetry.records_content and self._task.asks == CHAT and span.is_recording()

    def _answered(self, span: Span, response: Any, cost: Cost) -> None:
        reason = getattr(response, "stop_reason", None)
        given = {"gen_ai.response.id": getattr(response, "id", None), "gen_ai.response.finish_reasons": None if reason is None else [reason], **_money(cost)}
        if self._is_recorded(span):
            given |= content.said(response)
        measures, known = self._telemetry, self._known
        if cost.attodollars:
            measures.cost.add(float(cost.usd or 0), known, self._context)
        if not cost.usage.estimated:
            given |= _quantities(cost.usage)
            for kind, many in (("input", cost.usage.input_tokens), ("output", cost.usage.output_tokens)):
                if many:
                    measures.tokens.record(many, {**known, "gen_ai.token.type": kind}, self._context)
        span.set_attributes({name: value for name, value in given.items() if value is not None})


def _settings(task: Any) -> dict[str, Any]:
    request = task.request
    found = {called: value for name, called in _SETTINGS.items() if (value := getattr(request, name, None)) is not None}
    if task.is_stream:
        found["gen_ai.request.stream"] = True
    if getattr(request, "json", False) or getattr(request, "json_schema", None) is not None:
        found["gen_ai.output.type"] = "json"
    return found


def _carried(span: Span, context: Context, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that tell where *span* belongs; those that there are already stay as they are."""
    carried: dict[str, str] = {}
    inject(carried, set_span_in_context(span, context))
    known = {name.lower() for name in headers}
    return {name: value for name, value in carried.items() if name.lower() not in known}


def _server(url: str) -> dict[str, Any]:
    """Return where *url* is, and nothing else of it; nothing where that cannot be read, which is the transport's to complain about."""
    try:
        place = urlsplit(url)
        port = place.port or _PORTS.get(place.scheme)
    except ValueError:
        return {}
    return {"server.address": place.hostname, "server.port": port} if place.hostname and port else {}


def _quantities(usage: Usage) -> dict[str, int]:
    return {called: many for called, names in _QUANTITIES.items() if (many := sum(getattr(usage, name) for name in names))}


def _money(cost: Cost) -> dict[str, Any]:
    return {"modelwright.cost.state": cost.state, "modelwright.cost.usd": None if cost.usd is None else float(cost.usd)}


def _kind(error: BaseException) -> str:
    """Return the class of *error*: of the last failure where there was one."""
    if isinstance(error, CallError):
        return error.kind if error.failure is None else error.failure.kind
    return _ABORTED if isinstance(error, (GeneratorExit, KeyboardInterrupt)) else type(error).__name__
