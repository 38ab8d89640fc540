"""
A server of Redis, or of Valkey, of the tests' own: on a free port, with nothing saved; killed, frozen and started again as a test wants.

MODELWRIGHT_REDIS_SERVER names its program, or the path of it; by default it is `redis-server`, else `valkey-server`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHOSEN = os.environ.get("MODELWRIGHT_REDIS_SERVER")
PROGRAM = shutil.which(_CHOSEN) if _CHOSEN else shutil.which("redis-server") or shutil.which("valkey-server")
_START_SECONDS = 20.0


def needs_redis() -> None:
    """Skip the test where no server is installed, and fail it where the one that was asked for is not."""
    assert PROGRAM or not _CHOSEN, f"MODELWRIGHT_REDIS_SERVER names no program: {_CHOSEN}"
    if PROGRAM is None:
        pytest.skip("neither redis-server nor valkey-server is installed (Debian: apt-get install redis-server)")


def needs_tls() -> None:
    """Skip the test where the server was built without TLS, of which it says nothing but that it ends."""
    needs_redis()
    if b"libssl" not in Path(str(PROGRAM)).read_bytes():
        pytest.skip(f"{PROGRAM} was built without TLS")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class RedisServer:
    """The server, which is started by `start`. *settings* are those of its command line, as `requirepass="…"`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        needs_redis()
        self.folder = folder
        self.settings = {"save": "", "appendonly": "no", "loglevel": "warning", "bind": "127.0.0.1", **settings}
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.client: Any = redis.Redis(port=self.port, password=settings.get("requirepass"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [word for name, value in self.settings.items() for word in (f"--{name.replace('_', '-')}", value)]
        assert PROGRAM is not None
        self._process = subprocess.Popen([PROGRAM, "--port", str(self.port), "--dir", str(self.folder), *words], stdout=subprocess.DEVNULL)
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.client.ping()
            except redis.exceptions.ConnectionError:
                assert time.monotonic() < until, "the server did not start"
                assert self._process.poll() is None, "the server ended"
                time.sleep(0.01)
            except redis.exceptions.ResponseError:
                return
            else:
                return

    def kill(self) -> None:
        """Kill it at once: what it knew is gone."""
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def freeze(self) -> None:
        """Have it say nothing, with its connections open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[RedisServer]:
    """Run a server in *folder*."""
    server = RedisServer(folder, **settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        server.client.close()
