"""Pictures, documents, films and sounds as blocks of Converse: bytes in base 64, or an object of S3."""

from .request_body import base64_text

_FORMATS = {
    "image": {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"},
    "document": {
        "application/pdf": "pdf",
        "text/csv": "csv",
        "application/msword": "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "text/html": "html",
        "text/plain": "txt",
        "text/markdown": "md",
    },
    "video": {
        "video/x-matroska": "mkv",
        "video/quicktime": "mov",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "video/x-flv": "flv",
        "video/mpeg": "mpeg",
        "video/x-ms-wmv": "wmv",
        "video/3gpp": "three_gp",
    },
    "audio": {
        "audio/mpeg": "mp3",
        "audio/mp3": "mp3",
        "audio/opus": "opus",
        "audio/wav": "wav",
        "audio/x-wav": "wav",
        "audio/aac": "aac",
        "audio/flac": "flac",
        "audio/mp4": "mp4",
        "audio/ogg": "ogg",
        "audio/x-matroska": "mka",
        "audio/x-m4a": "m4a",
        "audio/webm": "webm",
    },
}
"""Names of formats by media type, per kind of block."""
_NAME_MOST = 200
_ALLOWED = " -()[]"


class MediaWriter:
    """Writes media; documents get names, no two the same."""

    __slots__ = ("_losses", "_names")

    def __init__(self, losses: "Losses") -> None:
        self._losses = losses
        self._names: set[str] = set()

    def block(self, part: "Media") -> "dict[str, Any] | None":
        """Return the block of *part*; None where the protocol has none for it."""
        kind = "document" if part.kind == "pdf" else part.kind
        form = _FORMATS[kind].get(part.media_type.partition(";")[0].strip().lower())
        source = _source(part)
        if form is None or source is None:
            where = "" if part.data is not None else f" at {part.url}"
            self._losses.add(f"a medium of {part.media_type}{where}", f"give the bytes of one of {', '.join(dict.fromkeys(_FORMATS[kind]))}, or an s3:// URL")
            return None
        if part.detail not in (None, "auto"):
            self._losses.add(f"the detail {part.detail!r}", "leave out `detail`")
        if kind == "document":
            return {kind: {"format": form, "name": self._name(part.name), "source": source}}
        if part.name is not None:
            self._losses.add("the name of a medium that is no document", "leave out `name`, or say it in a text")
        return {kind: {"format": form, "source": source}}

    def _name(self, given: "str | None") -> str:
        """Return a name of the letters that are allowed, which no other document has."""
        letters = "".join(letter if letter.isascii() and (letter.isalnum() or letter in _ALLOWED) else "-" for letter in given or "")
        name = found = " ".join(letters.split())[:_NAME_MOST] or "document"
        number = 1
        while found in self._names:
            number += 1
            found = f"{name[: _NAME_MOST - 10]} {number}"
        self._names.add(found)
        return found


def _source(part: "Media") -> "dict[str, Any] | None":
    if part.data is not None:
        return {"bytes": base64_text(part.data)} if part.data else None
    return {"s3Location": {"uri": part.url}} if part.url is not None and part.url.startswith("s3://") else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.parts import Media
    from .request_body import Losses
