"""
Write several files, all or none, whatever moment the process ends at.

Everything is staged beside the files first. One renaming, of the journal, decides: before it nothing has changed, after it
whatever is not done yet is finished by `recover`. A journal with the opposite direction lies ready, so that a writer that
fails can go back. At its top this module imports next to nothing: `lint` asks it whether something is pending.
"""

from __future__ import annotations

import os

from . import stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from filelock import BaseFileLock

_FOLDER = ".apply"
_LARGEST_JOURNAL = 1 << 26


class BusyError(OSError):
    """Somebody else is writing, and did not finish in time."""


class PendingError(OSError):
    """An interrupted change that can be neither finished nor undone without losing something; the message says how to decide."""


class StaleError(OSError):
    """A file that is not what it was when the change was made; `path` is relative to the root."""

    def __init__(self, path: str) -> None:
        super().__init__(f"`{stored.shown(path)}` was changed in the meantime; make the change anew")
        self.path = path


def is_pending(root: str) -> bool:
    """Tell whether a change of the files below *root* was interrupted or is under way, so that some may be new and some old."""
    return os.path.lexists(os.path.join(root, _FOLDER, "journal.json"))


def has_rest(root: str) -> bool:
    """Tell whether there is anything for `recover` to do; every file is old, or every one new, unless it is pending too."""
    return any(map(os.path.lexists, (_journal(root), _stage(root), _done(root))))


def write_all(root: str, contents: Mapping[str, bytes | None], *, expected: Mapping[str, str | None] | None = None, wait_seconds: float = 10.0) -> None:
    """
    Put *contents* at their paths, relative to *root* with `/` between folders, which are made; None removes the file.

    *expected* are the digests (SHA-256) that files must have, None those that must not be there. A change that was interrupted
    before is finished first. Links stay links, and files keep their modes.

    Raises ValueError for a path that leaves *root*, BusyError, StaleError and PendingError as they say, and OSError where a file
    cannot be written; nothing has changed then, or `is_pending` says that it has.
    """
    places = [_place(root, path, is_link_meant=content is None) for path, content in contents.items()]
    checked = [(path, _place(root, path), digest) for path, digest in (expected or {}).items()]
    if len(set(places)) < len(places):
        raise ValueError("two of the paths lead to one file")
    lock = _locked(root, wait_seconds)
    try:
        _settle(root)
        for path, place, digest in checked:
            if stored.digest(stored.content(place)) != digest:
                raise StaleError(path)
        _write(root, dict(zip(places, contents.items(), strict=True)))
    finally:
        lock.release()


def recover(root: str, *, wait_seconds: float = 10.0) -> str | None:
    """
    Finish, or clear away, what an interrupted change left below *root*, and say in a sentence what was found and done; None: nothing was.

    Raises PendingError when a file was changed since (nothing is touched then), BusyError while another writes, and OSError.
    """
    if not has_rest(root):
        return None
    lock = _locked(root, wait_seconds)
    try:
        return _settle(root)
    finally:
        lock.release()


def _write(root: str, wanted: Mapping[str, tuple[str, bytes | None]]) -> None:
    stage = _stage(root)
    try:
        os.mkdir(stage)
        forward = list(_staged(stage, wanted))
        back = [entry | {"from": entry["to"], "to": entry["from"], "staged": f"{entry['staged']}.old"} for entry in forward]
        for name, is_back, entries in (("forward.json", False, forward), ("back.json", True, back)):
            stored.store(os.path.join(stage, name), _encoded({"back": is_back, "entries": entries}), 0o644)
        stored.sync(stage)
    except BaseException:
        _clear(root)
        raise
    if not forward:
        _clear(root)
        return
    try:
        os.replace(os.path.join(stage, "forward.json"), _journal(root))
        stored.sync(os.path.join(root, _FOLDER))
        _carry_out(root, forward)
    except OSError:
        os.replace(os.path.join(stage, "back.json"), _journal(root))
        _carry_out(root, back)
        raise
    finally:
        if not is_pending(root):
            _clear_in_passing(root)


def _staged(stage: str, wanted: Mapping[str, tuple[str, bytes | None]]) -> Iterable[dict[str, Any]]:
    """Store what files hold and will hold in *stage*; yield how each is changed, those left out that stay as they are."""
    for number, (place, (path, new)) in enumerate(wanted.items()):
        old = stored.content(place)
        if old == new:
            continue
        mode = 0o644 if old is None else os.stat(place).st_mode & 0o7777
        stored.check_folder(os.path.dirname(place))
        staged = os.path.join(stage, f"{number}")
        if new is not None:
            stored.store(staged, new, mode)
        if old is not None:
            stored.keep(place, f"{staged}.old", old, mode)
        yield {"path": path, "is_link_meant": new is None, "from": stored.digest(old), "to": stored.digest(new), "staged": f"{number}"}


