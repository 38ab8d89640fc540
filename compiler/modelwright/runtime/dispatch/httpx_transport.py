"""The transports over httpx, which has to be installed. Imported when the first request is sent."""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx

from .steps import CUT, TIMEOUT, UNREACHABLE, Down, Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .steps import Open

_CONNECTIONS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=60)
_ACCEPT = {"accept": "*/*"}
_CONNECTED = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")
_UNSENDABLE = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, OverflowError, ExceptionGroup)
"""A port beyond 65535 is an OverflowError, of several addresses a group of them."""
_ERRORS = (httpx.HTTPError, httpx.StreamError, OSError, ValueError, *_UNSENDABLE)
_SHORTEST_SECONDS = 0.001
_url = lru_cache(maxsize=1000)(httpx.URL)
"""Reading an address takes longer than all that is decided for a call."""


class HttpxTransport:
    """
    Carries requests over *client*, by default one of its own that takes proxies from the environment.

    httpx waits so long for each packet, which a server that drips bytes draws out for ever. So every connection that is made is
    told when the thread that reads it wants to be back: the `trace` of a request hears of it (https://www.encode.io/httpcore/extensions/).
    """

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._is_own = client is None
        self._client = httpx.Client(**_own()) if client is None else client

    def open(self, request: Open) -> _Reply | Down:
        try:
            built = _built(self._client, request)
            built.extensions["trace"] = _connected
            _due.at = monotonic() + request.read_seconds
            response = self._client.send(built, stream=True, follow_redirects=False)
        except _ERRORS as error:
            return _down(error, request.read_seconds)
        return _Reply(response)

    def close(self) -> None:
        if self._is_own:
            self._client.close()


class _Reply:
    def __init__(self, response: httpx.Response) -> None:
        self.head = _head(response)
        self._response = response
        self._pieces: Iterator[bytes] | None = None

    def read(self, seconds: float) -> bytes | Down | None:
        if self._pieces is None:
            self._response.request.extensions["timeout"]["read"] = None
            stream: Any = self._response.stream  # as it is, where nothing is to be decoded
            self._pieces = self._response.iter_bytes() if "content-encoding" in self.head.headers else iter(stream)
        _due.at = monotonic() + seconds
        try:
            return next(self._pieces, None)
        except _ERRORS as error:
            return _down(error, seconds)

    def close(self) -> None:
        self._response.close()

    def drop(self) -> None:
        connection = self._response.extensions.get("network_stream")
        if connection is not None:
            connection.close()
        self._response.close()


class _Due(threading.local):
    """When this thread wants to be back from what it reads."""

    at = float("inf")


_due = _Due()


def _connected(event: str, facts: dict[str, Any]) -> None:
    """Have a connection that was made wait no longer than the thread that reads it."""
    if not event.endswith(_CONNECTED):
        return
    stream = facts["return_value"]
    read = stream.read

    def read_in_time(most_bytes: int, timeout: float | None = None) -> bytes:
        left = max(_SHORTEST_SECONDS, _due.at - monotonic())
        return read(most_bytes, left if timeout is None else min(left, timeout))  # type: ignore[no-any-return]

    stream.read = read_in_time


class AsyncHttpxTransport:
    """The same, awaited."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._is_own = client is None
        self._client = httpx.AsyncClient(**_own()) if client is None else client

    async def open(self, request: Open) -> _AsyncReply | Down:
        try:
            async with asyncio.timeout(request.read_seconds):
                response = await self._client.send(_built(self._client, request), stream=True, follow_redirects=False)
        except _ERRORS as error:
            return _down(error, request.read_seconds)
        return _AsyncReply(response)

    async def close(self) -> None:
        if self._is_own:
            await self._client.aclose()


class _AsyncReply:
    def __init__(self, response: httpx.Response) -> None:
        self.head = _head(response)
        self._response = response
        self._pieces: AsyncIterator[bytes] | None = None

    async def read(self, seconds: float) -> bytes | Down | None:
        if self._pieces is None:
            self._pieces = self._response.aiter_bytes()
        try:
            async with asyncio.timeout(seconds):
                return await anext(self._pieces, None)
        except _ERRORS as error:
            return _down(error, seconds)

    async def close(self) -> None:
        await self._response.aclose()

    async def drop(self) -> None:
        connection = self._response.extensions.get("network_stream")
        if connection is not None:
            await connection.aclose()
        await self._response.aclose()
        await asyncio.sleep(0)  # the socket is closed in the next turn of the loop, and until then it looks as if it could be used


def _own() -> dict[str, Any]:
    """Return how a client of our own is made: it follows nobody, and remembers no cookies."""
    return {"limits": _CONNECTIONS, "follow_redirects": False, "headers": _ACCEPT, "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=()))}


def _built(client: httpx.Client | httpx.AsyncClient, request: Open) -> httpx.Request:
    limits = {"connect": request.connect_seconds, "pool": request.connect_seconds, "read": request.read_seconds, "write": request.read_seconds}
    return client.build_request(request.method, _url(request.url), headers=request.headers, content=request.body, extensions={"timeout": limits})


def _head(response: httpx.Response) -> Head:
    return Head(response.status_code, response.headers)


def _down(error: Any, seconds: float) -> Down:
    """Return what *error* is; its text may name the host, never the request."""
    if isinstance(error, httpx.ConnectTimeout):
        return Down(UNREACHABLE, "no connection in time")
    if isinstance(error, httpx.PoolTimeout):
        return Down(TIMEOUT, "no connection was free in time")
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return Down(TIMEOUT, f"nothing came for {seconds:.3g} seconds")
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        return Down(UNREACHABLE, f"no connection: {error}")
    if isinstance(error, _UNSENDABLE):
        return Down(UNREACHABLE, "the address or a header is none that can be sent")
    return Down(CUT, f"the connection broke: {str(error) or type(error).__name__}")
