"""Days and times as text."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from modelwright.runtime import day

EPOCH = dt.date(1970, 1, 1)


@given(st.dates())
def test_a_day_is_written_from_its_number(date: dt.date) -> None:
    assert day.from_number((date - EPOCH).days) == date.isoformat()


@given(st.dates(), st.dates())
def test_days_compare_as_they_are_written(one: dt.date, other: dt.date) -> None:
    assert (day.as_text(one) < day.as_text(other)) == (one < other)


def test_today_is_the_day_in_utc_and_changes_at_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = dt.datetime(2026, 11, 21, tzinfo=dt.UTC).timestamp()
    seen = []
    for moment in (midnight - 1, midnight - 0.001, midnight, midnight + 86_399):
        monkeypatch.setattr(day, "time", lambda moment=moment: moment)
        seen.append(day.today())
    assert seen == ["2026-11-20", "2026-11-20", "2026-11-21", "2026-11-21"]


@pytest.mark.parametrize("text", ["2026-11-20", dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, 23, 59, tzinfo=dt.UTC)])
def test_a_day_is_text_or_a_date(text: str | dt.date) -> None:
    assert day.as_text(text) == "2026-11-20"


@pytest.mark.parametrize("text", ["", "today", "20261120", "2026-1-20 ", "2026/11/20", "2026-11-2O", "2026-11-20T10", "\uff12\uff10\uff12\uff16-11-20", "2026-11-2²"])
def test_text_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a day is written YYYY-MM-DD"):
        day.as_text(text)


@pytest.mark.parametrize("text", ["00:00", "09:30", "19:59", "20:00", "23:59"])
def test_a_time_of_day_is_hours_and_minutes(text: str) -> None:
    day.check_time(text)


@pytest.mark.parametrize("text", ["", "9:30", "09:30:00", "24:00", "23:60", "0930", "09.30", "-1:30", "1a:00", "00:1 ", "1²:00", "\uff110:00"])
def test_text_that_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time of day is written HH:MM"):
        day.check_time(text)
