"""What was seen of routes lately: sums that are kept say what they would if each were made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from examples import few
from modelwright.runtime.routing.lately import Lately, sums
from modelwright.runtime.routing.policies import Question
from modelwright.runtime.state import Outcome, Stretch
from modelwright.runtime.state.memory import MemoryStore
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROUTES = ("a", "b")
NAMES = ("successes", "failures", "milliseconds")
NUMBERS = [{"window_seconds": seconds, "half_life_seconds": half_life} for seconds in (20, 300, 3600) for half_life in (0, 7, 300)]
counts = st.tuples(st.sampled_from(ROUTES), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 10**6))
steps = st.one_of(counts, st.sampled_from([0.25, 1, 14.75, 15, 60, 299, 1000, -1, -40]), st.none())


def made_anew(stretches: Sequence[Stretch], now: float, numbers: Mapping[str, float], name: str) -> float:
    """Return the sum as the policies have it by their description."""
    window, half_life = numbers["window_seconds"], numbers["half_life_seconds"]
    ages = [(max(0.0, now - stretch.at), getattr(stretch, name)) for stretch in stretches]
    return float(sum((0.5 ** (age / half_life) if half_life else 1) * count for age, count in ages if age < window))


@few
@given(done=st.lists(steps, max_size=25), behind=st.sampled_from([0, 20]))
def test_sums_are_those_of_the_stretches_whatever_comes_between(done: list[Any], behind: int) -> None:
    """*behind*: another machine's clock, by which some is seen, is so many seconds ahead."""
    clock, lately = Clock(), Lately()
    store = MemoryStore(clock=clock)
    for step in [*done, None]:
        if isinstance(step, tuple):
            store.see([Outcome(*step)], clock.now + behind)
        elif step is not None:
            clock.now += step
        else:
            found = store.outcomes(ROUTES, clock.now)
            seen: Any = {route: lately.seen(route, found.get(route, [])) for route in ROUTES}
            for numbers in NUMBERS:
                expected = [[made_anew(found.get(route, []), clock.now, numbers, name) for name in NAMES] for route in ROUTES]
                got = list(sums(ROUTES, Question(None, None, None, now=clock.now, seen=seen), numbers, *NAMES))  # type: ignore[arg-type]  # names stand for candidates
                assert got == (expected if not numbers["half_life_seconds"] else [pytest.approx(one, rel=1e-9) for one in expected])


def test_sums_are_kept_while_the_stretches_are_the_same_and_forgotten_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    lately, stretches = Lately(), [Stretch(int(START), 1)]
    first = lately.seen("a", stretches)
    assert lately.seen("a", [Stretch(int(START), 1)]) is first
    assert first.sums(("successes",), START, 60, 0) == [1]
    monkeypatch.setattr(first, "stretches", [])
    assert first.sums(("successes",), START + 59, 60, 0) == [1]  # what was added up is not added up again
    assert first.sums(("successes",), START + 60, 60, 0) == [0]
    monkeypatch.setattr("modelwright.runtime.routing.lately._MOST", 1)
    second = lately.seen("b", stretches)
    assert lately.seen("b", stretches) is second
    assert lately.seen("a", stretches) is not first
