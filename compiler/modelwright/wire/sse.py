"""Server-sent events out of bytes, however these are cut: the name of each event and its data."""


class BrokenStreamError(ValueError):
    """Bytes that are no event stream; the message says what was met."""


class EventStream:
    """
    Takes bytes and gives events (WHATWG HTML, "Server-sent events"): comments, ids and retry times are passed over.

    Of an event that is not whole the pieces are kept as they came, so that one in many small ones is copied once.

    >>> stream = EventStream()
    >>> stream.feed(b"event: ping\\ndata: a\\nda"), stream.feed(b"ta: b\\r\\n\\r\\n: note\\n\\ndata:c\\n\\n")
    ([], [('ping', b'a\\nb'), ('', b'c')])
    """

    __slots__ = ("_ends_in_return", "_held", "_held_bytes", "most_bytes")

    def __init__(self, most_bytes: int = 32_000_000) -> None:
        self._ends_in_return = False
        self._held: list[bytes] = []
        self._held_bytes = 0
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
        held = self._held
        if held:
            if b"\n\n" not in data and not (data[:1] == b"\n" and held[-1][-1:] == b"\n"):
                if data:
                    held.append(data)
                    self._grow(len(data))
                return []
            data = b"".join((*held, data))
        *blocks, last = data.split(b"\n\n")
        self._held, self._held_bytes = [last] if last else [], len(last)
        if not blocks:
            self._grow(0)
        return [event for block in blocks if (event := _event(block)) is not None]

    def end(self) -> "list[tuple[str, bytes]]":
        """Return what came after the last blank line, as some servers end without one."""
        block, self._held, self._held_bytes = b"".join(self._held), [], 0
        event = _event(block)
        return [] if event is None else [event]

    def _grow(self, count: int) -> None:
        self._held_bytes += count
        if self._held_bytes > self.most_bytes:
            raise BrokenStreamError(f"an event of more than {self.most_bytes:,} bytes")


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
