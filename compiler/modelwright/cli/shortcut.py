"""
Answer at once what needs no command line library: the help page, and a lint that changed nothing.

Importing click takes longer than either. Only exact, option-free calls are answered here, and just as the commands would
(tests compare them); everything else is None.
"""

import os
import sys

_SETTINGS = "PROVIDERS_"
_HOME = "PROVIDERS_HOME"
_WIDTH = 80


def answer(arguments: "list[str]") -> "int | None":
    """Print the answer to *arguments* and return the exit code; None when it takes the real command line."""
    if any(name.startswith((_SETTINGS, "_PROVIDERS_")) and name != _HOME for name in os.environ):
        return None
    if arguments in ([], ["--help"], ["-h"]):
        return _help(code=0 if arguments else 2)
    if arguments in (["lint"], ["lint", "-q"], ["lint", "--quiet"]):
        return _unchanged_lint(quiet=len(arguments) > 1)
    return None


def _help(*, code: int) -> "int | None":
    if "COLUMNS" in os.environ or not _is_wide():
        return None
    with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as stream:
        text = stream.read()
    (sys.stdout if code == 0 else sys.stderr).write(text)
    return code


def _is_wide() -> bool:
    for stream in (sys.__stdin__, sys.__stderr__, sys.__stdout__):
        try:
            if stream is not None and os.get_terminal_size(stream.fileno()).columns < _WIDTH:
                return False
        except (OSError, ValueError):
            continue
    return True


def _unchanged_lint(*, quiet: bool) -> "int | None":
    from . import inputs, lint_cache

    found = inputs.find(None, ())
    known = lint_cache.load(lint_cache.key(found, (), ()), found)
    if known is None or known[0]:
        return None
    if not quiet:
        sys.stderr.write(f"{known[1]} files, no findings\n")
    return 0
