"""Readings on disk: the cache of listings, and the recordings of `--record` that `--from-file` reads."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from ..source.write import write_atomically
from .adapter import MalformedListingError
from .limits import Limits
from .payload import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION = 1
_SOURCE = re.compile(r"[a-z0-9][a-z0-9.-]{0,127}")
_LARGEST_BYTES = 200_000_000
_LIMITS = Limits(max_depth=Limits().max_depth + 2, max_values=10 * Limits().max_values)
"""Pages stand two levels deep in a recording, and all of them in one file."""
_TEXTS = ("source", "url", "method", "read_at")
_OPTIONAL_TEXTS = ("etag", "last_modified", "salt", "fingerprint")
_CURE = "make one with `providers refresh --record`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A listing as it was read, page by page."""

    source: str
    url: str
    """Without credential."""
    method: str
    read_at: str
    """UTC, as `2026-11-20T18:00:00Z`."""
    pages: tuple[Any, ...] = field(repr=False)
    """Decoded JSON, at least one."""
    etag: str | None = None
    last_modified: str | None = None
    salt: str | None = field(default=None, repr=False)
    fingerprint: str | None = field(default=None, repr=False)
    """Of the credential it was read with, see `fingerprint`; None: it does not matter."""

    def portable(self) -> Recording:
        """Return it for others: without what belongs to this machine's credential and cache."""
        return replace(self, etag=None, last_modified=None, salt=None, fingerprint=None)


class Store:
    """A folder of recordings, one file a source, for nobody else to read."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def load(self, source: str) -> Recording | None:
        """Return the recording of *source*; None when there is none or it is damaged. Raises ValueError when *source* is no id."""
        try:
            found = _read(self._path(source))
        except (OSError, MalformedListingError):
            return None
        return found if found.source == source else None

    def save(self, source: str, recording: Recording) -> None:
        """Put *recording* in place of the one before. Raises OSError when the folder cannot be written to, ValueError when *source* is no id."""
        path = self._path(source)
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            os.chmod(self.folder, 0o700)
        write_atomically(path, _as_bytes(recording), mode=0o600)

    def _path(self, source: str) -> str:
        if not _SOURCE.fullmatch(source):
            raise ValueError(f"{source[:80]!r} is no id of a source: small letters, digits, dots and hyphens")
        return os.path.join(self.folder, f"{source}.json")


def read_recordings(path: str) -> dict[str, Recording]:
    """
    Return the recordings of a folder, or the one in a file, by source, sorted; other files than `*.json` are passed over.

    Raises ValueError, with the file and the cure, when one is no recording, two are of one source, or there are none.
    """
    try:
        files = [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".json")] if os.path.isdir(path) else [path]
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}; {_CURE}") from None
    found: dict[str, Recording] = {}
    for file in files:
        try:
            recording = _read(file)
        except OSError as error:
            raise ValueError(f"{file}: {error.strerror}; {_CURE}") from None
        except MalformedListingError as error:
            raise ValueError(f"{file} is no recording: {error}; {_CURE}") from None
        if recording.source in found:
            raise ValueError(f"{file} is a second recording of `{recording.source}`; keep one of the two")
        found[recording.source] = recording
    if not found:
        raise ValueError(f"{path} holds no recording; {_CURE}")
    return dict(sorted(found.items()))


def fingerprint(headers: Mapping[str, str], query: Mapping[str, str], salt: str) -> str:
    """Return what tells one credential from another without telling what it is; *salt* is a random one of the file's own."""
    held = [sorted((name.lower(), value) for name, value in headers.items()), sorted(query.items())]
    return blake2b(json.dumps(held).encode(), key=salt.encode("utf-8", "replace")[: blake2b.MAX_KEY_SIZE], digest_size=8).hexdigest()


def as_time(seconds: float) -> str:
    """
    Return seconds since 1970 as the text that `read_at` holds.

    >>> as_time(1_795_199_400)
    '2026-11-20T18:30:00Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_seconds(time: str) -> float:
    """Return seconds since 1970 of a `read_at`; raises ValueError when it is none."""
    return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _as_bytes(recording: Recording) -> bytes:
    held = {name: getattr(recording, name) for name in (*_TEXTS, *_OPTIONAL_TEXTS)}
    content = {"version": _VERSION, **{name: value for name, value in held.items() if value is not None}, "pages": recording.pages}
    return f"{json.dumps(content)}\n".encode()


def _read(file: str) -> Recording:
    """Return the recording in *file*; raises OSError, or MalformedListingError when it is none."""
    with open(file, "rb") as stream:
        body = stream.read(_LARGEST_BYTES + 1)
    if len(body) > _LARGEST_BYTES:
        raise MalformedListingError(f"larger than {_LARGEST_BYTES:,} bytes")
    content = decode(body, _LIMITS)
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise MalformedListingError(f"not an object of version {_VERSION}")
    wrong = [name for name in _TEXTS if not isinstance(content.get(name), str)]
    wrong += [name for name in _OPTIONAL_TEXTS if not isinstance(content.get(name, ""), str)]
    pages = content.get("pages")
    if wrong or not isinstance(pages, list) or not pages:
        raise MalformedListingError(f"`{(wrong or ['pages'])[0]}` is missing or wrong")
    if not _SOURCE.fullmatch(content["source"]):
        raise MalformedListingError("`source` is no id of a source")
    try:
        as_seconds(content["read_at"])
    except ValueError:
        raise MalformedListingError("`read_at` is not a time like 2026-11-20T18:00:00Z") from None
    held: dict[str, Any] = {name: content.get(name) for name in (*_TEXTS, *_OPTIONAL_TEXTS)}
    return Recording(pages=tuple(pages), **held)
