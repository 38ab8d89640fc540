"""From a ref and needs to candidates in order, each with the reason it was kept or skipped."""

from itertools import chain

from ..day import today
from ..errors import UsageError
from . import accounts, checks, wishes
from .candidate import SPENT, Routing
from .lately import Lately
from .needs import Needs
from .policies import Question, chosen, weigh, window_seconds

_MOST_PLANS = 10_000
_GOES_ON = "default"
_NOTHING = Needs()


class Router:
    """
    The routes of one registry. Safe to share between threads.

    *standing* is what is known of routes now: budgets and failures; without it a routing says what the registry and the user's
    files say. *intent* is a plug that says what a request is about (`intents.py`), and *tell* hears when it fails. *choose* picks one of so many where the policies have nothing to say; without it the first is taken. *failover*
    takes the place of what the user's files say of it.
    """

    __slots__ = ("_choose", "_intents", "_lately", "_plans", "_policies", "_policy", "_registry", "_standing", "_window")

    def __init__(
        self,
        registry: "Registry",
        *,
        standing: "Standing | None" = None,
        intent: "Plug | None" = None,
        tell: "Callable[[str, dict[str, Any]], object] | None" = None,
        choose: "Callable[[int], int] | None" = None,
        failover: "str | None" = None,
    ) -> None:
        self._registry = registry
        self._policy: dict[str, Any] = {**(registry.setting("policy") or {}), **({} if failover is None else {"failover": failover})}
        self._standing = standing
        self._choose = choose
        said = self._policy.get("routing_policies")
        self._policies = chosen(said, registry.words("routing-policies")) if said else ()
        self._window = window_seconds(self._policies)
        self._intents = None if intent is None else _intents(intent, self._policy, registry, tell)
        self._plans: dict[Any, tuple[Routing, Sequence[Policy]]] = {}
        self._lately = Lately()

    def route(
        self,
        ref: "str | Iterable[str] | None" = None,
        needs: "Needs" = _NOTHING,
        *,
        agent: "str | None" = None,
        task: "str | None" = None,
        input_tokens: "int | None" = None,
        output_tokens: "int | None" = None,
        text: "str | None" = None,
        standing: "Standing | None" = None,
    ) -> Routing:
        """
        Return the routes for *ref*, a model, or for the best of several; without one for the model of *agent*, or for the best that the user's accounts have.

        *input_tokens* and *output_tokens* are how long the prompt and the answer are about, for the policies that weigh that; left
        out, as long as *needs* says. *text* is what an intent is looked for in. *standing* takes the place of the router's own: what is left differs by who asks.

        Raises what `Registry.resolve` raises, and UsageError for a capability, an agent or a profile that is not there.
        """
        refs = ref if ref is None or isinstance(ref, str) else tuple(ref)
        key = (refs, needs.parts, agent, task, today())  # aliases may move over night
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(refs, needs, agent, task)
        routing, policies = plan
        if not policies:
            return routing
        prompt = needs.input_tokens if input_tokens is None else input_tokens
        answer = needs.output_tokens if output_tokens is None else output_tokens
        return self._weighed(routing, policies, Question(needs, prompt, answer, text=text, intents=self._intents), standing or self._standing)

    @property
    def is_remembering(self) -> bool:
        """Whether a policy weighs what was seen of routes."""
        return self._window is not None

    @property
    def is_weighing(self) -> bool:
        """Whether there is any policy."""
        return bool(self._policies)

    def _weighed(self, routing: Routing, policies: "Sequence[Policy]", question: Question, standing: "Standing | None") -> Routing:
        left = [()] * len(routing.kept) if standing is None else standing.left(routing.kept)
        checked = within(routing.kept, left)
        kept = [one for one in checked if one.is_kept]
        question = question._replace(left=dict(zip(routing.kept, left, strict=True)))
        if standing is not None and self._window is not None and len(kept) > 1:
            now, seen = standing.outcomes(kept, self._window)
            question = question._replace(now=now, seen={one: self._lately.seen(one.key, stretches) for one, stretches in zip(kept, seen, strict=True)})
        weighed = weigh(kept, policies, question, self._choose)
        return Routing([*weighed, *(one for one in checked if not one.is_kept), *routing.skipped], routing.warning)

    def _plan(self, refs: "str | tuple[str, ...] | None", needs: Needs, agent: "str | None", task: "str | None") -> "tuple[Routing, Sequence[Policy]]":
        """Return the routes as the registry and the user's files have them, and the policies that are asked which is best."""
        registry, policy = self._registry, self._policy
        needs, own = checks.understood(needs, registry), wishes.settings(registry, agent)
        behind = wishes.behind(registry, own, policy)
        if isinstance(refs, str):
            return Routing(self._found(chain(wishes.asked(registry, (refs,)), behind), needs)), ()
        if refs is not None:
            if not refs:
                raise UsageError("no model is named; leave out the list to have one chosen")
            return Routing(self._found(wishes.asked(registry, refs), needs)), self._policies if len(refs) > 1 else ()
        first = list(wishes.of_agent(registry, own, task))
        if first:
            return Routing(self._found(chain(first, behind), needs)), ()
        return self._of_accounts(needs, behind)

    def _of_accounts(self, needs: Needs, behind: "Iterable[Wish]") -> "tuple[Routing, Sequence[Policy]]":
        """Return the routes through all accounts: to their default models, or, where that matters, to any that can do what is needed."""
        registry = self._registry
        wished = wishes.every(registry) if self._policies or needs.is_of_models() else wishes.usual(registry, by_rank=needs.provider is not None)
        found = self._found(chain(wished, behind), needs)
        if any(one.is_kept for one in found) or self._policy.get("capability_missing") != _GOES_ON:
            return Routing(found), self._policies
        lacks = {one.key: one.reason for one in found}
        instead = [one for one in self._found(wishes.usual(registry, by_rank=True), Needs(provider=needs.provider)) if one.is_kept]
        if not instead:
            return Routing(found), ()
        taken = {one.key for one in instead}
        warning = f"nothing can do what is needed ({needs}); {instead[0].name} is used all the same"
        told = [one.judged(None, (lacks[one.key],) if one.key in lacks else ()) for one in instead]
        return Routing([*told, *(one for one in found if one.key not in taken)], warning), ()

    def _found(self, wished: "Iterable[Wish]", needs: Needs) -> "list[Candidate]":
        """Return the candidates for what is *wished*, each once, checked against *needs*."""
        found: dict[tuple[str, str, str | None], Candidate] = {}
        for wish in wished:
            reason = checks.against(wish.model, needs, self._registry, self._policy)
            for candidate in accounts.candidates(self._registry, wish, self._policy):
                if candidate.key not in found:
                    found[candidate.key] = candidate if reason is None or not candidate.is_kept else candidate.skipped(reason)
        return list(found.values())


