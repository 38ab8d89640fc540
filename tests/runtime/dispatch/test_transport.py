"""The transports over httpx: what goes wrong is told and never raised."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelwright.runtime.dispatch.httpx_transport import AsyncHttpxTransport, HttpxTransport
from modelwright.runtime.dispatch.steps import CUT, TIMEOUT, UNREACHABLE, Down, Open
from runtime.dispatch.desk import TRUST

if TYPE_CHECKING:
    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.places import Places

URL = "http://127.0.0.1:9/v1"
ERRORS = {
    "no connection in time": (httpx.ConnectTimeout("slow"), UNREACHABLE, "no connection in time"),
    "no connection free": (httpx.PoolTimeout("full"), TIMEOUT, "no connection was free in time"),
    "nothing read in time": (httpx.ReadTimeout("slow"), TIMEOUT, "nothing came for 2 seconds"),
    "nothing written in time": (httpx.WriteTimeout("slow"), TIMEOUT, "nothing came for 2 seconds"),
    "refused": (httpx.ConnectError("refused"), UNREACHABLE, "no connection: refused"),
    "a proxy that does not let through": (httpx.ProxyError("403"), UNREACHABLE, "no connection: 403"),
    "no address": (httpx.UnsupportedProtocol("gopher"), UNREACHABLE, "the address or a header is none that can be sent"),
    "no header": (httpx.LocalProtocolError("x"), UNREACHABLE, "the address or a header is none that can be sent"),
    "cut": (httpx.RemoteProtocolError("half"), CUT, "the connection broke: half"),
    "cut without a word": (httpx.ReadError(""), CUT, "the connection broke: ReadError"),
    "the system": (OSError("no more files"), CUT, "the connection broke: no more files"),
}


def asking(url: str = URL, seconds: float = 2.0, **headers: str) -> Open:
    return Open("POST", url, headers, b"{}", 1.0, seconds)


def raising(error: BaseException) -> httpx.MockTransport:
    def handle(_: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(handle)


def opened(request: Open, make: Any = None, *, is_async: bool, reads: float | None = None) -> Any:
    """Open with a client of *make*, read once where *reads* says how long, and close; return the last that came, and whether the client is left open."""
    if not is_async:
        own = make and make()
        transport = HttpxTransport(own)
        reply = transport.open(request)
        found = reply if reads is None or isinstance(reply, Down) else reply.read(reads)
        if not isinstance(reply, Down):
            reply.close()
        transport.close()
        is_open = own is not None and not own.is_closed
        if is_open:
            own.close()
        return found, is_open

    async def main() -> Any:
        own = make and make()
        transport = AsyncHttpxTransport(own)
        reply = await transport.open(request)
        found: Any = reply if reads is None or isinstance(reply, Down) else await reply.read(reads)
        if not isinstance(reply, Down):
            await reply.close()
        await transport.close()
        is_open = own is not None and not own.is_closed
        if is_open:
            await own.aclose()
        return found, is_open

    return asyncio.run(main())


def client(*, is_async: bool, **more: Any) -> Any:
    """Return what makes a client."""
    return lambda: (httpx.AsyncClient if is_async else httpx.Client)(**more)


both = pytest.mark.parametrize("is_async", [False, True])


@both
@pytest.mark.parametrize("name", ERRORS)
def test_each_way_to_fail_is_told_by_its_kind(name: str, *, is_async: bool) -> None:
    error, kind, message = ERRORS[name]
    assert opened(asking(), client(transport=raising(error), is_async=is_async), is_async=is_async) == (Down(kind, message), True)


@both
@pytest.mark.parametrize("url", ["gopher://x", "http://", "http://[", "http://x y/", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_told(url: str, *, is_async: bool) -> None:
    found, _ = opened(asking(url), is_async=is_async)
    assert found.kind == UNREACHABLE


@both
def test_a_client_of_ones_own_is_left_open(*, is_async: bool) -> None:
    own = client(transport=httpx.MockTransport(lambda _: httpx.Response(204)), is_async=is_async)
    found, is_open = opened(asking(), own, is_async=is_async)
    assert (found.head.status, is_open) == (204, True)


@both
def test_a_redirect_is_given_back_and_not_followed_even_by_a_client_that_would(places: Places, *, is_async: bool) -> None:
    places.bad.begin(lambda wire, _: wire.whole(b"", 307, location=f"{places.elsewhere.url}/v1"))
    own = client(is_async=is_async, follow_redirects=True, verify=TRUST)
    found, _ = opened(asking(places.bad.url, authorization="Bearer sk-1"), own, is_async=is_async)
    assert (found.head.status, places.elsewhere.asked) == (307, [])


@both
@pytest.mark.parametrize("is_tls", [False, True])
def test_a_piece_that_drips_is_waited_for_no_longer_than_said(places: Places, *, is_async: bool, is_tls: bool) -> None:
    def drip(wire: Wire, _: Asked) -> None:
        wire.head(content_type="text/plain", transfer_encoding="chunked")
        wire.drip(b"0", 0.05)

    server = places.tls if is_tls else places.bad
    server.begin(drip)
    own = client(is_async=is_async, verify=False)  # its certificate is nobody's
    began = time.monotonic()
    found, _ = opened(asking(server.url), own, is_async=is_async, reads=0.2)
    assert (found.kind, 0.15 < time.monotonic() - began < 2) == (TIMEOUT, True)


def test_a_connection_that_is_used_again_keeps_to_the_times_of_who_uses_it(places: Places) -> None:
    places.bad.begin(lambda wire, asked: wire.whole(b"yes") if asked.headers.get("x-quick") else wire.drip(b"HTTP/1.1 200", 0.02))
    transport = HttpxTransport()
    first = transport.open(Open("POST", places.bad.url, {"x-quick": "1"}, b"{}", 1.0, 2.0))
    assert not isinstance(first, Down)
    assert [first.read(1), first.read(1)] == [b"yes", None]
    first.close()
    began = time.monotonic()
    second = transport.open(asking(places.bad.url, 0.2))
    assert isinstance(second, Down)
    assert (places.bad.most_open >= 1, time.monotonic() - began < 1) == (True, True)
    transport.close()
