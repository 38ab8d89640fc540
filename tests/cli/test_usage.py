"""`providers usage`: sums, with a chart that fits the terminal; unknown cost is never zero."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import Model, Usage, cost
from modelwright.runtime.budget import Budget, Spender
from modelwright.runtime.ledger import Ledger
from modelwright.runtime.spending import Spending
from modelwright.runtime.state import open_store
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Run
    from modelwright.runtime.cost import Cost

PLAN, UNKNOWN = {"state": "included"}, None


def spent(price: dict[str, Any] | str | None, usage: Usage | None = None) -> Cost:
    prices = [] if price is None else [{"usd_per_request": price, "input_usd_per_mtok": 0, "output_usd_per_mtok": 0} if isinstance(price, str) else price]
    return cost(Model("acme/large", {"provider": "acme", "id": "large", "prices": prices}, "test"), usage or Usage(1000, 500), "2026-11-18")


@pytest.fixture
def book(home: Path) -> Callable[..., None]:
    """Return what writes a call into the user's ledger, by default of the first day."""

    def write(model: str | None, price: dict[str, Any] | str | None, *, day: int = 0, outcome: str = "succeeded", **more: Any) -> None:
        ledger = Ledger(home / "ledger.sqlite", clock=Clock(START + day * 86_400))
        ledger.record(asked=model or "x", model=model, outcome=outcome, cost=None if outcome == "failed" else spent(price), **{"account": "work", **more})
        ledger.close()

    return write


@pytest.fixture
def month(book: Callable[..., None]) -> None:
    """Have a few calls of each kind written down."""
    book("acme/large", "0.3", project="site")
    book("acme/large", "0.1", day=1, project="site", outcome="partial")
    book("acme/large", UNKNOWN, day=1, outcome="failed")
    book("acme/small", "0.05", day=1, account="home")
    book("acme/new", UNKNOWN, day=2)
    book("acme/small", UNKNOWN, day=2)
    book("plan/large", PLAN, day=3, project="shop")


@pytest.mark.usefixtures("month")
def test_models_are_shown_dearest_first_with_bars_and_unknown_is_no_zero(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert run("usage").out == (
        "model       calls  failed  partial  input tokens  output tokens       USD  cost unknown  in a plan\n"
        "acme/large      3       1        1         2,000          1,000       0.4             0          0  ███████████████████\n"
        "acme/small      2       0        0         2,000          1,000      0.05             1          0  ██▍\n"
        "plan/large      1       0        0         1,000            500  included             0          1\n"
        "acme/new        1       0        0         1,000            500   unknown             1          0\n"
        "7 calls; 0.45 USD; 1 included in a plan; the cost of 2 is not known\n"
    )


@pytest.mark.usefixtures("month")
def test_days_come_in_their_order_and_columns_that_say_nothing_are_left_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run("usage", "--by", "day", "--until", "2026-11-19", "--project", "site").out == (
        "day         calls  partial  input tokens  output tokens  USD\n"
        "2026-11-18      1        0         1,000            500  0.3  █████████████████\n"
        "2026-11-19      1        1         1,000            500  0.1  █████▋\n"
        "2 calls; 0.4 USD\n"
    )


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("--by", "account"), ["work", "home"]),
        (("--by", "project"), ["site", None, "shop"]),
        (("--by", "day", "--since", "2026-11-20"), ["2026-11-20", "2026-11-21"]),
        (("--since", "2026-11-19", "--until", "2026-11-19"), ["acme/large", "acme/small"]),
        (("--project", "shop"), ["plan/large"]),
    ],
)
def test_what_is_asked_for_is_summed_up(arguments: tuple[str, ...], keys: list[str | None], run: Run) -> None:
    found = run("usage", *arguments, "--json").json
    assert [one["key"] for one in found["usage"]] == keys
    assert found["total"]["calls"] == sum(one["calls"] for one in found["usage"])


@pytest.mark.usefixtures("month")
def test_json_says_null_where_nobody_knows(run: Run) -> None:
    found = run("usage", "--since", "2026-11-20", "--json").json
    zero = {"failed": 0, "partial": 0, "input_tokens": 1000, "output_tokens": 500}
    assert found == {
        "version": 1,
        "by": "model",
        "since": "2026-11-20",
        "until": None,
        "project": None,
        "usage": [
            {"key": "plan/large", "calls": 1, **zero, "usd": "0", "unknown_cost": 0, "included": 1},
            {"key": "acme/new", "calls": 1, **zero, "usd": None, "unknown_cost": 1, "included": 0},
            {"key": "acme/small", "calls": 1, **zero, "usd": None, "unknown_cost": 1, "included": 0},
        ],
        "total": {"calls": 3, "failed": 0, "partial": 0, "input_tokens": 3000, "output_tokens": 1500, "usd": "0", "unknown_cost": 2, "included": 1},
    }


