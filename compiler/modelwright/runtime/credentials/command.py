"""What a program prints: one line, no shell, within a time. Looking does not run it."""

import os

from .answer import KEY, Found, Missing, UnreadableError

TIMEOUT_MS = 120_000
MOST_BYTES = 65_536


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return the program, which `read` runs."""
    argv = step.get("argv")
    route = search.route_for(None)
    if not argv:
        return Missing("no program is named")
    if route is None:
        return Missing("none of its routes sends a key", applies=False)
    seconds = step.get("timeout_ms", TIMEOUT_MS) / 1000
    return Found("command", f"{os.path.basename(argv[0])} is run when a key is needed", route, lambda: {KEY: line_of(argv, seconds, search.run, search.environ)})


def line_of(argv: "Sequence[str]", seconds: float, run: "Run", environ: "Mapping[str, str]") -> str:
    """Return the one line that the program prints; raises UnreadableError, which never repeats what it printed."""
    code, printed = run(argv, seconds, environ)
    name = os.path.basename(argv[0])
    if code:
        raise UnreadableError(f"{name} ended with exit code {code}")
    if len(printed) > MOST_BYTES:
        raise UnreadableError(f"{name} printed more than {MOST_BYTES:,} bytes")
    lines = [line for line in printed.decode(errors="replace").splitlines() if line.strip()]
    if len(lines) != 1:
        raise UnreadableError(f"{name} printed {len(lines) or 'no'} lines instead of one")
    return lines[0].strip()


def run(argv: "Sequence[str]", seconds: float, environ: "Mapping[str, str]") -> "tuple[int, bytes]":
    """Return the exit code of a program and what it printed, at most one byte more than is allowed; raises UnreadableError."""
    import subprocess
    from threading import Timer

    name = os.path.basename(argv[0])
    try:
        program = subprocess.Popen(  # noqa: S603  # the account names it, and files nobody trusts may not
            list(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environ), start_new_session=True
        )
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it cannot be").lower()
    else:
        late: list[bool] = []

        def stop() -> None:
            late.append(True)
            _end(program)

        timer = Timer(seconds, stop)
        timer.start()
        try:
            with program:
                assert program.stdout is not None
                printed = program.stdout.read(MOST_BYTES + 1)
                if len(printed) > MOST_BYTES:
                    _end(program)
        finally:
            timer.cancel()
        if not late:
            return (0 if len(printed) > MOST_BYTES else program.returncode), printed
        reason = f"it took longer than {seconds:g} s"
    raise UnreadableError(f"{name} gave nothing: {reason}")


def _end(program: "Popen[bytes]") -> None:
    """End *program* and what it started, which may hold its output open."""
    try:
        os.killpg(program.pid, 9)
    except (AttributeError, OSError):
        program.kill()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from subprocess import Popen
    from typing import Any

    from .search import Run, Search
