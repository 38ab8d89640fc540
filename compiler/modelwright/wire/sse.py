"""Server-sent events out of bytes, however these are cut: the name of each event and its data."""


class BrokenStreamError(ValueError):
    """Bytes that are no event stream; the message says what was met."""


class EventStream:
    """
    Takes bytes and gives events (WHATWG HTML, "Server-sent events"): comments, ids and retry times are passed over.

    >>> stream = EventStream()
    >>> stream.feed(b"event: ping\\ndata: a\\nda"), stream.feed(b"ta: b\\r\\n\\r\\n: note\\n\\ndata:c\\n\\n")
    ([], [('ping', b'a\\nb'), ('', b'c')])
    """

    __slots__ = ("_ends_in_return", "_held", "most_bytes")

    def __init__(self, most_bytes: int = 32_000_000) -> None:
        self._held = b""
        self._ends_in_return = False
        self.most_bytes = most_bytes
        """Of one event."""

    def feed(self, data: bytes) -> "list[tuple[str, bytes]]":
        """Return the events that *data* ends; raises BrokenStreamError where one grows beyond bounds."""
        if self._ends_in_return and data[:1] == b"\n":
            data = data[1:]
        if data:
            self._ends_in_return = data[-1:] == b"\r"
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._held += data
        if b"\n\n" not in self._held:
            if len(self._held) > self.most_bytes:
                raise BrokenStreamError(f"an event of more than {self.most_bytes:,} bytes")
            return []
        *blocks, self._held = self._held.split(b"\n\n")
        return [event for block in blocks if (event := _event(block)) is not None]

    def end(self) -> "list[tuple[str, bytes]]":
        """Return what came after the last blank line, as some servers end without one."""
        block, self._held = self._held, b""
        event = _event(block)
        return [] if event is None else [event]


def _event(block: bytes) -> "tuple[str, bytes] | None":
    if block[:6] == b"data: " and b"\n" not in block:  # nearly all are one line
        return "", block[6:]
    name, data = "", []
    for line in block.split(b"\n"):
        field, colon, value = line.partition(b":")
        if not field and colon:
            continue
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return (name, b"\n".join(data)) if data else None
