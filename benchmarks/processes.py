"""
Whole processes, timed by what the operating system counts: user and system CPU, not the clock on the wall.

Processes of one measurement take turns, so that what else happens on the machine falls on all of them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_OUT = os.O_WRONLY


class FailedError(Exception):
    """A process that is measured did not do what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A process to measure."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    every: int = 1
    """It takes part in every *every*-th round; for those that take seconds."""
    statuses: tuple[int, ...] = (0,)
    """Exit codes that mean it worked."""
    before: Callable[[], object] | None = None
    """Called before each run; what it takes does not count."""


@dataclass(slots=True)
class Timing:
    """The CPU milliseconds of each run of a process."""

    runs: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        """The median."""
        return statistics.median(self.runs)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The lower and the upper quartile."""
        low, _, high = statistics.quantiles(self.runs, n=4)
        return low, high


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without what changes how Python or modelwright starts, and with *extra*."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PROVIDERS_", "COVERAGE_"))}
    return kept | dict(extra)


def measure(probes: Sequence[Probe], rounds: int) -> dict[str, Timing]:
    """Return the timings of *probes* by name, after one run of each that does not count; raises FailedError."""
    for probe in probes:
        _run_once(probe)
    timings = {probe.name: Timing() for probe in probes}
    for turn in range(rounds):
        for probe in probes:
            if turn % probe.every == 0:
                timings[probe.name].runs.append(_cpu_ms(probe))
    return timings


def output(argv: Sequence[str], env: Mapping[str, str] | None = None, *, given: str | None = None, statuses: tuple[int, ...] = (0,)) -> str:
    """Return what a process prints; raises FailedError with the end of its complaint."""
    done = subprocess.run(argv, env=environment(env or {}), input=given, capture_output=True, text=True, check=False)
    if done.returncode not in statuses or "Traceback (most recent call last)" in done.stderr:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise FailedError(f"{' '.join(argv)[:160]} exited with {done.returncode}: {' / '.join(said[-3:])}")
    return done.stdout


def _run_once(probe: Probe) -> None:
    if probe.before is not None:
        probe.before()
    output(probe.argv, probe.env, statuses=probe.statuses)


def _cpu_ms(probe: Probe) -> float:
    if probe.before is not None:
        probe.before()
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, _OUT, 0) for stream in (1, 2)]
    child = os.posix_spawn(probe.argv[0], tuple(probe.argv), environment(probe.env), file_actions=quiet)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in probe.statuses:
        raise FailedError(f"{probe.name} exited with {os.waitstatus_to_exitcode(status)}")
    return (used.ru_utime + used.ru_stime) * 1000
