"""`providers` in a terminal of its own, as a person sits before one: what is on the screen is awaited, then something is typed."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import sys
import traceback
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_SECONDS = 20.0
END, BREAK = "\x04", "\x03"
"""Ctrl-D and Ctrl-C."""


class Terminal:
    """One call of `providers`, with a terminal as its input and both its outputs."""

    def __init__(self, *arguments: str | Path) -> None:
        from modelwright.cli import main

        self.screen = ""
        """Everything that was printed, as it came; what is typed is echoed."""
        self._seen = 0
        self._characters = codecs.getincrementaldecoder("utf-8")()  # what is read at once may end within one
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._child, self._terminal = pty.fork()
        if self._child:
            return
        code = 99
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.argv = ["providers", *map(str, arguments)]
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115  # the terminal's, until the end of the process
            main()
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
            os._exit(code)

    def shows(self, text: str) -> str:
        """Wait until *text* is on the screen, below what was waited for before; return what is between."""
        while (place := self.screen.find(text, self._seen)) < 0:
            assert self._read(), f"{text!r} never came:\n{self.screen[self._seen :]}"
        before, self._seen = self._seen, place + len(text)
        return self.screen[before:place]

    def types(self, text: str, *, end: str = "\n") -> None:
        os.write(self._terminal, f"{text}{end}".encode())

    def breaks_off(self, key: str) -> int:
        """Press *key* until the process ends, since one that was not reading yet may miss it; return its exit code."""
        self.types(key, end="")
        while not select.select([self._terminal], [], [], 1.0)[0]:
            self.types(key, end="")
        return self.ends()

    def ends(self) -> int:
        """Wait until the process has ended; return its exit code."""
        while self._read():
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])

    @property
    def rest(self) -> str:
        """What was printed below what was waited for."""
        return self.screen[self._seen :]

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE_SECONDS)
        assert ready, f"nothing came any more:\n{self.screen[self._seen :]}"
        try:
            found = os.read(self._terminal, 65_536)
        except OSError:  # so a terminal says that nobody is at its other end
            return False
        self.screen += self._characters.decode(found).replace("\r\n", "\n")
        return bool(found)


def without_colours(text: str) -> str:
    """Return *text* without what sets colours; everything else that commands a terminal stays."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
