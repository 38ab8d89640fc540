"""
Answer without the command line library what is asked most: the help page, and a plain lint.

Importing click takes longer than the help page and an unchanged lint together. Only calls without options that take a value
are answered here, and just as the commands would (tests compare them); everything else is None.
"""

import os
import sys

_SETTINGS = ("PROVIDERS_", "_PROVIDERS_", "SOPHON_FORMAT")
_REGISTRY = "PROVIDERS_REGISTRY"
_UNDERSTOOD = ("PROVIDERS_HOME", _REGISTRY)
_QUIET = {"-q", "--quiet"}
_LINT_FLAGS = {*_QUIET, "--no-cache"}
_WIDTH = 80


def answer(arguments: "list[str]") -> "int | None":
    """Print the answer to *arguments* and return the exit code; None when it takes the real command line."""
    if any(name.startswith(_SETTINGS) and name not in _UNDERSTOOD for name in os.environ):
        return None
    if arguments in ([], ["--help"], ["-h"]):
        return _help(code=0 if arguments else 2)
    if arguments[0] == "lint" and _LINT_FLAGS.issuperset(arguments[1:]):
        return _lint(arguments[1:])
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


def _lint(flags: "list[str]") -> "int | None":
    from ..source import journal
    from . import inputs, linting, terminal

    registry = os.environ.get(_REGISTRY)
    if journal.has_rest(inputs.registry_path(registry)):
        return None
    try:
        found = inputs.find(registry, ())
        return linting.lint(found, cached="--no-cache" not in flags, quiet=not _QUIET.isdisjoint(flags), colour=terminal.wants_colour(sys.stdout))
    except journal.PendingError:
        return None
