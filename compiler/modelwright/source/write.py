"""Write a file whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile


def write_atomically(path: str, content: bytes, *, mode: int | None = None) -> None:
    """
    Put *content* at *path*: readers see the old file or the new one, whatever happens in between.

    A link stays one, and so does a pipe or a device, which is written to. Without *mode* the file keeps the one it has.
    Raises OSError when the folder is not there or cannot be written to; the old file is then as it was.
    """
    path = os.path.realpath(path)
    state = os.stat(path) if os.path.exists(path) else None
    if state is not None and not stat.S_ISREG(state.st_mode) and not stat.S_ISDIR(state.st_mode):
        with open(path, "wb") as stream:
            stream.write(content)
        return
    if mode is None:
        mode = 0o644 if state is None else stat.S_IMODE(state.st_mode)
    folder, name = os.path.split(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    except OSError as error:
        error.filename = path  # that of the temporary file says nothing to anybody
        raise
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
