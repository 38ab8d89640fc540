"""What a file holds, and bytes put on the disk for good; imports nothing but `os` before it is used."""

from __future__ import annotations

import os


def content(place: str) -> bytes | None:
    """Return what the file at *place* holds, None when there is none; raises OSError for what is no file."""
    import stat

    try:
        if not stat.S_ISREG(os.stat(place).st_mode):
            raise OSError(f"`{shown(place)}` is not a file")
        with open(place, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of *content* in hexadecimal, None for None."""
    import hashlib

    return None if content is None else hashlib.sha256(content).hexdigest()


def check_folder(folder: str) -> None:
    """Raise OSError unless files can be put into *folder*, which may have to be made."""
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        raise NotADirectoryError(f"`{shown(folder)}` is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"`{shown(folder)}` cannot be written to")


def store(place: str, content: bytes, mode: int) -> None:
    """Write a new file at *place*; raises OSError when there is one."""
    with open(place, "xb") as stream:
        stream.write(content)
        stream.flush()
        os.chmod(place, mode)
        os.fsync(stream.fileno())


def keep(place: str, copy: str, content: bytes, mode: int) -> None:
    """Have *copy* hold *content* for good, as the file at *place* does: as another name of it where the disk knows such, which is much quicker."""
    try:
        os.link(place, copy)
    except OSError:
        store(copy, content, mode)


def sync(folder: str) -> None:
    """Have what was renamed in *folder* stay so when the power fails."""
    if os.name == "nt" or not os.path.isdir(folder):  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def shown(path: str) -> str:
    """Return *path* as a message may hold it, whatever is in it."""
    return ascii(path)[1:-1][:300]
