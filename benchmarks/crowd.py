"""
Calls a second with 64 of them under way, beside LiteLLM's Router and aiohttp alone, on one loopback server in one run.

Server and callers are a process each, on a machine with a core for both. Those that are compared take turns, round by round, and a
ratio is that of one round, of which the median is told, so that what else the machine does falls on all alike.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import dispatch
import peers
from crowding import CALLERS
from processes import FailedError, environment
from report import Row

_ROUNDS = 7
_HERE = Path(__file__).parent


class _Crowd:
    """A process that makes calls when it is told to."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self._process = subprocess.Popen(argv, env=environment(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.names: list[str] = self._said()["names"]  # type: ignore[assignment]  # this once

    def measured(self, name: str) -> dict[str, float]:
        self._process.stdin.write(f"{name}\n")  # type: ignore[union-attr]  # it is a pipe
        self._process.stdin.flush()  # type: ignore[union-attr]
        return self._said()

    def _said(self) -> dict[str, float]:
        for line in self._process.stdout:  # type: ignore[union-attr]
            if line.startswith("{"):  # whatever a peer prints
                found: dict[str, float] = json.loads(line)
                return found
        raise FailedError(f"{' '.join(map(str, self._process.args))[:160]} ended")  # type: ignore[arg-type]  # it is a list

    def close(self) -> None:
        self._process.communicate()


def rows(command: str, python: str, env: dict[str, str], folder: Path) -> list[Row]:
    """Return the measurements; *command* is `providers`, *python* an interpreter that has modelwright and aiohttp."""
    with ExitStack() as stack:
        server = subprocess.Popen([sys.executable, str(_HERE / "answering.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(server.communicate)
        port, script = server.stdout.readline().strip(), str(_HERE / "crowding.py")  # type: ignore[union-attr]  # it is a pipe
        crowds = [_Crowd([python, script, "modelwright", port, dispatch.artifact(command, env, folder, port)], env)]
        said = peers.prepare(peers.LITELLM)
        if said is None:
            crowds.append(_Crowd([peers.LITELLM.python, script, "litellm", port], dict(peers.LITELLM.env)))
        else:
            print(f"litellm {peers.LITELLM.version} is skipped: it cannot be installed: {said}", file=sys.stderr)
        for crowd in crowds:
            stack.callback(crowd.close)
        return _table([{name: crowd.measured(name) for crowd in crowds for name in crowd.names} for _ in range(_ROUNDS)])


def _table(rounds: list[dict[str, dict[str, float]]]) -> list[Row]:
    def median(name: str, what: str = "calls") -> float:
        return statistics.median(one[name][what] for one in rounds)

    names = {"bare": "aiohttp alone", "litellm": "litellm Router"}
    theirs = tuple((said, median(name)) for name, said in names.items() if name in rounds[0])
    found = [
        Row(
            what=f"calls a second, {CALLERS} at once, {what}",
            ours=median(name),
            unit="{}/s",
            peers={"ours": theirs, "httpx": (("httpx alone", median("bare httpx")),)}.get(name, ()),
            note=f"{median(name, 'cpu'):,.0f} µs of CPU each",
        )
        for name, what in (("ours", "over aiohttp"), ("budget", "over aiohttp, within a budget"), ("httpx", "over httpx"))
    ]
    if "litellm" in rounds[0]:
        ratio = statistics.median(one["ours"]["calls"] / one["litellm"]["calls"] for one in rounds)
        cpu = median("litellm", "cpu")
        found.insert(0, Row(what="the same, times LiteLLM's Router", ours=ratio, unit="{}x", reach=10, at_least=True, note=f"litellm {cpu:,.0f} µs of CPU each"))
    return found
