"""What a call says: the answer on standard output; route, usage and cost on standard error."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

import click

from ..diagnostics.render_text import printable
from ..runtime.cost import money
from . import options, output

if TYPE_CHECKING:
    from ..runtime.cost import Cost
    from ..runtime.dispatch.answer import Attempt
    from ..runtime.dispatch.errors import CallError
    from ..runtime.routing.candidate import Candidate, Routing

_FAILED, _NOT_ANSWERED, _INTERRUPTED = 1, 4, 130
_USUAL_STOP = "stop"
_BROKEN = "stream_broken"
_DOWN = {
    "state_down": "note: cooldowns and budgets of other processes are not known: {reason}",
    "ledger_down": "note: the call is not written down: {reason}",
}


class Report:
    """Says what comes of one call of *asked*. Its methods return the exit code; `nothing` is what a document has in place of an answer."""

    nothing: ClassVar[dict[str, Any]] = {"text": None, "thinking": None, "stop_reason": None, "losses": []}

    def __init__(self, asked: str, *, explain: bool, is_json: bool) -> None:
        self._asked = asked
        self._explains = explain
        self.is_json = is_json
        self._began = monotonic()
        self._last = ""
        self._settled: dict[str, Any] = {}

    def hear(self, event: str, facts: dict[str, Any]) -> None:
        """Hear what the dispatcher decides: its hook."""
        if event == "settled":
            self._settled = facts
        elif event in _DOWN:
            output.notice(printable(_DOWN[event].format(reason=facts.get("reason"))))

    def piece(self, text: str) -> None:
        """Print a piece of the answer."""
        if text and not self.is_json:
            _write(text)
            self._last = text

    def answered(self, answer: Any) -> int:
        """Print the answer, or what of it is not printed yet, and what it took."""
        if self.is_json:
            response = answer.response
            said = {"text": response.text, "thinking": response.thinking or None, "stop_reason": response.stop_reason}
            return self.document(said, answer, answer.cost)
        if not self._last:
            self.piece(answer.text)
        self._end_line()
        self.tell_of(answer)
        others = sum(1 for part in answer.response.content if type(part).__name__ in ("Media", "ToolCall"))
        if others:
            output.notice(f"note: the answer has {others} {'part that is' if others == 1 else 'parts that are'} no text")
        stop = answer.response.stop_reason
        self.sum_up(over(answer), answer.cost, failed_before(answer.attempts), "" if stop in (None, _USUAL_STOP) else f"stopped: {stop}")
        return 0

    def failed(self, error: CallError) -> int:
        """Print why there is no answer, or only part of one."""
        from ..runtime.dispatch.errors import COOLING
        from ..runtime.dispatch.prepare import NO_CREDENTIAL

        cost: Cost | None = getattr(error, "cost", None)
        if self.is_json:
            failure, response = error.failure, getattr(error, "response", None)
            said = {**self.nothing, **({} if response is None else {"text": response.text})}
            word = {"kind": error.kind, "class": None if failure is None else failure.kind, "message": str(error), "cure": error.cure, "retry_at": error.retry_at}
            self._print_document(said, _NOWHERE, cost, error.attempts, error.routing, word)
        else:
            self._end_line()
            self.tell(error.routing, error.attempts, None)
            click.echo(f"error: {printable(str(error))}{f'; {error.cure}' if error.cure else ''}", err=True)
            if cost is not None:
                self.sum_up(error.attempts[-1].name, cost, "the part that came")
        if error.failure is not None:
            return _NOT_ANSWERED if error.failure.failover or error.kind == _BROKEN else _FAILED
        return _NOT_ANSWERED if error.kind == COOLING or any(one.reason.startswith(NO_CREDENTIAL) for one in error.routing.skipped) else _FAILED

    def interrupted(self) -> int:
        """Print what was used until the user stopped it."""
        cost: Cost | None = self._settled.get("cost")
        if self.is_json:
            word = {"kind": "aborted", "class": "aborted", "message": "interrupted", "cure": None, "retry_at": None}
            self._print_document(self.nothing, {**_NOWHERE, "name": self._settled.get("candidate")}, cost, (), None, word)
            return _INTERRUPTED
        self._end_line()
        click.echo(f"interrupted; {'nothing was used' if cost is None else 'the request was stopped'}", err=True)
        if cost is not None:
            self.sum_up(str(self._settled["candidate"]), cost, "until it was stopped")
        return _INTERRUPTED

    def _end_line(self) -> None:
        if self._last and not self._last.endswith("\n"):
            click.echo()

    def tell_of(self, answer: Any) -> None:
        """Print how *answer* came about, and what was left out."""
        self.tell(answer.routing, answer.attempts, answer.candidate)
        for loss in answer.losses:
            output.notice(f"note: {printable(loss)}")

    def tell(self, routing: Routing, attempts: tuple[Attempt, ...], taken: Candidate | None) -> None:
        """Print which way was taken and why, and what became of the others, where that is asked for."""
        if routing.warning:
            output.notice(f"warning: {printable(routing.warning)}")
        if not self._explains:
            return
        lines = [] if taken is None else [f"taken    {taken.name}: {taken.reason}"]
        lines += [f"         {note}" for note in (() if taken is None else taken.notes)]
        lines += [f"tried    {one.name} over {one.route}: {one.failure}, {one.milliseconds:,.0f} ms" for one in attempts if one.failure is not None]
        lines += [f"skipped  {one.name}: {one.reason}" for one in routing.skipped]
        for line in lines:
            click.echo(printable(line), err=True)

    def sum_up(self, way: str, cost: Cost, *more: str) -> None:
        usage = cost.usage
        cached = f" ({usage.cache_read_tokens:,} from cache)" if usage.cache_read_tokens else ""
        guess = ", a guess" if usage.estimated else ""
        parts = [way, f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out{guess}", _amount(cost), f"{monotonic() - self._began:.1f} s", *filter(None, more)]
        line = printable("; ".join(parts))
        if not options.is_quiet():
            click.echo(click.style(line, dim=True), err=True, color=output.colours(sys.stderr))

    def document(self, said: dict[str, Any], found: Any, cost: Cost | None) -> int:
        """Print what was *said*, and how that came about."""
        candidate: Candidate | None = found.candidate
        way = _NOWHERE if candidate is None else {"name": candidate.name, **_way(candidate), "route": found.attempts[-1].route, "reason": candidate.reason}
        self._print_document({**said, "losses": list(found.losses)}, way, cost, found.attempts, found.routing, None)
        return 0

    def _print_document(
        self,
        said: dict[str, Any],
        way: dict[str, Any],
        cost: Cost | None,
        attempts: tuple[Attempt, ...],
        routing: Routing | None,
        error: dict[str, Any] | None,
    ) -> None:
        used = None if cost is None else {name: number for name, number in _quantities(cost) if number}
        output.as_json(
            {
                "asked": self._asked,
                **said,
                **way,
                "usage": used,
                "usage_is_guess": None if cost is None else cost.usage.estimated,
                "usd": None if cost is None or cost.attodollars is None else money(cost.attodollars),
                "state": None if cost is None else cost.state,
                "milliseconds": round((monotonic() - self._began) * 1000),
                "attempts": [_attempt(one) for one in attempts],
                "skipped": [{"name": one.name, "reason": one.reason, "cause": one.cause} for one in (routing.skipped if routing else ())],
                "warning": routing.warning if routing else None,
                "error": error,
            }
        )


def over(found: Any) -> str:
    return f"{found.candidate.name} over {found.attempts[-1].route}"


def failed_before(attempts: tuple[Attempt, ...]) -> str:
    failed = sum(1 for one in attempts if one.failure is not None)
    return "" if not failed else f"{failed} failed {'attempt' if failed == 1 else 'attempts'} before"


_NOWHERE = dict.fromkeys(("name", "ref", "account", "profile", "route", "reason"))


def _way(candidate: Candidate) -> dict[str, Any]:
    return {"ref": candidate.model.ref, "account": candidate.account["id"] if "place" in candidate.account else None, "profile": candidate.profile or None}


def _attempt(one: Attempt) -> dict[str, Any]:
    failure = one.failure
    return {
        "name": one.name,
        "route": one.route,
        "class": None if failure is None else failure.kind,
        "status": None if failure is None else failure.status,
        "message": None if failure is None else failure.message,
        "milliseconds": round(one.milliseconds),
    }


def _quantities(cost: Cost) -> list[tuple[str, int]]:
    from ..ir.usage import FIELDS

    return [(name, getattr(cost.usage, name)) for name in FIELDS]


def _amount(cost: Cost) -> str:
    if cost.attodollars is None:
        return f"cost unknown{'' if cost.state == 'unknown' else f' ({cost.state})'}"
    return f"{money(cost.attodollars)} USD{'' if cost.state == 'priced' else f' ({cost.state})'}"


def _write(text: str) -> None:
    """Print *text*; on a terminal nothing in it can command that."""
    shown = text.encode(errors="replace").decode()
    if sys.stdout.isatty():
        shown = "".join(letter if letter in "\n\t" else printable(letter) for letter in shown)
    sys.stdout.write(shown)  # as it is: click would take out what looks like colours
    sys.stdout.flush()
