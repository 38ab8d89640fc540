"""From a ref and needs to candidates in order, each with the reason it was kept or skipped."""

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
    files say. *choose* picks one of so many where the policies have nothing to say; without it the first is taken.
    """

    __slots__ = ("_choose", "_plans", "_policy", "_registry", "_standing")

    def __init__(self, registry: "Registry", *, standing: "Standing | None" = None, choose: "Callable[[int], int] | None" = None) -> None:
        self._registry = registry
        self._policy: dict[str, Any] = registry.setting("policy") or {}
        self._standing = standing
        self._choose = choose
        self._plans: dict[Any, _Plan] = {}

    def route(
        self,
        ref: "str | Iterable[str] | None" = None,
        needs: "Needs" = _NOTHING,
        *,
        agent: "str | None" = None,
        task: "str | None" = None,
        input_tokens: "int | None" = None,
        output_tokens: "int | None" = None,
    ) -> Routing:
        """
        Return the routes for *ref*, a model, or for the best of several; without one for the model of *agent*, or for the best that the user's accounts have.

        *input_tokens* and *output_tokens* are how long the prompt and the answer are about, for the policies that weigh that.

        Raises what `Registry.resolve` raises, and UsageError for an agent or profile that is not there.
        """
        key = (ref if ref is None or isinstance(ref, str) else tuple(ref), needs, agent, task)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[key] = plan = self._plan(*key)
        candidates, is_choice, warning = plan
        names = self._policy.get("routing_policies", ()) if is_choice else ()
        if not names:
            return Routing(candidates, warning)
        return Routing(self._weighed(candidates, names, Question(needs, input_tokens, output_tokens, self._standing)), warning)

    def _weighed(self, candidates: "Iterable[Candidate]", names: "Sequence[str]", question: Question) -> "list[Candidate]":
        checked = [self.within_budget(one) if one.is_kept else one for one in candidates]
        kept = [one for one in checked if one.is_kept]
        return [*weigh(kept, names, question, self._choose), *(one for one in checked if not one.is_kept)]

    def within_budget(self, candidate: "Candidate") -> "Candidate":
        """Return *candidate*, as skipped where one of its budgets is spent."""
        left = () if self._standing is None else self._standing.left(candidate)
        spent = next((budget for budget, amount, _ in left if not amount), None)
        return candidate if spent is None else candidate.skipped(f"budget {spent} is spent", SPENT)

    def _plan(self, refs: "str | tuple[str, ...] | None", needs: Needs, agent: "str | None", task: "str | None") -> "_Plan":
        registry = self._registry
        if refs is not None:
            named = (refs,) if isinstance(refs, str) else refs
            if not named:
                raise UsageError("no model is named; leave out the list to have one chosen")
            return self._found(wishes.asked(registry, named, agent), needs), len(named) > 1, None
        of_agent = self._found(wishes.of_agent(registry, agent, task), needs)
        if of_agent:
            return of_agent, False, None
        is_choice = bool(self._policy.get("routing_policies"))
        is_choosy = is_choice or bool(needs.capabilities or needs.input_tokens or needs.output_tokens)
        found = self._found(wishes.of_accounts(registry, is_choosy=is_choosy), needs)
        if any(one.is_kept for one in found) or self._policy.get("capability_missing") != _GOES_ON:
            return found, is_choice, None
        usual = self._found(wishes.of_accounts(registry, is_choosy=False), _NOTHING)
        first = next((one for one in usual if one.is_kept), None)
        if first is None:
            return found, is_choice, None
        return (first, *found), False, f"nothing has {', '.join(needs.capabilities) or 'what is needed'}; {first.name} is used all the same"

    def _found(self, wished: "Iterable[Wish]", needs: Needs) -> "tuple[Candidate, ...]":
        """Return the candidates for what is *wished*, each once, checked against *needs*."""
        found: dict[tuple[str, str, str | None], Candidate] = {}
        for wish in wished:
            for candidate in accounts.candidates(self._registry, wish):
                key = (candidate.account["id"], candidate.model.ref, candidate.profile)
                if key in found:
                    continue
                reason = checks.against(candidate, needs, self._registry, self._policy) if candidate.is_kept else None
                found[key] = candidate if reason is None else candidate.skipped(reason)
        return tuple(found.values())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    from ..budget import Budget
    from ..registry import Registry
    from .candidate import Candidate
    from .wishes import Wish

    _Plan = tuple[tuple[Candidate, ...], bool, str | None]

    class Standing(Protocol):
        """What is known of routes now."""

        def left(self, candidate: Candidate) -> Sequence[tuple[Budget, int, int | None]]:
            """Return of each budget that can stop *candidate*: it, how much is left, and when its stretch ends."""

        def outcomes(self, candidates: Sequence[Candidate]) -> tuple[float, list[list[tuple[int, int, int]]]]:
            """Return the time, and of each of *candidates* when calls worked and failed, as `Store.outcomes` has them."""