@pytest.mark.usefixtures("month")
def test_csv_has_the_same_and_leaves_empty_what_nobody_knows(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("usage", "--format", "csv").out)))
    assert rows[0] == ["model", "calls", "failed", "partial", "input_tokens", "output_tokens", "usd", "unknown_cost", "included"]
    assert rows[1] == ["acme/large", "3", "1", "1", "2000", "1000", "0.4", "0", "0"]
    assert rows[4] == ["acme/new", "1", "0", "0", "1000", "500", "", "1", "0"]


def test_what_nobody_knows_the_cost_of_is_no_zero_in_the_sum_either(run: Run, book: Callable[..., None]) -> None:
    book("acme/new", UNKNOWN)
    assert run("usage").out.endswith("\n1 call; the cost of 1 is not known\n")
    assert "unknown" in run("usage").out.splitlines()[1]
    book("plan/large", PLAN)
    assert run("usage").out.endswith("\n2 calls; 1 included in a plan; the cost of 1 is not known\n")
    book("acme/free", {"state": "free"})
    assert run("usage").out.endswith("\n3 calls; 0 USD; 1 included in a plan; the cost of 1 is not known\n")


def test_of_calls_that_failed_there_is_nothing_to_know(run: Run, book: Callable[..., None]) -> None:
    book(None, UNKNOWN, outcome="failed", account=None)
    lines = run("usage").out.splitlines()
    assert (lines[1].split()[:4], lines[2]) == (["-", "1", "1", "-"], "1 call")
    book("acme/new", UNKNOWN, account=None)
    ledger_line = run("usage", "--by", "account").out.splitlines()[1]
    assert ledger_line.split()[:3] == ["-", "2", "1"]


