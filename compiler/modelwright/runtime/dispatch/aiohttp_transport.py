"""The transport over aiohttp, for many calls at once. Importing it raises UsageError where aiohttp is not installed."""

from __future__ import annotations

import asyncio
import os
import select
import ssl
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from ..errors import UsageError
from .steps import CUT, TIMEOUT, UNREACHABLE, Down, Head

try:
    import aiohttp
    from aiohttp.client_proto import ResponseHandler
    from yarl import URL
except ModuleNotFoundError:
    raise UsageError("aiohttp is not installed: pip install 'modelwright[server]'") from None

if TYPE_CHECKING:
    from .steps import Open

_KEPT_SECONDS = 60.0
"""How long a connection that nobody uses stays open."""
_MOST_OF_LINE = 100 * 1024
"""The longest header, as with httpx."""
_UNSENDABLE = (aiohttp.NonHttpUrlClientError, ValueError, OverflowError)
_ERRORS = (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, *_UNSENDABLE)
_TRUST = "SSL_CERT_FILE"


class AiohttpTransport:
    """
    Carries requests over aiohttp, with a session of its own; for one event loop. Proxies are those of the environment.

    *connector* is one of yours, as for certificates or sockets of your own, and stays open; by default there is one that
    opens as many connections as there are calls.
    """

    def __init__(self, connector: aiohttp.BaseConnector | None = None) -> None:
        self._connector = connector
        self._session: aiohttp.ClientSession | None = None
        self._proxies = getproxies()

    async def open(self, request: Open) -> _Reply | Down:
        """As `AsyncTransport.open`."""
        try:
            async with asyncio.timeout(request.read_seconds):
                return _Reply(await self._answer(request))
        except _ERRORS as error:
            return _down(error, request.read_seconds)

    async def _answer(self, request: Open) -> aiohttp.ClientResponse:
        session, url = self._session or self._begin(), _url(request.url)
        proxy = _proxy(self._proxies, url) if self._proxies else None
        limits = aiohttp.ClientTimeout(connect=request.connect_seconds, ceil_threshold=float("inf"))
        while True:
            try:
                return await session.request(request.method, url, data=request.body, headers=request.headers, timeout=limits, proxy=proxy, allow_redirects=False)
            except _StaleError:
                continue

    def _begin(self) -> aiohttp.ClientSession:
        """Return the session, made; which takes an event loop that runs."""
        own = self._connector is None
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=_KEPT_SECONDS, resolver=aiohttp.ThreadedResolver(), ssl=_trust(os.environ.get(_TRUST), os.environ.get("SSL_CERT_DIR"))
            )
            if own
            else self._connector,
            connector_owner=own,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request,
            skip_auto_headers=("content-type",),
            max_line_size=_MOST_OF_LINE,
            max_field_size=_MOST_OF_LINE,
        )
        self._session.connector._factory = partial(_Line, asyncio.get_running_loop())  # type: ignore[union-attr]  # it has one
        return self._session

    async def close(self) -> None:
        """As `AsyncTransport.close`."""
        if self._session is not None:
            await self._session.close()


class _Reply:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.head = Head(response.status, _headers(response))
        self._response = response
        self._body = response.content

    async def read(self, seconds: float) -> bytes | Down | None:
        body = self._body
        try:
            if body.is_eof():
                return body.read_nowait() or None
            async with asyncio.timeout(seconds):
                return await body.readany() or None
        except _ERRORS as error:
            return body._read_nowait(-1) or _down(error, seconds)  # what came before it is read before it is told

    async def close(self) -> None:
        if self._body.is_eof():
            self._response.release()
        else:
            await self.drop()

    async def drop(self) -> None:
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()  # with TLS, to close would wait for the server
        self._response.close()

    def __del__(self) -> None:
        if not self._response.closed:
            with suppress(RuntimeError):  # of a loop that is closed
                self._response.release()


class _StaleError(aiohttp.ClientError):
    """The connection cannot be used any more, and nothing was sent over it."""


class _Line(ResponseHandler):
    """A connection that tells whoever reads a body what goes wrong with it, as with the size of a chunk; aiohttp 3.14 leaves them waiting, and names no other way."""

    is_used = False

    def set_exception(self, exc: Any, *more: Any) -> None:
        body = self._payload
        super().set_exception(exc, *more)
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(exc)


class _Request(aiohttp.ClientRequest):
    """A request that is not sent over a connection that the server has closed since it was used, or on which something was left."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        line = conn.protocol
        if line.is_used and (line.should_close or _has_news(conn.transport)):
            raise _StaleError
        line.is_used = True
        return await super().send(conn)


def _has_news(transport: asyncio.Transport) -> bool:
    """Tell whether the server has closed the connection, or said something on it, of which the event loop did not hear yet."""
    number = transport.get_extra_info("socket").fileno()
    if not hasattr(select, "poll"):
        return bool(select.select([number], (), (), 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


@lru_cache(maxsize=1000)
def _url(text: str) -> URL:
    """Return the address as it is; only what no request could have in it is encoded."""
    return URL(text, encoded=text.isascii() and text.isprintable() and " " not in text)


def _proxy(proxies: dict[str, str], url: URL) -> URL | None:
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or _is_direct(url, proxies.get("no", "")):
        return None
    return URL(found if "://" in found else f"http://{found}")


def _is_direct(url: URL, exceptions: str) -> bool:
    """Tell whether *exceptions*, hosts with or without a port, or `*`, have the one of *url* or a domain that it is in."""
    host = (url.host or "").lower()
    names = [name.strip().lstrip(".").lower() for name in exceptions.split(",")]
    return any(name in {"*", host, f"{host}:{url.port}"} or host.endswith(f".{name}") for name in names if name)


@lru_cache(maxsize=10)
def _trust(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Return whom httpx would trust: who is named by the environment, else certifi's list, else this machine's."""
    if not file and not folder:
        with suppress(ModuleNotFoundError):
            import certifi

            file = certifi.where()
    return ssl.create_default_context(cafile=file or None, capath=folder or None)


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _down(error: Any, seconds: float) -> Down:
    """Return what *error* is. Its own text may hold the address with what is secret there, so little of it is told."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Down(UNREACHABLE, "no connection in time")
    if isinstance(error, TimeoutError):
        return Down(TIMEOUT, f"nothing came for {seconds:.3g} seconds")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Down(UNREACHABLE, f"no connection: {error.certificate_error}; {_TRUST} may name the file of who is trusted")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Down(UNREACHABLE, f"no connection: the proxy answered {error.status}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Down(UNREACHABLE, f"no connection to {error.host}: {error.strerror or type(error.os_error).__name__}")
    if isinstance(error, _UNSENDABLE):
        return Down(UNREACHABLE, "the address or a header is none that can be sent")
    return Down(CUT, f"the connection broke: {_said(error)}")


def _said(error: Any) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if isinstance(error, aiohttp.ClientPayloadError):
        return str(error)
    return str(error.message).partition("\n")[0] if isinstance(error, aiohttp.ClientResponseError) else type(error).__name__
