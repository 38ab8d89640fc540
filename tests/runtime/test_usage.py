"""A usage: totals that hold their parts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from cost_oracle import EACH, PARTS
from modelwright import Usage
from modelwright.ir.units import UNITS
from modelwright.ir.usage import FIELDS

QUANTITIES = st.dictionaries(st.sampled_from([name for names in PARTS.values() for name in names] + list(EACH)), st.integers(0, 10**12))


@given(QUANTITIES, st.integers(0, 10**12), st.integers(0, 10**12))
def test_what_is_billed_adds_up_to_the_totals(quantities: dict[str, int], more_input: int, more_output: int) -> None:
    sums = {total: sum(quantities.get(part, 0) for part in parts) for total, parts in PARTS.items()}
    usage = Usage(sums["input_tokens"] + more_input, sums["output_tokens"] + more_output, **quantities)
    billed = {UNITS[index][1]: quantity for index, quantity in usage.parts}
    assert all(billed.values())
    for total, parts in PARTS.items():
        assert sum(billed.get(name, 0) for name in (total, *parts)) == getattr(usage, total)
        assert billed.get(total, 0) == {"input_tokens": more_input, "output_tokens": more_output}[total]
    assert {name: getattr(usage, name) for name in quantities} == quantities
    assert usage.requests == quantities.get("requests", 1)


@pytest.mark.parametrize(("total", "part"), [(total, part) for total, parts in PARTS.items() for part in parts])
def test_a_part_may_not_be_more_than_its_total(total: str, part: str) -> None:
    assert getattr(Usage(**{total: 10, part: 10}), part) == 10
    with pytest.raises(ValueError, match=f"{total} is 10, less than its parts by 1"):
        Usage(**{total: 10, part: 11})


def test_the_parts_together_may_not_be_more_than_the_total() -> None:
    with pytest.raises(ValueError, match="input_tokens is 10, less than its parts by 2"):
        Usage(10, cache_read_tokens=6, cache_write_5m_tokens=6)


@pytest.mark.parametrize("name", FIELDS)
def test_a_quantity_may_not_be_negative(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is negative: -1"):
        Usage(**{name: -1})


@pytest.mark.parametrize("quantity", [1.5, 10.0, "10"])
def test_a_quantity_is_a_whole_number(quantity: Any) -> None:
    with pytest.raises(TypeError, match=r"cache_read_tokens is .*; a quantity is a whole number"):
        Usage(100, cache_read_tokens=quantity)


def test_a_quantity_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(TypeError, match=r"unknown quantities: cached_tokens, tokens; known: input_tokens, .*searches"):
        Usage(10, tokens=5, cached_tokens=1)


@pytest.mark.parametrize("part", [name for name in PARTS["input_tokens"] if name.startswith("cache_")])
def test_uncached_adds_what_was_read_from_and_written_to_cache(part: str) -> None:
    assert Usage.uncached(100, 7, **{part: 900}) == Usage(1000, 7, **{part: 900})
    assert Usage.uncached(100, 7, input_audio_tokens=90).input_tokens == 100


def test_a_usage_is_frozen_hashable_and_equal_to_one_of_the_same_parts() -> None:
    usage = Usage(1000, 200, cache_read_tokens=900)
    same = Usage(output_tokens=200, cache_read_tokens=900, input_tokens=1000, searches=0)
    assert usage == same
    assert hash(usage) == hash(same)
    assert usage not in (Usage(1000, 200), Usage(1000, 200, cache_read_tokens=900, requests=2), "usage")
    with pytest.raises(AttributeError, match="Usage is frozen"):
        usage.input_tokens = 5
    with pytest.raises(AttributeError, match="Usage is frozen"):
        del usage.input_tokens
    with pytest.raises(AttributeError, match="tokens"):
        _ = usage.tokens


def test_what_was_not_named_is_zero_and_not_shown() -> None:
    usage = Usage(5, searches=2)
    assert [getattr(usage, name) for name in FIELDS] == [{"input_tokens": 5, "searches": 2, "requests": 1}.get(name, 0) for name in FIELDS]
    assert repr(usage) == "Usage(input_tokens=5, searches=2, requests=1)"
    assert eval(repr(usage), {"Usage": Usage}) == usage
