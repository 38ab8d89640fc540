"""Servers on the loopback interface that say byte for byte what a test wants, and know who is connected."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

_MOST_HEAD = 1 << 20


@dataclass
class Asked:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_stream(self) -> bool:
        """Whether it wants its answer in pieces, whichever of the protocols it speaks."""
        said = json.loads(self.body)
        return bool(said.get("stream")) or "streamGenerateContent" in self.path or self.path.endswith("converse-stream")


class GoneError(Exception):
    """Whoever asked has closed the connection."""


class Wire:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, server: Server) -> None:
        self._connection, self.server = connection, server
        self.is_open = True

    def send(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise GoneError from error

    def head(self, status: int = 200, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def whole(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.head(status, content_type="application/json", content_length=str(len(body)), **headers)
        self.send(body)

    def chunk(self, data: bytes) -> None:
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def chunks(self, pieces: list[bytes], *, ends: bool = True) -> None:
        for piece in pieces:
            self.chunk(piece)
        if ends:
            self.send(b"0\r\n\r\n")

    def stall(self, seconds: float = 30.0) -> None:
        """Say nothing until whoever asked is gone, the server closes, or so many seconds have passed."""
        until = time.monotonic() + seconds
        self._connection.settimeout(0.02)
        while time.monotonic() < until and not self.server.closing.is_set():
            with suppress(TimeoutError):
                if self._received() == b"":
                    self.server.gone.set()
                    raise GoneError

    def drip(self, piece: bytes, every_seconds: float) -> None:
        """Send *piece* over and over."""
        while not self.server.closing.is_set():
            self.send(piece)
            self.stall(every_seconds)

    def close(self) -> None:
        """Close the connection properly."""
        self.is_open = False

    def reset(self) -> None:
        """Tear the connection down: what the other side reads from then on is an error."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.is_open = False

    def _received(self) -> bytes:
        try:
            return self._connection.recv(1 << 16)
        except TimeoutError:
            raise
        except OSError:
            return b""

    def request(self) -> Asked | None:
        """Return the next request; None when there is none."""
        data = b""
        self._connection.settimeout(0.2)
        while b"\r\n\r\n" not in data and len(data) < _MOST_HEAD:
            more = self._patiently()
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._patiently()
        self._connection.settimeout(10)
        return Asked(first.split(" ")[1], headers, body)

    def _patiently(self) -> bytes:
        while not self.server.closing.is_set():
            with suppress(TimeoutError):
                return self._received()
        return b""


Play = "Callable[[Wire, Asked], None]"


@dataclass
class Server:
    """A running server; `play` answers, and may be changed. `asked` is what it was asked."""

    url: str
    play: Callable[[Wire, Asked], None]
    asked: list[Asked] = field(default_factory=list)
    open: int = 0
    """Connections that are open."""
    most_open: int = 0
    gone: threading.Event = field(default_factory=threading.Event)
    """Somebody who was being answered closed the connection."""
    closing: threading.Event = field(default_factory=threading.Event)
    failures: list[BaseException] = field(default_factory=list)
    """What went wrong in the server itself."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, play: Callable[[Wire, Asked], None]) -> None:
        """Play *play* from now on, and forget what was."""
        self.play = play
        self.asked.clear()
        self.gone.clear()

    def is_quiet(self, connections: int = 0, seconds: float = 2.0) -> bool:
        """Tell whether no more than *connections* are open, at the latest in so many seconds."""
        until = time.monotonic() + seconds
        while self.open > connections and time.monotonic() < until:
            time.sleep(0.002)
        return self.open <= connections

    def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            if tls is not None:
                connection.settimeout(5)
                connection = tls.wrap_socket(connection, server_side=True)
            wire = Wire(connection, self)
            while wire.is_open and not self.closing.is_set() and (asked := wire.request()) is not None:
                self.asked.append(asked)
                self.play(wire, asked)
        except (GoneError, OSError):
            self.gone.set()
        except BaseException as error:
            self.failures.append(error)
            raise
        finally:
            connection.close()
            with self.lock:
                self.open -= 1

    def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open += 1
                self.most_open = max(self.open, self.most_open)
            threading.Thread(target=self._serve, args=(connection, tls), daemon=True, name="loopback").start()


def _nothing(wire: Wire, asked: Asked) -> None:  # one form for all plays
    wire.whole(b"{}")


@contextmanager
def serving(play: Any = _nothing, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server on the loopback interface, with *tls* of HTTPS."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        listener.settimeout(0.05)
        server = Server(f"http{'' if tls is None else 's'}://127.0.0.1:{listener.getsockname()[1]}", play)
        accepting = threading.Thread(target=server._accept, args=(listener, tls), daemon=True, name="loopback")
        accepting.start()
        try:
            yield server
        finally:
            server.closing.set()
            accepting.join()
            assert server.is_quiet(seconds=5), "connections were left open"
    assert server.failures == []


@contextmanager
def refusing() -> Iterator[str]:
    """Give an address at which nobody listens, and nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
