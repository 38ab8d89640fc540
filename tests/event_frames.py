"""
Messages of Amazon's event stream, written by hand, so that nothing of ours is asked what is right.

A file lists them: `event`, `exception` or `error` with its name, and `payload`; other `headers` by name, a number, a text, true, false,
or `{type, value}`; `bytes`, anything at all in hexadecimal; `text`, the same as a text; `keep` and `flip` cut and damage what there is so far.
"""

from __future__ import annotations

import json
import struct
import uuid
import zlib
from typing import Any

_KINDS = {"event": ":event-type", "exception": ":exception-type", "error": ":error-code"}
_NUMBERS = {"byte": (2, ">b"), "short": (3, ">h"), "integer": (4, ">i"), "long": (5, ">q"), "timestamp": (8, ">q")}


def frame(kind: str, name: str, payload: Any = None, **headers: Any) -> bytes:
    """Return the message of an event, an exception or an error; *payload* is JSON unless it is bytes."""
    body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload, separators=(",", ":")).encode()
    return message({_KINDS[kind]: name, ":content-type": "application/json", ":message-type": kind, **headers}, body)


def message(headers: dict[str, Any], payload: bytes) -> bytes:
    """Return a message with its lengths and checksums."""
    head = b"".join(struct.pack(">B", len(name.encode())) + name.encode() + _value(value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def stream(listed: list[dict[str, Any]]) -> bytes:
    """Return the bytes that a file lists."""
    found = b""
    for one in listed:
        if "keep" in one:
            found = found[: one["keep"]]
        elif "flip" in one:
            place = one["flip"] % len(found)
            found = found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :]
        elif "bytes" in one:
            found += bytes.fromhex(one["bytes"])
        elif "text" in one:
            found += one["text"].encode()
        else:
            kind = next((kind for kind in _KINDS if kind in one), None)
            headers = one.get("headers", {})
            payload = one["raw"].encode() if "raw" in one else one.get("payload")
            found += message(headers, b"") if kind is None else frame(kind, one[kind], payload, **headers)
    return found


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"\0" if value else b"\1"
    if isinstance(value, str):
        return _sized(7, value.encode())
    if isinstance(value, int):
        return struct.pack(">Bi", 4, value)
    kind, given = value["type"], value["value"]
    if kind in _NUMBERS:
        number, form = _NUMBERS[kind]
        return struct.pack(">B", number) + struct.pack(form, given)
    return b"\x09" + uuid.UUID(given).bytes if kind == "uuid" else _sized(6, bytes.fromhex(given))


def _sized(kind: int, data: bytes) -> bytes:
    return struct.pack(">BH", kind, len(data)) + data
