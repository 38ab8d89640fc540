"""What the scripts of the store on Redis reckon with is exact at any size."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings, strategies as st

from modelwright.runtime import state

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.state.redis_server import RedisServer

with open(os.path.join(os.path.dirname(state.__file__), "exact.lua"), encoding="utf-8") as file:
    EXACT = file.read()
SUMS = EXACT + "return {add(exact(ARGV[1]), exact(ARGV[2])), take(ARGV[1], ARGV[2]), less(ARGV[1], ARGV[2]) and 1 or 0}"
EDGES = [0, 1, 9, 10**14, 10**15 - 1, 10**15, 2**53 - 1, 2**53, 2**53 + 1, 10**18, 10**30 - 1, 10**30, 2**64, 2**128]

numbers = st.one_of(
    st.sampled_from(EDGES), st.integers(0, 10**16), st.integers(0, 10**80), st.builds(lambda digits, less: 10**digits - less, st.integers(1, 60), st.integers(0, 1))
)


@pytest.fixture(scope="module")
def run(every_redis: RedisServer) -> Callable[..., Any]:
    run: Callable[..., Any] = every_redis.client.eval
    return run


@settings(max_examples=int(os.environ.get("MODELWRIGHT_EXAMPLES", "200")))
@given(a=numbers, b=numbers)
@example(a=10**30 - 1, b=1)
@example(a=10**30, b=1)
def test_sums_differences_and_comparisons_are_those_of_whole_numbers(run: Callable[..., Any], a: int, b: int) -> None:
    assert run(SUMS, 0, str(a), str(b)) == [b"%d" % (a + b), b"%d" % max(0, a - b), int(a < b)]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "0x1", " 1", "1\n", "\u0661"])
def test_what_is_no_whole_number_is_refused(run: Callable[..., Any], text: str) -> None:
    with pytest.raises(Exception, match="FOREIGN"):
        run(SUMS, 0, text, "1")


def test_what_is_not_there_is_nothing(run: Callable[..., Any]) -> None:
    assert run(EXACT + "return exact(false)", 0) == b"0"
