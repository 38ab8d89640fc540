"""
What other processes do to a store: run as `python -m`-less script with a task and its arguments.

    racing.py grab WHERE GO LIMIT MOST   waits for the file GO, then reserves and settles till refused or MOST are granted; prints how many
    racing.py spend WHERE GO USD         waits for the file GO, then makes calls of 0.003 USD till those that are allowed are spent; prints how many
    racing.py hold WHERE LIMIT           reserves 7 of LIMIT for 30 s, says so, and waits to be killed
    racing.py storm WHERE                reserves and settles without end, saying so before and after each
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
from modelwright.runtime.state import Line, Outcome, open_store

START = 1_795_000_000.0
END_MS = 1_795_046_400_000


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def wait(go: str) -> None:
    say("ready")
    while not Path(go).exists():
        time.sleep(0.001)


def grab(where: str, go: str, limit: str, most: str) -> None:
    store = open_store(where, lambda: START)
    lines = [Line("s", END_MS, False, 1, int(limit), 1)]
    wait(go)
    granted = 0
    while granted < int(most) and isinstance(held := store.reserve(lines, START, START + 600), int):
        granted += 1
        if granted % 2:  # some settle, some are under way when the others ask
            store.settle(held, lines, [1], START)
    say(granted)


def spend(where: str, go: str, usd: str) -> None:
    spending = Spending(open_store(where, lambda: START), [Budget("cost", usd, period="daily")])
    spender, call = Spender("work", "acme/large"), Cost("priced", 3 * 10**15, "2026-11-18", None, Usage(30, 12), ())
    wait(go)
    granted = 0
    while isinstance(held := spending.reserve(spender, call), Reservation):
        granted += 1
        spending.settle(held, call)
    say(granted)


def hold(where: str, limit: str) -> None:
    store = open_store(where, lambda: START)
    assert isinstance(store.reserve([Line("s", END_MS, False, 7, int(limit), 7)], START, START + 30), int)
    say("held")
    time.sleep(600)


def storm(where: str) -> None:
    store = open_store(where, lambda: START)
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
