"""Files that hold secrets: read with a limit and without their content in an error, written for the user alone and whole or not at all."""

import os
import stat

from .answer import UnreadableError

_MOST_BYTES = 8_000_000


def read(path: str) -> bytes:
    """Return the content of the file at *path*; raises UnreadableError."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
    else:
        if len(content) <= _MOST_BYTES:
            return content
        reason = f"it has more than {_MOST_BYTES:,} bytes"
    raise UnreadableError(f"{path}: {reason}")


def decode(content: bytes, path: str) -> "Any":
    """Return the JSON that *content*, read from *path*, holds; raises UnreadableError, which neither holds nor leads to the content."""
    import json

    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        pass
    raise UnreadableError(f"{path} is damaged: it is no JSON")


def read_json(path: str) -> "Any":
    """Return the JSON of the file at *path*; raises UnreadableError."""
    return decode(read(path), path)


def value_at(data: "Any", way: "Sequence[str]") -> "Any":
    """Return what *way* leads to in *data*; a step that ends in a colon takes the first key that begins so. None where it leads nowhere."""
    for step in way:
        if isinstance(data, list) and step.isascii() and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            key = next((key for key in data if key.startswith(step)), step) if step.endswith(":") else step
            data = data.get(key)
        else:
            return None
    return data


def seconds(text: str) -> "float | None":
    """Return the time that *text* says as RFC 3339 does, in seconds since 1970; None where it says none."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def write_private(path: str, content: bytes) -> None:
    """Put *content* at *path*, readable for the user alone; whoever reads sees the old file or the new one. Raises OSError."""
    import tempfile

    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)  # for the user alone from the start
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, stat.S_IRUSR | stat.S_IWUSR)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any
