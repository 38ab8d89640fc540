"""From a ref and needs to candidates in order, each with the reason it was kept or skipped."""

from itertools import chain

from ..day import today
from ..errors import UsageError
from . import accounts, checks, wishes
from .candidate import SPENT, Routing
from .needs import Needs
from .policies import Question, weigh

_MOST_PLANS = 10_000
_GOES_ON = "default"
_NOTHING = Needs()


class Router:
    """
    The routes of one registry. Safe to share between threads.

    *standing* is what is known of routes now: budgets and failures; without it a routing says what the registry and the user's
    files say. *choose* picks one of so many where the policies have nothing to say; without it the first is taken. *failover*
    takes the place of what the user's files say of it.
    """

    __slots__ = ("_choose", "_plans", "_policy", "_registry", "_standing")

    def __init__(self, registry: "Registry", *, standing: "Standing | None" = None, choose: "Callable[[int], int] | None" = None, failover: "str | None" = None) -> None:
        self._registry = registry
        self._policy: dict[str, Any] = {**(registry.setting("policy") or {}), **({} if failover is None else {"failover": failover})}
        self._standing = standing
        self._choose = choose
        self._plans: dict[Any, tuple[Routing, Sequence[str]]] = {}

    def route(
        self,
        ref: "str | Iterable[str] | None" = None,
        needs: "Needs" = _NOTHING,
        *,
        agent: "str | None" = None,
        task: "str | None" = None,
        input_tokens: "int | None" = None,
        output_tokens: "int | None" = None,
        standing: "Standing | None" = None,
    ) -> Routing:
        """
        Return the routes for *ref*, a model, or for the best of several; without one for the model of *agent*, or for the best that the user's accounts have.

        *input_tokens* and *output_tokens* are how long the prompt and the answer are about, for the policies that weigh that; left
        out, as long as *needs* says. *standing* takes the place of the router's own: what is left differs by who asks.

        Raises what `Registry.resolve` raises, and UsageError for a capability, an agent or a profile that is not there.
        """
        refs = ref if ref is None or isinstance(ref, str) else tuple(ref)
        key = (refs, needs.parts, agent, task, today())  # aliases may move over night
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(refs, needs, agent, task)
        routing, names = plan
        if not names:
            return routing
        prompt = needs.input_tokens if input_tokens is None else input_tokens
        answer = needs.output_tokens if output_tokens is None else output_tokens
        return self._weighed(routing, names, Question(needs, prompt, answer, standing or self._standing))

    def within_budget(self, candidate: "Candidate", standing: "Standing | None" = None) -> "Candidate":
        """Return *candidate*, as skipped where one of its budgets is spent."""
        known = standing or self._standing
        return candidate if known is None else _within(known.left(candidate), candidate)

    def _weighed(self, routing: Routing, names: "Sequence[str]", question: Question) -> Routing:
        left = {one: () if question.standing is None else question.standing.left(one) for one in routing.kept}
        checked = [_within(left[one], one) for one in routing.kept]
        weighed = weigh([one for one in checked if one.is_kept], names, question._replace(left=left), self._choose)
        return Routing([*weighed, *(one for one in checked if not one.is_kept), *routing.skipped], routing.warning)

    def _plan(self, refs: "str | tuple[str, ...] | None", needs: Needs, agent: "str | None", task: "str | None") -> "tuple[Routing, Sequence[str]]":
        """Return the routes as the registry and the user's files have them, and the policies that are asked which is best."""
        registry, policy = self._registry, self._policy
        needs, own = checks.understood(needs, registry), wishes.settings(registry, agent)
        names = policy.get("routing_policies", ())
        behind = wishes.behind(registry, own, policy)
        if isinstance(refs, str):
            return Routing(self._found(chain(wishes.asked(registry, (refs,)), behind), needs)), ()
        if refs is not None:
            if not refs:
                raise UsageError("no model is named; leave out the list to have one chosen")
            return Routing(self._found(wishes.asked(registry, refs), needs)), names if len(refs) > 1 else ()
        first = list(wishes.of_agent(registry, own, task))
        if first:
            return Routing(self._found(chain(first, behind), needs)), ()
        return self._of_accounts(needs, behind, names)

    def _of_accounts(self, needs: Needs, behind: "Iterable[Wish]", names: "Sequence[str]") -> "tuple[Routing, Sequence[str]]":
        """Return the routes through all accounts: to their default models, or, where that matters, to any that can do what is needed."""
        registry = self._registry
        wished = wishes.every(registry) if names or needs.is_of_models() else wishes.usual(registry, by_rank=needs.provider is not None)
        found = self._found(chain(wished, behind), needs)
        if any(one.is_kept for one in found) or self._policy.get("capability_missing") != _GOES_ON:
            return Routing(found), names
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


def _within(left: "Left", candidate: "Candidate") -> "Candidate":
    spent = next((budget for budget, amount, _ in left if not amount), None)
    return candidate if spent is None else candidate.skipped(f"budget {spent} is spent", SPENT)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    from ..budget import Budget
    from ..registry import Registry
    from ..state import Stretch
    from .candidate import Candidate
    from .wishes import Wish

    Left = Sequence[tuple[Budget, int, int | None]]

    class Standing(Protocol):
        """What is known of routes now."""

        def left(self, candidate: Candidate) -> Left:
            """Return of each budget that can stop *candidate*: it, how much is left, and when its stretch ends."""

        def outcomes(self, candidates: Sequence[Candidate]) -> tuple[float, list[list[Stretch]]]:
            """Return the time, and of each of *candidates* when calls worked and failed, as `Store.outcomes` has them."""
