"""
What other processes do to a store: run as `python -m`-less script with a task and its arguments.

    racing.py grab FILE LIMIT MOST     waits for FILE.go, then reserves and settles till refused or MOST are granted; prints how many
    racing.py spend FILE USD           waits for FILE.go, then makes calls of 0.003 USD till those that are allowed are spent; prints how many
    racing.py hold FILE LIMIT          reserves 7 of LIMIT for 30 s, says so, and waits to be killed
    racing.py storm FILE               reserves and settles without end, saying so before and after each
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from modelwright import Usage
from modelwright.runtime.budget import Budget, Spender
from modelwright.runtime.cost import Cost
from modelwright.runtime.errors import StateError
from modelwright.runtime.spending import Reservation, Spending
from modelwright.runtime.state import Line, Outcome
from modelwright.runtime.state.sqlite import SqliteStore

START = 1_795_000_000.0
END_MS = 1_795_046_400_000


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def grab(file: str, limit: str, most: str) -> None:
    store = SqliteStore(file, clock=lambda: START)
    lines = [Line("s", END_MS, False, 1, int(limit), 1)]
    say("ready")
    while not Path(f"{file}.go").exists():
        time.sleep(0.001)
    granted = 0
    while granted < int(most) and isinstance(held := store.reserve(lines, START, START + 600), int):
        granted += 1
        if granted % 2:  # some settle, some are under way when the others ask
            store.settle(held, lines, [1], START)
    say(granted)


def spend(file: str, usd: str) -> None:
    spending = Spending(SqliteStore(file, clock=lambda: START), [Budget("cost", usd, period="daily")])
    spender, call = Spender("work", "acme/large"), Cost("priced", 3 * 10**15, "2026-11-18", None, Usage(30, 12), ())
    say("ready")
    while not Path(f"{file}.go").exists():
        time.sleep(0.001)
    granted = 0
    while isinstance(held := spending.reserve(spender, call), Reservation):
        granted += 1
        spending.settle(held, call)
    say(granted)


def hold(file: str, limit: str) -> None:
    store = SqliteStore(file, clock=lambda: START)
    assert isinstance(store.reserve([Line("s", END_MS, False, 7, int(limit), 7)], START, START + 30), int)
    say("held")
    time.sleep(600)


def storm(file: str) -> None:
    store = SqliteStore(file, clock=lambda: START)
    lines = [Line("s", END_MS, False, 2, None, 0), Line("r", END_MS, True, 2, None, 0)]
    number = 0
    while True:
        number += 1
        say(f"begin {number}")
        try:
            held = store.reserve(lines, START, START + 30)
            assert isinstance(held, int)
            store.settle(held, lines, [3, 3], START, [Outcome("k", 1)])
            store.swap("n", None if number == 1 else str(number - 1), str(number), START + 600)
        except StateError as error:
            say(error)
            raise
        say(f"end {number}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
