"""
What state on Redis costs, and how exact it is among processes: on a server of its own, on the loopback interface.

It is run in the interpreter of what it measures, too: `sharing.py decide ARTIFACT URL`, `grab URL LIMIT`, `watch URL`. A 429 of
another process is seen when `look` finds what it cooled; that is asked every millisecond.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
_LIMIT, _PROCESSES, _ROUNDS = 10_000, 4, 20
_END_MS = 4_000_000_000_000
_RATE_LIMIT = {"rate_limit": {"cools": "route", "cooldown_seconds": (0.2,)}}


def rows(python: str, env: dict[str, str], artifact: str, folder: Path) -> list[Row]:
    """Return the measurements; *python* is an interpreter that has modelwright and its extra `redis`."""
    if _PROGRAM is None:
        print("Redis is skipped: neither redis-server nor valkey-server is installed", file=sys.stderr)
        return []
    with _serving(folder) as url:
        decided = _told(_begun(python, env, "decide", artifact, url))
        racers = [_begun(python, env, "grab", url, str(_LIMIT)) for _ in range(_PROCESSES)]
        granted = _all_told(racers)
        watcher = _begun(python, env, "watch", url)
        seen = [one * 1000 for one in _all_told([watcher])[0]]
    return [
        Row(
            what="decision + settle, CPU, state on Redis",
            ours=decided["cpu"],
            unit="{} µs",
            note=f"{decided['wall']:.0f} µs with the waits for the server on loopback, whose own CPU is {decided['server']:.0f} µs",
        ),
        Row(
            what=f"granted of {_LIMIT:,} to {_PROCESSES} processes at once",
            ours=sum(one["granted"] for one in granted),
            unit="{}",
            reach=_LIMIT,
            at_least=True,
            note=f"each {', '.join(str(one['granted']) for one in granted)}; in {max(one['seconds'] for one in granted):.1f} s",
        ),
        Row(
            what="a 429 of another process is seen after, at most",
            ours=max(seen),
            unit="{} ms",
            reach=1000,
            note=f"the median of {len(seen)} is {sorted(seen)[len(seen) // 2]:.0f} ms",
        ),
    ]


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    words = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder), "--loglevel", "warning")
    with subprocess.Popen([str(_PROGRAM), *words], stdout=subprocess.DEVNULL) as server:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.01)
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.kill()


def _begun(python: str, env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    from processes import environment

    return subprocess.Popen([python, __file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(env))


def _told(process: subprocess.Popen[str]) -> Any:
    return json.loads(process.communicate()[0].splitlines()[-1])


def _all_told(started: list[subprocess.Popen[str]]) -> list[Any]:
    """Have all begin together once each is ready, and return what they tell."""
    for process in started:
        process.stdout.readline()  # type: ignore[union-attr]  # it is a pipe
    for process in started:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    return [_told(process) for process in started]


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def _decide(artifact: str, url: str) -> dict[str, float]:
    import redis

    import modelwright
    from dispatching import _PROMPT, _decision, _quick

    def spent() -> float:
        used: dict[str, Any] = client.info("cpu")
        return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])

    client = redis.Redis.from_url(url)
    decide = _decision(modelwright.load(artifact), modelwright.Request(_PROMPT, max_output_tokens=100), url)
    found = {"cpu": _quick(decide), "wall": _quick(decide, time.perf_counter)}
    before = spent()
    for _ in range(_LIMIT):
        decide()
    return found | {"server": (spent() - before) / _LIMIT * 1e6}


def _grab(url: str, limit: str) -> dict[str, float]:
    from modelwright.runtime.state import Line, open_store

    store, lines = open_store(url), [Line("race", _END_MS, False, 1, int(limit), 1)]
    store.totals(lines, store.now())
    _wait()
    began, granted = time.perf_counter(), 0
    while isinstance(held := store.reserve(lines, now := store.now(), now + 600), int):
        granted += 1
        store.settle(held, lines, [1], now)
    return {"granted": granted, "seconds": time.perf_counter() - began}


def _watch(url: str) -> list[float]:
    """Return how long after another process noted a 429 it was seen here, in seconds."""
    _wait()
    from modelwright.runtime.cooldown import Cooldowns
    from modelwright.runtime.state import open_store

    mine = Cooldowns(open_store(url), _RATE_LIMIT)
    other = subprocess.Popen([sys.executable, __file__, "fail", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found = []
    for number in range(_ROUNDS):
        mine.look((f"route:{number}",))  # so that it is believed not to cool
        time.sleep(number / _ROUNDS)
        other.stdin.write(f"{number}\n")  # type: ignore[union-attr]  # it is a pipe
        other.stdin.flush()  # type: ignore[union-attr]
        noted = float(other.stdout.readline())  # type: ignore[union-attr]
        until = time.time() + 3
        while not mine.look((f"route:{number}",)) and time.time() < until:
            time.sleep(0.001)
        found.append(time.time() - noted)
    other.communicate()
    return found


def _fail(url: str) -> None:
    from modelwright.runtime.cooldown import Cooldowns, Entry, Keys
    from modelwright.runtime.state import open_store

    cooldowns = Cooldowns(open_store(url), _RATE_LIMIT)
    for text in sys.stdin:
        cooldowns.failed(Entry(Keys("", f"route:{text.strip()}", ""), 0.0), "rate_limit", retry_after_seconds=60)
        print(time.time(), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    run = {"decide": _decide, "grab": _grab, "watch": _watch, "fail": _fail}[sys.argv[1]]
    told = run(*sys.argv[2:])  # type: ignore[operator]
    if told is not None:
        print("\n" + json.dumps(told))
