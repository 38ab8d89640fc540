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
    code = 0
    try:
        try:
            code = _run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read this went away, as `head` does
        _write_no_more()
        code = 0
    except OSError as error:  # as on a full disk; the real command line has said so where it failed there
        _write_no_more()
        if code == 0:
            sys.stderr.write(f"error: {(error.strerror or str(error)).lower()}\n")
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
