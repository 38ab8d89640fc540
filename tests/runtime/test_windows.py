"""Stretches of time: they begin and end exactly where they should, and follow each other without gap or overlap."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from modelwright.runtime.windows import PERIODS, as_time, rolling_until_ms, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDINARY = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"]
ODD = ["America/Sao_Paulo", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "America/Havana", "Pacific/Apia", "Asia/Beirut", "Africa/Casablanca", "Antarctica/Troll"]
"""Clocks that are changed at midnight, a minute after it, by half an hour, by two hours, or by a whole day."""


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.fixture
def live_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return what moves this machine to a time zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


BOUNDARIES = {
    "hourly": ("2026-11-18T10:00", "2026-11-18T11:00", "2026-11-18T10:59:59"),
    "daily": ("2026-11-18T00:00", "2026-11-19T00:00", "2026-11-18T10:59:59"),
    "weekly": ("2026-11-16T00:00", "2026-11-23T00:00", "2026-11-18T10:59:59"),
    "monthly": ("2026-11-01T00:00", "2026-12-01T00:00", "2026-11-18T10:59:59"),
    "yearly": ("2026-01-01T00:00", "2027-01-01T00:00", "2026-11-18T10:59:59"),
}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
@pytest.mark.parametrize("period", PERIODS)
def test_routerly_16_a_period_begins_and_ends_at_its_boundary_in_its_time_zone(period: str, zone: str, live_in: Callable[[str], None]) -> None:
    """Routerly 16: period and rolling windows each have a boundary test with injected clock & timezone."""
    live_in(zone)
    timezone = "UTC" if zone == "UTC" else "local"
    begin, end, within = (at(text, zone) for text in BOUNDARIES[period])
    for now in (begin, begin + 0.5, within, end - 1, end - 0.001):
        assert window(period, now, timezone) == (begin, end)
    assert window(period, end, timezone)[0] == end
    assert window(period, begin - 0.001, timezone)[1] == begin


@pytest.mark.parametrize(
    ("now", "begin"), [("2026-11-16T00:00", "2026-11-16"), ("2026-11-15T23:59:59", "2026-11-09"), ("2027-01-01T12:00", "2026-12-28"), ("1970-01-01T00:00", "1969-12-29")]
)
def test_a_week_begins_on_monday(now: str, begin: str) -> None:
    assert window("weekly", at(now))[0] == at(begin)


@pytest.mark.parametrize(("now", "days"), [("2028-02-29T12:00", 29), ("2026-02-01T00:00", 28), ("2100-02-28T00:00", 28), ("2000-02-10T00:00", 29), ("2026-12-31T23:59", 31)])
def test_a_month_is_as_long_as_it_is(now: str, days: int) -> None:
    begin, end = window("monthly", at(now))
    assert end - begin == days * 86_400


@given(st.integers(0, 4_000_000_000), st.sampled_from(PERIODS))
def test_in_utc_periods_are_those_of_the_calendar(now: int, period: str) -> None:
    day = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    begin, end = {
        "hourly": lambda: (day, day + timedelta(hours=1)),
        "daily": lambda: (day.replace(hour=0), day.replace(hour=0) + timedelta(days=1)),
        "weekly": lambda: (day.replace(hour=0) - timedelta(days=day.weekday()), day.replace(hour=0) + timedelta(days=7 - day.weekday())),
        "monthly": lambda: (day.replace(hour=0, day=1), (day.replace(hour=0, day=1) + timedelta(days=32)).replace(day=1)),
        "yearly": lambda: (day.replace(hour=0, day=1, month=1), day.replace(hour=0, day=1, month=1, year=day.year + 1)),
    }[period]()
    assert window(period, now) == (begin.timestamp(), end.timestamp())


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("America/Sao_Paulo", "2018-11-04", 23),
    ],
)
def test_a_day_on_which_clocks_are_changed_is_shorter_or_longer(zone: str, day: str, hours: float, live_in: Callable[[str], None]) -> None:
    live_in(zone)
    begin, end = window("daily", at(f"{day}T12:00", zone), "local")
    assert end - begin == hours * 3600
    assert end == at(f"{day}T12:00", zone) + 12 * 3600


def test_an_hour_that_has_its_name_twice_is_two_hours(live_in: Callable[[str], None]) -> None:
    live_in("Europe/Berlin")
    first = at("2026-10-25T02:00", "Europe/Berlin")
    assert window("hourly", first + 1800, "local") == (first, first + 3600)
    assert window("hourly", first + 3600 + 1800, "local") == (first + 3600, first + 7200)


def test_where_clocks_are_put_back_over_midnight_the_day_does_not_begin_twice(live_in: Callable[[str], None]) -> None:
    live_in("America/St_Johns")  # 2010-11-07, 00:01 became 23:01 of the day before
    midnight = at("2010-11-07T00:00", "America/St_Johns")
    days = {window("daily", midnight + minutes * 60, "local") for minutes in range(120)}
    assert days == {(midnight, at("2010-11-08T00:00", "America/St_Johns"))}


@pytest.mark.parametrize("zone", [*ORDINARY[:3], ODD[1], *(pytest.param(zone, marks=pytest.mark.slow) for zone in (*ORDINARY[3:], ODD[0], *ODD[2:]))])
@pytest.mark.parametrize("period", PERIODS)
def test_periods_follow_each_other_without_gap_or_overlap_whatever_the_clocks_do(zone: str, period: str, live_in: Callable[[str], None], request: pytest.FixtureRequest) -> None:
    live_in(zone)
    is_all = request.node.get_closest_marker("slow") is not None
    now, last = (at("1988-01-01"), at("2027-01-01")) if is_all and period != "hourly" else (at("2010-10-01"), at("2012-01-31"))
    now = float(window(period, now, "local")[0])
    while now < last:
        begin, end = window(period, now, "local")
        assert begin == now
        for moment in ((begin + end) // 2, end - 1, end - 0.001):
            assert window(period, moment, "local") == (begin, end)
        now = end


@pytest.mark.parametrize("seconds", [1, 60, 3600, 86_400, 30 * 86_400, 315_360_000])
@given(now=st.floats(10**9, 4 * 10**9))
def test_what_happens_leaves_a_rolling_window_never_early_and_hardly_late(seconds: int, now: float) -> None:
    late_ms = rolling_until_ms(seconds, now) - (now + seconds) * 1000
    assert -0.01 <= late_ms <= max(1.01, seconds * 1000 / 3600)


@pytest.mark.parametrize("seconds", [1, 60, 3600])
def test_routerly_16_within_an_hour_a_rolling_window_ends_to_the_second(seconds: int) -> None:
    """Routerly 16: period and rolling windows each have a boundary test with injected clock & timezone."""
    for now in range(1_795_000_000, 1_795_000_100):
        assert rolling_until_ms(seconds, now) == (now + seconds) * 1000


@given(st.integers(1, 315_360_000), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_a_rolling_window_has_a_bounded_number_of_moments(seconds: int, parts: list[float]) -> None:
    start = 1_795_000_000.0
    moments = [rolling_until_ms(seconds, start + part * seconds) for part in parts]
    gap = abs(moments[0] - moments[1])
    assert gap == 0 or gap * 36_000 >= seconds * 1000


@given(st.integers(0, 10**10))
def test_a_time_is_written_as_iso_8601_has_it(now: int) -> None:
    assert as_time(now + 0.5) == datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_hour_within_which_clocks_are_changed_by_half_an_hour_ends_there(live_in: Callable[[str], None]) -> None:
    live_in("Asia/Pyongyang")  # 2018-05-04, 23:30 became midnight
    begin, change = at("2018-05-04T23:00", "Asia/Pyongyang"), at("2018-05-05T00:00", "Asia/Pyongyang")
    assert change - begin == 1800
    assert {window("hourly", begin + second, "local") for second in (0, 900, 1799)} == {(begin, change)}
    assert window("hourly", change, "local") == (change, change + 3600)
