"""The `providers` command. Each command is a module of its own, imported when it is called."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .root import COMMANDS as COMMANDS, group as group


def main() -> None:
    """Run the command line; the exit code is one of docs/exit-codes.md."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed, as by `>&-`
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # it is for as long as the process
    try:
        try:
            code = _run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read this went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def script() -> None:
    """Do as `main`, and end the process at once: taking a large catalogue apart again would take longer than the help page."""
    try:
        main()
    except SystemExit as stopped:
        sys.stderr.flush()
        os._exit(stopped.code if isinstance(stopped.code, int) else 1)


def _run() -> int:
    from . import shortcut

    code = shortcut.answer(sys.argv[1:])
    if code is None:
        from . import root

        code = root.run()
    return code


def __getattr__(name: str) -> object:
    if name in ("COMMANDS", "group"):
        from . import root

        return getattr(root, name)
    raise AttributeError(name)
