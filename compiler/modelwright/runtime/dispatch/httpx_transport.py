"""The transports over httpx, which has to be installed. Imported when the first request is sent."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx

from .steps import CUT, TIMEOUT, UNREACHABLE, Down, Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .steps import Open

_CONNECTIONS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=60)
_ACCEPT = {"accept": "*/*"}
_url = lru_cache(maxsize=1000)(httpx.URL)
"""Reading an address takes longer than all that is decided for a call."""


class HttpxTransport:
    """
    Carries requests over *client*, by default one of its own that takes proxies from the environment.

    What is waited for is the next piece of a body; how long is settled when the body begins, so a call may overrun its limit as a
    whole by the limit between two pieces.
    """

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._is_own = client is None
        self._client = httpx.Client(limits=_CONNECTIONS, follow_redirects=False, headers=_ACCEPT) if client is None else client

    def open(self, request: Open) -> _Reply | Down:
        try:
            built = _built(self._client, request)
            response = self._client.send(built, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return _down(error, request.read_seconds)
        return _Reply(response, built)

    def close(self) -> None:
        if self._is_own:
            self._client.close()


class _Reply:
    def __init__(self, response: httpx.Response, request: httpx.Request) -> None:
        self.head = _head(response)
        self._response, self._request = response, request
        self._pieces: Iterator[bytes] | None = None

    def read(self, seconds: float) -> bytes | Down | None:
        if self._pieces is None:
            self._request.extensions["timeout"]["read"] = seconds
            self._pieces = self._response.iter_bytes()
        try:
            return next(self._pieces, None)
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError) as error:
            return _down(error, seconds)

    def close(self) -> None:
        self._response.close()


class AsyncHttpxTransport:
    """The same, awaited; limits are exact."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._is_own = client is None
        self._client = httpx.AsyncClient(limits=_CONNECTIONS, follow_redirects=False, headers=_ACCEPT) if client is None else client

    async def open(self, request: Open) -> _AsyncReply | Down:
        try:
            response = await self._client.send(_built(self._client, request), stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
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
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError) as error:
            return _down(error, seconds)

    async def close(self) -> None:
        await self._response.aclose()


def _built(client: httpx.Client | httpx.AsyncClient, request: Open) -> httpx.Request:
    limits = {"connect": request.connect_seconds, "pool": request.connect_seconds, "read": request.read_seconds, "write": request.read_seconds}
    return client.build_request(request.method, _url(request.url), headers=request.headers, content=request.body, extensions={"timeout": limits})


def _head(response: httpx.Response) -> Head:
    return Head(response.status_code, response.headers)


def _down(error: Any, seconds: float) -> Down:
    """Return what *error* is; its text may name the host, never the request."""
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return Down(UNREACHABLE, "no connection in time")
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return Down(TIMEOUT, f"nothing came for {seconds:.3g} seconds")
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        return Down(UNREACHABLE, f"no connection: {error}")
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)):
        return Down(UNREACHABLE, "the address or a header is none that can be sent")
    return Down(CUT, f"the connection broke: {error or type(error).__name__}")