def _carry_out(root: str, entries: list[dict[str, Any]]) -> None:
    """Bring every file into the state the journal wants, unless one is in neither of its two; then put the journal away."""
    left = []
    folders: set[str] = set()
    for entry in entries:
        place = _place(root, entry["path"], is_link_meant=entry["is_link_meant"])
        found = stored.digest(stored.content(place))
        staged = os.path.join(_stage(root), entry["staged"])
        if found != entry["to"]:
            if found != entry["from"] or (entry["to"] is not None and stored.digest(stored.content(staged)) != entry["to"]):
                raise PendingError(
                    f"`{stored.shown(entry['path'])}` was changed after a change of several files was interrupted; "
                    f"undo what was done to it, or delete `{stored.shown(os.path.join(root, _FOLDER))}` to keep every file as it is now"
                )
            left.append((place, staged, entry["to"] is None))
        folders.update(_folders(root, place))
    for place, staged, is_removal in left:
        if is_removal:
            os.unlink(place)
        else:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(staged, place)
    for folder in sorted(folders):
        stored.sync(folder)
    os.replace(_journal(root), _done(root))
    stored.sync(os.path.join(root, _FOLDER))


def _settle(root: str) -> str | None:
    """Do what `recover` says, the lock being held."""
    stage = _stage(root)
    if is_pending(root):
        is_back, entries = _read(root, _journal(root))
        os.makedirs(stage, exist_ok=True)
        try:
            _carry_out(root, entries)
        except ValueError as error:
            raise _damaged(root) from error
        _clear(root)
        return f"a change of {len(entries)} files was interrupted; it is {'rolled back' if is_back else 'finished'} now"
    if not any(map(os.path.lexists, (stage, _done(root)))):
        return None
    is_back = not os.path.lexists(_done(root)) or _read(root, _done(root))[0]
    _clear(root)
    return f"a change of several files was interrupted when {'no file was changed; it is rolled back' if is_back else 'all were in place; it is finished now'}"


def _read(root: str, place: str) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether the journal at *place* goes back, and its entries; raises PendingError for one that nobody wrote here."""
    import json

    try:
        if os.path.getsize(place) > _LARGEST_JOURNAL:
            raise _damaged(root)
        journal = json.loads(stored.content(place) or b"")
        kinds = {"path": str, "staged": str, "is_link_meant": bool, "from": str | None, "to": str | None}
        entries = [{name: entry[name] for name in kinds} for entry in journal["entries"]]
        is_back = journal["back"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(root) from error
    sound = all(isinstance(entry[name], kind) for entry in entries for name, kind in kinds.items())
    if not sound or not isinstance(is_back, bool) or not all(entry["staged"].removesuffix(".old").isdecimal() for entry in entries):
        raise _damaged(root)
    return is_back, entries


def _damaged(root: str) -> PendingError:
    place = stored.shown(os.path.join(root, _FOLDER))
    return PendingError(f"`{place}/journal.json` is damaged; compare the files with your history, then delete `{place}` to keep them as they are")


def _place(root: str, path: str, *, is_link_meant: bool = False) -> str:
    """Return where *path* really is, links followed except, with *is_link_meant*, its own; raises ValueError when that is outside of *root*."""
    base = os.path.realpath(root)
    steps = path.split("/")
    if not {"", ".", ".."}.isdisjoint(steps) or "\0" in path or "\\" in path or os.path.splitdrive(path)[0]:
        raise ValueError(f"`{stored.shown(path)}` is no path below the root")
    place = os.path.join(base, *steps)
    place = os.path.join(os.path.realpath(os.path.dirname(place)), steps[-1]) if is_link_meant else os.path.realpath(place)
    inside = place.removeprefix(base.rstrip(os.sep) + os.sep)
    if inside == place or inside.split(os.sep)[0].lower() == _FOLDER:
        raise ValueError(f"`{stored.shown(path)}` leads out of the root")
    return place


def _locked(root: str, wait_seconds: float) -> BaseFileLock:
    """Return the lock, held; the file stays, since whoever waits for it has it open."""
    import filelock

    folder = os.path.join(root, _FOLDER)
    if os.path.islink(folder):
        raise PendingError(f"`{stored.shown(folder)}` is a link; delete it")
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
    ignored = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignored) or not os.path.getsize(ignored):
        with open(ignored, "w", encoding="utf-8") as stream:
            stream.write("*\n")
    lock = filelock.FileLock(os.path.join(folder, "lock"), timeout=wait_seconds)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(f"`{stored.shown(root)}` is being written by another process; wait until it is done") from error
    return lock


def _folders(root: str, place: str) -> Iterable[str]:
    """Return the folders from that of *place* up to *root*."""
    base, folder = os.path.realpath(root), os.path.dirname(place)
    found = [folder]
    while folder != base:
        folder = os.path.dirname(folder)
        found.append(folder)
    return found


def _encoded(value: Any) -> bytes:
    import json

    return json.dumps(value, indent=1).encode()


def _clear(root: str) -> None:
    """Remove the stage, and then the mark that all is done."""
    stage, done = _stage(root), _done(root)
    if os.path.isdir(stage) and not os.path.islink(stage):
        for name in os.listdir(stage):
            os.unlink(os.path.join(stage, name))
        os.rmdir(stage)
    for rest in (stage, done):
        if os.path.lexists(rest):
            os.unlink(rest)


def _clear_in_passing(root: str) -> None:
    """Remove what nobody needs any more; what cannot be removed, the next writer removes."""
    try:
        _clear(root)
    except OSError:
        return


def _journal(root: str) -> str:
    return os.path.join(root, _FOLDER, "journal.json")


def _done(root: str) -> str:
    return os.path.join(root, _FOLDER, "done.json")


def _stage(root: str) -> str:
    return os.path.join(root, _FOLDER, "stage")
