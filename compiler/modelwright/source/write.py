"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile


def write_atomically(path: str, content: bytes, *, mode: int = 0o644) -> None:
    """
    Put *content* at *path*: readers see the old file or the new one, whatever happens in between.

    Raises OSError when the folder is not there or cannot be written to; the old file is then as it was.
    """
    folder, name = os.path.split(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
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