def _intents(plug: "Plug", policy: "dict[str, Any]", registry: "Registry", tell: "Callable[[str, dict[str, Any]], object] | None") -> "Intents":
    from .intents import Intents

    return Intents(plug, policy.get("intents", {}), registry, tell)


def within(candidates: "Iterable[Candidate]", left: "Iterable[Left]") -> "list[Candidate]":
    """Return *candidates*, as skipped where of one of their budgets nothing is *left*."""
    spent = [next((budget for budget, amount, _ in budgets if not amount), None) for budgets in left]
    return [one if budget is None else one.skipped(f"budget {budget} is spent", SPENT) for one, budget in zip(candidates, spent, strict=True)]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    from ..budget import Budget
    from ..registry import Registry
    from ..state import Stretch
    from .candidate import Candidate
    from .intents import Intents, Plug
    from .policies import Policy
    from .wishes import Wish

    Left = Sequence[tuple[Budget, int, int | None]]

    class Standing(Protocol):
        """What is known of routes now."""

        def left(self, candidates: Sequence[Candidate]) -> Sequence[Left]:
            """Return for each of *candidates* of each budget that can stop it: the budget, how much is left, and when its stretch ends."""

        def outcomes(self, candidates: Sequence[Candidate], seconds: float) -> tuple[float, list[list[Stretch]]]:
            """Return the time, and what was seen of each of *candidates* in the last *seconds*, as `Store.outcomes` has it."""
