"""One call from the terminal: what options ask for, and the call itself, with what comes of it printed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from . import output, states

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ir.chat import Media, Request, Text
    from ..runtime.dispatch.answer import Answer
    from ..runtime.dispatch.dispatcher import Dispatcher
    from ..runtime.registry import Registry
    from .call_report import Report

_MOST_BYTES = 50_000_000
_STANDARD_INPUT = "-"
_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"%PDF-", "application/pdf"))
_RIFF, _WEBP = b"RIFF", b"WEBP"


def request(
    prompt: str | None, *, images: tuple[str, ...] = (), schema: str | None = None, system: str | None = None, max_tokens: int | None = None, thinking: str | None = None
) -> Request:
    """Return the request that the options describe; raises BadParameter where one cannot be."""
    from ..ir.chat import Message, Request, Text

    text = _text_of(prompt)
    parts: list[Media | Text] = [*map(_picture, images), Text(text)]
    level = int(thinking) if thinking is not None and thinking.isdecimal() and len(thinking) < 10 else thinking
    return Request([Message("user", parts)], system=system, max_output_tokens=max_tokens, thinking=level, json_schema=None if schema is None else _schema(schema))


def call(registry: Registry, ref: str, asked: Request, report: Report, *, timeout: float | None, state: str | None, **more: Any) -> int:
    """Make the call, have *report* print what comes of it, and return the exit code."""
    return done(registry, report, timeout, lambda dispatcher: _answer(dispatcher, ref, asked, report, **more), state)


def done(registry: Registry, report: Report, timeout: float | None, ask: Callable[[Dispatcher], Any], state: str | None) -> int:
    """*ask* a dispatcher whose state, unless *state* names another, and ledger are the user's, have *report* print what comes of it, and return the exit code."""
    import warnings

    from ..runtime import home
    from ..runtime.dispatch.dispatcher import Dispatcher
    from ..runtime.dispatch.errors import CallError
    from ..runtime.dispatch.limits import TimeLimits
    from ..runtime.ledger import LedgerWarning
    from ..runtime.state.guard import StateWarning

    limits = None if timeout is None else TimeLimits(first_token=timeout, attempt=timeout, total=timeout)
    with warnings.catch_warnings():
        for category in (StateWarning, LedgerWarning):  # the report says it
            warnings.simplefilter("ignore", category)
        with Dispatcher(registry, state=states.store(state), ledger=home.ledger(os.environ), limits=limits, hook=report.hear) as dispatcher:
            try:
                found = ask(dispatcher)
            except KeyboardInterrupt:
                return report.interrupted()
            except CallError as error:
                return report.failed(error)
            return report.answered(found)


def texts(given: tuple[str, ...]) -> list[str]:
    """Return the texts to embed: as they were *given*, or the lines of standard input that are not empty; raises BadParameter where there is none."""
    found = list(given) if given not in ((), (_STANDARD_INPUT,)) else [line for line in _standard_input("the texts, one a line,", "TEXTS").splitlines() if line.strip()]
    if not all(text.strip() for text in found):
        raise click.BadParameter("one of the texts is empty", param_hint="TEXTS")
    if not found:
        raise click.BadParameter("there are no texts; write some, or pipe them in, one a line", param_hint="TEXTS")
    return found


def _answer(dispatcher: Dispatcher, ref: str, asked: Request, report: Report, *, is_stream: bool, **more: Any) -> Answer:
    if not is_stream:
        return dispatcher.complete(ref, asked, **more)
    with dispatcher.stream(ref, asked, **more) as stream:
        for text in stream.texts():
            report.piece(text)
        return stream.answer


def _text_of(prompt: str | None) -> str:
    """Return the prompt, which standard input is where *prompt* is none."""
    text = prompt if prompt is not None and prompt != _STANDARD_INPUT else _standard_input("the prompt", "PROMPT")
    if not text.strip():
        raise click.BadParameter("the prompt is empty; write one, or pipe one in", param_hint="PROMPT")
    return text


def _standard_input(what: str, hint: str) -> str:
    if sys.stdin.isatty():
        output.notice(f"reading {what} from the terminal; Ctrl-D ends it")
    try:
        return _within(sys.stdin.buffer.read(_MOST_BYTES + 1), "standard input").decode()
    except UnicodeDecodeError as error:
        raise click.BadParameter("standard input is not UTF-8", param_hint=hint) from error


def _picture(path: str) -> Media:
    """Return the picture or PDF at *path*; what it is, its first bytes say."""
    from ..ir.chat import Media

    with open(path, "rb") as file:
        data = _within(file.read(_MOST_BYTES + 1), path)
    kind = next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), "image/webp" if data[:4] == _RIFF and data[8:12] == _WEBP else None)
    if kind is None:
        raise click.BadParameter(f"{path!r} is no picture that models take: PNG, JPEG, GIF, WebP or PDF", param_hint="--image")
    return Media(kind, data)


def _schema(path: str) -> dict[str, Any]:
    import json

    with open(path, "rb") as file:
        data = _within(file.read(_MOST_BYTES + 1), path)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{path!r} is no JSON: {error}", param_hint="--json-schema") from error
    if not isinstance(found, dict):
        raise click.BadParameter(f"{path!r} is no JSON Schema; that is an object", param_hint="--json-schema")
    return found


def _within(data: bytes, name: str) -> bytes:
    if len(data) > _MOST_BYTES:
        raise click.UsageError(f"{name} is longer than {_MOST_BYTES:,} bytes; no model takes that")
    return data
