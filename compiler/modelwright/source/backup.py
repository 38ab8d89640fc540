"""
Copies of a user's file from before it was changed.

They lie beside it as Sloppy has them, `<file>.backup.<number>`, the highest number the newest; `<file>.backup` is older than these.
What was in the place of a file that was restored is kept as `<file>.broken.<number>`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import stored
from .write import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

_COPY, _BROKEN = ".backup", ".broken"


def keep(path: str) -> str | None:
    """Copy the file at *path*, with its mode, and return where; None when there is no file, or the newest copy is the same. Raises OSError."""
    content = stored.content(path)
    last = newest(path)
    if content is None or (last is not None and stored.content(last) == content):
        return None
    return _put_aside(path, _COPY, content)


def copies(path: str) -> list[str]:
    """Return the copies of the file at *path*, the newest first."""
    found = _numbered(path, _COPY)
    return sorted(found, key=lambda copy: found[copy], reverse=True)


def newest(path: str, is_sound: Callable[[str], bool] = lambda _: True) -> str | None:
    """Return the newest copy of the file at *path* that *is_sound*, given its path, has nothing against; None without one."""
    return next(filter(is_sound, copies(path)), None)


def restore(path: str, is_sound: Callable[[str], bool]) -> tuple[str, str | None] | None:
    """
    Put the newest sound copy in the place of the file at *path*, whole or not at all.

    Returns the copy, and where what was there is kept (None: nothing was); None, and nothing is changed, without a copy. Raises OSError.
    """
    copy = newest(path, is_sound)
    content = None if copy is None else stored.content(copy)
    if copy is None or content is None:
        return None
    before = stored.content(path)
    aside = None if before is None else _put_aside(path, _BROKEN, before)
    write_atomically(path, content, mode=os.stat(copy).st_mode & 0o7777)
    return copy, aside


def _numbered(path: str, kind: str) -> dict[str, int]:
    """Return the files of a *kind* that lie beside *path*, to their numbers; one without number has 0."""
    folder, name = os.path.split(path)
    found = {}
    for entry in os.scandir(folder or ".") if os.path.isdir(folder or ".") else ():
        number = entry.name.removeprefix(f"{name}{kind}.")
        is_numbered = number != entry.name and number.isascii() and number.isdecimal() and int(number) > 0
        if (is_numbered or entry.name == f"{name}{kind}") and entry.is_file(follow_symlinks=False):
            found[os.path.join(folder, entry.name)] = int(number) if is_numbered else 0
    return found


def _put_aside(path: str, kind: str, content: bytes) -> str:
    """Write *content* to a new file with the first number that is free above all that are taken, and the mode of *path*."""
    mode = os.stat(path).st_mode & 0o7777
    number = 1 + max(_numbered(path, kind).values(), default=0)
    while os.path.lexists(place := f"{path}{kind}.{number}"):
        number += 1
    try:
        stored.store(place, content, mode)
    except FileExistsError:  # somebody else was quicker
        return _put_aside(path, kind, content)
    except OSError:
        if os.path.lexists(place):
            os.unlink(place)
        raise
    return place
