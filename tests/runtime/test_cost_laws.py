"""What holds of every price and every usage."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, strategies as st

from cost_oracle import EACH, PARTS, price_of
from modelwright import Model, Usage, cost
from modelwright.ir.units import UNITS
from modelwright.ir.usage import FIELDS

DAY = "2026-11-20"
KEYS = [unit[0] for unit in UNITS]
CACHE = ("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
SIZES = (10, 1_000, 200_000)

amounts = st.one_of(st.integers(0, 20), st.sampled_from(SIZES), st.integers(0, 10**6), st.integers(0, 10**18))
usds = st.one_of(
    st.integers(0, 100),
    st.integers(0, 10**6).map(lambda number: f"{number / 1000:.3f}"),
    st.integers(0, 10**12).map(lambda number: f"0.{number:012d}"),
    st.sampled_from([1e-07, 2.5e-07, 0.1]),
)
"""Figures as YAML and the compiled registry have them, up to twelve decimals."""
times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 29, 30, 59]))
days = st.sampled_from(["2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01", "2026-11-20"])
variants = st.sampled_from(["batch", "flex"])
figures = st.dictionaries(st.sampled_from(KEYS), usds, max_size=6)
all_figures = st.fixed_dictionaries(dict.fromkeys(KEYS, usds))
most_figures = st.builds(lambda every, without: {key: every[key] for key in KEYS if key not in without}, all_figures, st.sets(st.sampled_from(KEYS[2:]), max_size=8))
tiers = st.lists(st.builds(lambda above, own: {"above_input_tokens": above, **own}, st.sampled_from(SIZES), figures), max_size=3, unique_by=lambda tier: tier["above_input_tokens"])
tiered = st.builds(lambda base, more: {**base, "tiers": more}, most_figures, tiers)
varied = st.dictionaries(variants, st.one_of(figures, st.builds(lambda some, more: {**some, "tiers": more}, figures, tiers)), max_size=2)
off_peak = st.lists(st.builds(lambda start, end, some: {"hours_utc": f"{start}-{end}", **some}, times, times, figures), max_size=2)
full = st.builds(lambda base, more: {**base, "tiers": more}, all_figures, tiers)


@st.composite
def prices(draw: st.DrawFn) -> dict[str, Any]:
    """Return a price with tiers, variants and off-peak hours."""
    return {**draw(most_figures), "tiers": draw(tiers), "variants": draw(varied), "off_peak": draw(off_peak)}


@st.composite
def dated_prices(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return prices that follow each other, with gaps or without, some of them of a state without figures."""
    ends = sorted(draw(st.lists(days, max_size=2, unique=True)))
    found = []
    for since, until in zip(["", *ends], [*ends, ""], strict=True):
        state = draw(st.sampled_from([None] * 6 + ["priced", "free", "included", "varies", "unknown"]))
        if draw(st.integers(0, 5)):
            parts = {"since": since, "until": until, "state": state}
            found.append({**{key: part for key, part in parts.items() if part}, **(draw(prices()) if state in (None, "priced") else {})})
    return found


@st.composite
def usages(draw: st.DrawFn) -> dict[str, int]:
    """Return quantities whose totals hold their parts."""
    used = draw(st.dictionaries(st.sampled_from(FIELDS), amounts, max_size=4))
    for total, parts in PARTS.items():
        used[total] = used.get(total, 0) + sum(used.get(part, 0) for part in parts)
    return used


def _model(entries: list[dict[str, Any]]) -> Model:
    """Return a model as the compiled registry has it: fractions are text."""

    def written(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: written(item) for key, item in value.items()}
        if isinstance(value, list):
            return [written(item) for item in value]
        return str(value) if isinstance(value, float) else value

    return Model("p/m", {"provider": "p", "id": "m", "prices": written(entries)}, "law")


@given(dated_prices(), usages(), days, st.one_of(st.none(), st.none(), variants), st.one_of(st.none(), st.none(), times))
def test_the_cost_is_what_fractions_say(entries: list[dict[str, Any]], used: dict[str, int], day: str, variant: str | None, at: str | None) -> None:
    expected = price_of(entries, used, day, variant, at)
    found = cost(_model(entries), Usage(**used), day, variant=variant, at=at)
    assert (found.state, found.usd) == (expected.state, None if expected.usd is None else _exact(expected.usd))
    if expected.usd is not None:
        assert expected.usd >= 0
        assert found.tier == expected.tier
        assert sum(Fraction(line["usd"]) for line in found.lines) == expected.usd


def _exact(value: Fraction) -> Decimal:
    scaled = value * 10**18
    assert scaled.denominator == 1
    return Decimal(f"{scaled.numerator}e-18")


@given(full, usages())
def test_a_cost_is_never_negative_and_known_where_every_figure_is(price: dict[str, Any], used: dict[str, int]) -> None:
    found = cost(_model([price]), Usage(**used), DAY)
    assert found.state == "priced"
    assert found.attodollars is not None
    assert found.attodollars >= 0


@given(full, usages(), st.sampled_from(FIELDS), amounts)
def test_more_of_anything_costs_no_less_at_the_same_tier(price: dict[str, Any], used: dict[str, int], name: str, more: int) -> None:
    model = _model([price])
    larger = {**used, name: used.get(name, 1 if name == "requests" else 0) + more}
    for total, parts in PARTS.items():
        larger[total] += more if name in parts else 0
    before, after = (cost(model, Usage(**quantities), DAY) for quantities in (used, larger))
    if before.tier == after.tier:
        assert before.attodollars is not None
        assert after.attodollars is not None
        assert after.attodollars >= before.attodollars


@given(all_figures, usages(), usages())
def test_two_requests_cost_what_both_cost(price: dict[str, Any], one: dict[str, int], other: dict[str, int]) -> None:
    model = _model([price])
    one, other = {"requests": 1, **one}, {"requests": 1, **other}
    both = {name: one.get(name, 0) + other.get(name, 0) for name in one | other}
    parts = [cost(model, Usage(**used), DAY).attodollars for used in (one, other)]
    assert cost(model, Usage(**both), DAY).attodollars == sum(part for part in parts if part is not None)


@given(tiered, usages())
def test_equal_inputs_give_equal_costs(price: dict[str, Any], used: dict[str, int]) -> None:
    one, other = (cost(_model([price]), Usage(**dict(quantities)), DAY) for quantities in (used.items(), reversed(used.items())))
    assert one == other
    assert hash(one) == hash(other)
    assert one.lines == other.lines


@given(tiered, usages())
def test_input_that_leaves_out_cached_tokens_costs_the_same_as_the_total(price: dict[str, Any], used: dict[str, int]) -> None:
    uncached = {**used, "input_tokens": used["input_tokens"] - sum(used.get(name, 0) for name in CACHE)}
    assert Usage.uncached(**uncached) == Usage(**used)
    assert cost(_model([price]), Usage.uncached(**uncached), DAY) == cost(_model([price]), Usage(**used), DAY)


def test_the_second_calculation_knows_every_quantity() -> None:
    assert {*PARTS, *EACH, *(part for parts in PARTS.values() for part in parts)} == set(FIELDS)
