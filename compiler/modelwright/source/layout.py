"""Which file of a registry is what: the folders, and the kind of document each holds."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ..resources import registry_dir
from . import journal
from .document import Document
from .node import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = {"vocabulary": "vocabulary", "providers": "provider", "models": "models"}
"""Folder of the registry to the kind of its files."""
DECISIONS = "decisions.yaml"
_LOOKS, _PAUSE_SECONDS = 100, 0.05


def files(root: str) -> list[tuple[str, str, str]]:
    """Return per data file of the registry at *root* its place, logical path and kind, sorted by logical path."""
    found = []
    for folder, kind in FOLDERS.items():
        place = os.path.join(root, folder)
        try:
            found += [(os.path.join(place, name), f"registry/{folder}/{name}", kind) for name in os.listdir(place) if not name.startswith(".")]
        except OSError:
            if os.path.lexists(place):
                found.append((place, f"registry/{folder}", kind))
    if os.path.lexists(place := os.path.join(root, DECISIONS)):
        found.append((place, f"registry/{DECISIONS}", "decisions"))
    return sorted(found, key=lambda file: file[1])


def words_of_ours() -> list[tuple[str, str, str]]:
    """Return the files of vocabulary that the program came with."""
    return [file for file in files(registry_dir()) if file[2] == "vocabulary"]


def read_registry(root: str) -> list[Document]:
    """
    Return every document of the registry at *root*; one without a single file gives a document that says so.

    A registry without vocabulary has the words of the one the program came with. All are of one moment: where a change of
    several files comes in between, they are read anew. Raises PendingError when such a change is under way for too long.
    """
    documents = _read_at_once(root)
    if not documents:
        missing = Document("registry", shown(root), "provider", b"")
        missing.problems.append(Problem("PV001", "there is no registry here", "name its folder with --registry; it holds providers/ and models/"))
        documents.append(missing)
    return documents


def _read_at_once(root: str) -> list[Document]:
    for _ in range(_LOOKS):
        before = _stamps(root)
        documents = list(_read(root))
        if not journal.is_pending(root) and _stamps(root) == before:
            return documents
        time.sleep(_PAUSE_SECONDS)
    if journal.is_pending(root):
        raise journal.PendingError(f"`{shown(root)}` is being changed, or was left half changed; do the same again, which finishes it")
    return documents


def _stamps(root: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return what tells whether a file came, went or was put in the place of another."""
    return [(place, _stamp(place)) for place, _, _ in files(root)]


def _stamp(place: str) -> tuple[int, ...]:
    try:
        state = os.stat(place)
    except OSError:
        return ()
    return state.st_ino, state.st_mtime_ns, state.st_size


def _read(root: str) -> Iterator[Document]:
    found = files(root)
    if found and all(kind != "vocabulary" for _, _, kind in found):
        found = sorted([*found, *words_of_ours()], key=lambda file: file[1])
    for place, path, kind in found:
        if path.count("/") == 1 and kind != "decisions":
            yield _stray(place, path, kind, "this is not a folder that can be read", "put the folder in its place, or mend its permissions")
        elif not path.endswith(".yaml"):
            yield _stray(place, path, kind, "only files that end in .yaml belong here", "rename the file, or move it elsewhere")
        elif not path.isprintable():
            yield _stray(place, path, kind, "the file's name holds what is not text", "rename the file")
        else:
            yield Document.read(place, path, shown(place), kind)


def _stray(place: str, path: str, kind: str, what: str, how: str) -> Document:
    stray = Document(_printable(path), _printable(shown(place)), kind, b"", place)
    stray.problems.append(Problem("PV001", what, how))
    return stray


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def shown(place: str) -> str:
    """Return *place* as a person here would write it: from the working directory where it lies below it."""
    place = os.path.abspath(place)
    here = os.getcwd() + os.sep
    return place.removeprefix(here)
