"""
What a process does to the disk, operation by operation, and something that happens before one of them.

The interpreter tells of every function of its own that changes files (`sys.audit`, for `open` with its flags); what it does
not tell of is wrapped. A write counts twice: before it, when the file is still empty, and in its middle, when it is torn.
"""

from __future__ import annotations

import builtins
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Happen = Callable[[int], None]

TOLD = {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.chflags", "os.utime", "os.setxattr", "os.removexattr"),
}
"""Events that tell of a change of files; of `open` only that for writing."""
_NOT_TOLD = ("fsync", "fdatasync", "write", "writev", "pwrite", "pwritev", "sendfile", "copy_file_range", "splice", "posix_fallocate", "mkfifo", "mknod")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def on_operations(happen: Happen) -> Callable[[], None]:
    """Return what has *happen* called in this process, until its end, before each of its operations, with the number of it."""

    def arm() -> None:
        count = 0

        def another() -> None:
            nonlocal count
            count += 1
            happen(count)

        def hear(event: str, arguments: tuple[Any, ...]) -> None:
            if event in TOLD and (event != "open" or arguments[2] & _WRITING):
                another()

        for name in _NOT_TOLD:
            if hasattr(os, name):
                setattr(os, name, _before(another, getattr(os, name)))
        builtins.open = io.open = _torn(another, builtins.open)
        sys.addaudithook(hear)

    return arm


def _before(another: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    def operation(*arguments: Any, **named: Any) -> Any:
        another()
        return real(*arguments, **named)

    return operation


def _torn(another: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    """Return `open` of files that are written in two parts."""

    def opened(*arguments: Any, **named: Any) -> Any:
        stream = real(*arguments, **named)
        if not stream.writable():
            return stream
        write = stream.write

        def in_parts(content: Any) -> int:
            another()
            first = write(content[: len(content) // 2])
            stream.flush()
            another()
            return int(first + write(content[len(content) // 2 :]))

        stream.write = in_parts
        return stream

    return opened


def die_at(number: int) -> Callable[[], None]:
    """Return what has this process killed before its operation *number*."""
    return on_operations(lambda count: os.kill(os.getpid(), signal.SIGKILL) if count == number else None)


def halt_when(is_time: Callable[[], bool]) -> Callable[[], None]:
    """Return what has this process stopped once, before the first operation when *is_time*, until somebody has it continue."""
    halted = False

    def happen(_: int) -> None:
        nonlocal halted
        if not halted and is_time():
            halted = True
            os.kill(os.getpid(), signal.SIGSTOP)

    return on_operations(happen)


def halt_reading(name: str) -> Callable[[], None]:
    """Return what has this process stopped once, before it opens the file called *name*, until somebody has it continue."""
    halted = False

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal halted
        if not halted and event == "open" and str(arguments[0]).endswith(name):
            halted = True
            os.kill(os.getpid(), signal.SIGSTOP)

    return lambda: sys.addaudithook(hear)


def fail_at(number: int, error: OSError) -> Callable[[], None]:
    """Return what has the operation *number* of this process fail with *error*."""

    def happen(count: int) -> None:
        if count == number:
            raise error

    return on_operations(happen)