def test_where_nothing_costs_anything_bars_are_of_calls(run: Run, book: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for model in ("plan/large", "plan/small", "plan/large"):
        book(model, PLAN)
    first, second = run("usage").out.splitlines()[1:3]
    assert first.count("█") == 2 * second.count("█") > 10


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("columns", [20, 60, 100, 105, 110, 300])
def test_bars_take_what_room_the_terminal_leaves_and_no_more(columns: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("usage").out.splitlines()
    widest = max(map(len, lines))
    assert widest < columns or "█" not in "".join(lines)
    assert max(line.count("█") for line in lines) in (0, *range(7, 61))


@pytest.mark.usefixtures("month")
def test_where_block_characters_cannot_be_written_bars_are_of_signs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("ascii", None, "no-such-encoding"):
        monkeypatch.setattr("modelwright.cli.bars.sys", type("Fake", (), {"stdout": type("Out", (), {"encoding": encoding})}))
        assert "  #######" in run("usage").out


@pytest.mark.usefixtures("month")
def test_colours_are_for_who_wants_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1m" in run("usage").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("usage").out


def test_nothing_written_down_is_said_and_is_no_error(run: Run, home: Path) -> None:
    assert run("usage").err == "no calls are written down\n"
    said = run("usage", "--since", "2026-11-01", "--until", "2026-11-30", "--project", "my site")
    assert (said.out, said.err) == ("", "no calls since 2026-11-01 until 2026-11-30 of project 'my site' are written down\n")
    assert run("usage", "--json").json["usage"] == []
    assert not (home / "ledger.sqlite").exists()


@pytest.mark.usefixtures("month")
def test_old_calls_are_removed_where_that_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Ledger.__init__.__kwdefaults__ or {}, "clock", lambda: START + 3 * 86_400)
    said = run("usage", "--prune", "1", "--by", "day")
    assert said.err == "removed: 4 calls of more than 1 day ago\n"
    assert [line.split()[0] for line in said.out.splitlines()[1:3]] == ["2026-11-20", "2026-11-21"]
    run("usage", "--prune", "0", code=2)


def test_another_ledger_is_read_and_what_is_none_is_an_error(run: Run, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "other.sqlite")
    ledger.record(asked="x", model="a\x1b[31m/=cmd", cost=spent("1"))
    ledger.close()
    assert "\x1b[31m" not in run("usage", "--ledger", tmp_path / "other.sqlite").out
    (tmp_path / "broken").write_bytes(b"no database at all" * 100)
    broken = run("usage", "--ledger", tmp_path / "broken", code=1)
    assert "it is damaged, or no file of SQLite" in broken.err
    assert "Traceback" not in broken.err


@pytest.mark.parametrize("arguments", [("--by", "colour"), ("--since", "yesterday"), ("--until", "2026-02-30")])
def test_what_cannot_be_asked_for_is_refused(arguments: tuple[str, ...], run: Run) -> None:
    run("usage", *arguments, code=2)


BUDGETS: list[dict[str, Any]] = [
    {"metric": "cost", "value": 5.5, "period": "yearly"},
    {"scope": "model", "metric": "calls", "value": 2, "rolling_seconds": 3_000_000},
    {"scope": "project", "of": "site", "metric": "total_tokens", "value": 6000, "period": "yearly", "mode": "extend"},
    {"scope": "token", "metric": "calls", "value": 9, "period": "yearly"},
]


@pytest.fixture
def budgets(run: Run, compiled: Path, user_file: Path, home: Path, book: Callable[..., None]) -> bytes:
    """Have two calls counted in budgets, the second of which is under way, and return what is in the file of the state then."""
    user_file.write_text(json.dumps({"budgets": BUDGETS}))
    run("compile", "-q")
    for model in ("acme/large", "acme/small"):
        book(model, "0.25", project="site")
    spending = Spending(store := open_store(f"sqlite:{home / 'state.sqlite'}"), [Budget(**entry) for entry in BUDGETS])
    spender = Spender("work", "acme/large", "site")
    spending.settle(spending.reserve(spender, spent("4")), spent("0.25"))  # type: ignore[arg-type]  # it is granted
    spending.reserve(spender, spent("1"))
    store.close()
    return (home / "state.sqlite").read_bytes()


def test_budgets_are_shown_with_what_is_left(budgets: bytes, run: Run, home: Path) -> None:
    until = f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z"
    assert [re.split("  +", line.strip()) for line in run("usage", "--budgets").out.splitlines()] == [
        ["budget", "used", "left", "until"],
        ["global: 5.5 USD yearly", "1.25 USD", "4.25 USD", "77%", until],
        ["model acme/large: 2 calls in 3,000,000 s", "2 calls", "0 calls", "0%", "rolling"],
        ["model acme/small: 2 calls in 3,000,000 s", "0 calls", "2 calls", "100%", "rolling"],
        ["project site: 6,000 total tokens yearly", "3,000 total tokens", "3,000 total tokens", "50%", until],
        ["token: 9 calls yearly", "-", "9 calls", "100%", "-"],
    ]
    assert (home / "state.sqlite").read_bytes() == budgets
    first, second, *_, last = run("usage", "--budgets", "--project", "shop", "--json").json["budgets"]
    usual = {"of": None, "timezone": "UTC", "rolling_seconds": None, "mode": "replace"}
    assert first == {**usual, "scope": "global", "metric": "cost", "period": "yearly", "limit": "5.5", "used": "1.25", "left": "4.25", "ends_at": until}
    assert (second["of"], second["used"], second["left"], second["ends_at"]) == ("acme/large", 2, 0, None)
    assert (last["scope"], last["used"], last["left"]) == ("token", None, 9)
    rows = list(csv.DictReader(io.StringIO(run("usage", "--budgets", "--project", "shop", "--format", "csv").out)))
    assert [(row["scope"], row["left"]) for row in rows] == [("global", "4.25"), ("model", "0"), ("model", "2"), ("token", "9")]


def test_before_any_call_all_of_a_budget_is_left_and_without_budgets_it_is_said(run: Run, compiled: Path, user_file: Path, home: Path) -> None:
    assert run("usage", "--budgets").err == "your files set no budgets\n"
    user_file.write_text(json.dumps({"budgets": BUDGETS[:2]}))
    run("compile", "-q")
    assert [(one["scope"], one["used"], one["left"]) for one in run("usage", "--budgets", "--json").json["budgets"]] == [("global", "0", "5.5"), ("model", None, 2)]
    assert not (home / "state.sqlite").exists()
    assert "leave out --since" in run("usage", "--budgets", "--since", "2026-11-01", code=2).err
    (home / "state.sqlite").write_bytes(b"no database at all" * 100)
    assert "it is damaged, or no file of SQLite" in run("usage", "--budgets", code=1).err
