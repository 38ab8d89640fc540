"""What a call raises that brought no answer, or only part of one."""

from ..errors import ModelwrightError
from ..routing import candidate

NO_MODELS, SPENT, EXCLUDED, COOLING, FAILED, BROKEN = (
    "no_models_available",
    "all_models_limits_exceeded",
    "all_models_excluded_by_policies",
    "all_models_cooling",
    "failed",
    "stream_broken",
)


class CallError(ModelwrightError):
    """
    A call that brought no answer.

    `kind` says why: nothing was there to be tried (`no_models_available`), or all of it was over its limits, excluded or cooling,
    or what was tried failed (`failed`). `failure` is the last failure, None where nothing was sent; `attempts` are all of them;
    `routing` has every candidate with its reason; `retry_at` is when there may be an answer, in seconds since 1970, None: unknown.
    """

    def __init__(self, kind: str, routing: "Routing", attempts: "tuple[Attempt, ...]" = (), failure: "Failure | None" = None, retry_at: "float | None" = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.routing = routing
        self.attempts = attempts
        self.failure = failure
        self.retry_at = retry_at

    @property
    def cure(self) -> "str | None":
        """What whoever called can do; None: the reasons of the routes say it, or nobody knows."""
        return _CURES.get(self.kind) if self.failure is None else self.failure.cure

    def __str__(self) -> str:
        said = [f"{one.name}: {one.failure}" for one in self.attempts if one.failure is not None]
        tried = [one if said.count(one) == 1 else f"{one} ({said.count(one)} times)" for one in dict.fromkeys(said)]
        skipped = [f"{one.name}: {one.reason}" for one in self.routing.skipped if not any(one.name == attempt.name for attempt in self.attempts)]
        return f"{_SAID[self.kind]}{'; ' if tried or skipped else ''}{'; '.join([*tried, *skipped])}{self._again()}"

    def _again(self) -> str:
        from ..windows import as_time

        return "" if self.retry_at is None else f"; try again at {as_time(self.retry_at)}"


class StreamBrokenError(CallError):
    """A stream that ended before its end. `response` is what came of it, `usage` and `cost` what that is billed as."""

    def __init__(self, routing: "Routing", attempts: "tuple[Attempt, ...]", failure: "Failure", response: "Response", cost: "Cost") -> None:
        super().__init__(BROKEN, routing, attempts, failure)
        self.response = response
        self.cost = cost

    @property
    def usage(self) -> "Usage":
        """What was used by then, as far as is known; else a guess by the length of the texts."""
        return self.cost.usage

    def __str__(self) -> str:
        return f"{_SAID[self.kind]}: {self.failure.message if self.failure else ''}; {len(self.response.text):,} characters had come"


def of(routing: "Routing", attempts: "tuple[Attempt, ...]", failure: "Failure | None", cooled: "list[Cooled]") -> CallError:
    """Return the error of a call that brought nothing: it failed at last as *failure*, or was not sent, and *cooled* was in its way."""
    causes = {one.cause for one in routing.skipped}
    if failure is not None:
        kind = FAILED
    elif not routing.candidates:
        kind = NO_MODELS
    elif cooled and causes <= {candidate.COOLING, candidate.UNFIT}:
        kind = COOLING
    else:
        kind = SPENT if candidate.SPENT in causes and causes <= {candidate.SPENT, candidate.UNFIT} else EXCLUDED
    return CallError(kind, routing, attempts, failure, min((one.until for one in cooled), default=None))


_SAID = {
    NO_MODELS: "there is no model to call: name one, or add accounts with models to your models.json",
    SPENT: "every model is over its limits",
    EXCLUDED: "no model can or may answer this",
    COOLING: "every model failed lately and is left alone for a while",
    FAILED: "no model answered",
    BROKEN: "the stream broke off",
}

_CURES = {
    NO_MODELS: "name a model, or an account with `models` in your models.json",
    SPENT: "wait until the time of the budget is over, or raise it in `budgets`",
    EXCLUDED: "`providers route --explain` says of each route what is in its way",
    COOLING: "wait, or give the agent a model of another provider as a fallback",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...ir.chat import Response
    from ...ir.usage import Usage
    from ..cooldown import Cooled
    from ..cost import Cost
    from ..failures import Failure
    from ..routing.candidate import Routing
    from .answer import Attempt
