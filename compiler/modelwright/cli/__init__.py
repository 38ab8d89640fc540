"""The `providers` command. Each command is a module of its own, imported when it is called."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .root import COMMANDS as COMMANDS, group as group


def main() -> None:
    """Run the command line; the exit code is one of docs/exit-codes.md."""
    from . import shortcut

    code = shortcut.answer(sys.argv[1:])
    if code is None:
        from . import root

        code = root.run()
    sys.exit(code)


def __getattr__(name: str) -> object:
    if name in ("COMMANDS", "group"):
        from . import root

        return getattr(root, name)
    raise AttributeError(name)
