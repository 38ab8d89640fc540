"""Real HTTP servers on the loopback interface, which answer as a test says."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping
    from io import BufferedIOBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that arrived."""

    number: int
    """From 1, of this server."""
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[BufferedIOBase], None] | None = None
    """Writes the body instead, of unknown length; may stop anywhere."""


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """Return the reply that holds *value*; underscores in header names are hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json", **named})


@dataclass(slots=True)
class Server:
    """A running server."""

    url: str
    """Without slash at the end."""
    calls: list[Call] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    """Set at the end, so that an answer that waits can stop waiting."""


class _Listener(ThreadingHTTPServer):
    """Takes many connections at once; one that finds the queue full is tried again only after a second."""

    request_queue_size = 256
    daemon_threads = True
    block_on_close = False


@contextmanager
def serving(answer: Callable[[Call], Reply], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server, with *tls* of HTTPS, that answers every request with what *answer* returns; none of its threads outlives the test for long."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the standard library's
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def _reply(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                call = Call(number=len(server.calls) + 1, method=self.command, path=address.path, query=dict(parse_qsl(address.query)), headers=headers, body=body)
                server.calls.append(call)
            reply = answer(call)
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.write is None:
                self.send_header("Content-Length", str(len(reply.body)))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            if reply.write is None:
                self.wfile.write(reply.body)
            else:
                reply.write(self.wfile)

        do_GET = do_POST = _reply  # noqa: N815  # the names are the standard library's

    lock = threading.Lock()
    listener = _Listener(("127.0.0.1", 0), Handler)
    if tls is not None:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    server = Server(f"{'http' if tls is None else 'https'}://127.0.0.1:{listener.server_port}")
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
