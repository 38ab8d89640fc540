"""The transport over aiohttp, and what it has in common with that over httpx."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import yarl
from aiohttp.client_reqrep import ConnectionKey

from modelwright.runtime.dispatch.aiohttp_transport import AiohttpTransport
from modelwright.runtime.dispatch.async_dispatcher import AsyncDispatcher
from modelwright.runtime.dispatch.httpx_transport import AsyncHttpxTransport
from modelwright.runtime.dispatch.steps import CUT, TIMEOUT, UNREACHABLE, Down, Open
from modelwright.runtime.errors import UsageError
from runtime.dispatch.desk import in_use
from runtime.dispatch.loopback import serving
from runtime.dispatch.places import ENVIRON
from runtime.dispatch.spoken import TEXT

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.places import Places

URL = "http://127.0.0.1:9/v1?key=sk-canary"
KEY = ConnectionKey("host", 9, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
INFO = aiohttp.RequestInfo(yarl.URL(URL), "POST", None)  # type: ignore[arg-type]  # without headers
CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")
UNSENDABLE = "the address or a header is none that can be sent"
ERRORS: dict[str, tuple[BaseException, str, str]] = {
    "no connection in time": (aiohttp.ConnectionTimeoutError(URL), UNREACHABLE, "no connection in time"),
    "refused": (aiohttp.ClientConnectorError(KEY, OSError(111, "refused")), UNREACHABLE, "no connection to host: refused"),
    "refused without a word": (aiohttp.ClientConnectorError(KEY, OSError()), UNREACHABLE, "no connection to host: OSError"),
    "no name": (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "not known")), UNREACHABLE, "no connection to host: not known"),
    "certificate": (
        aiohttp.ClientConnectorCertificateError(KEY, CERTIFICATE),
        UNREACHABLE,
        f"no connection: {CERTIFICATE}; SSL_CERT_FILE may name the file of who is trusted",
    ),
    "no TLS": (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError(1, "wrong version")), UNREACHABLE, "no connection to host: wrong version"),
    "a proxy that does not let through": (aiohttp.ClientHttpProxyError(INFO, (), status=403, message=URL), UNREACHABLE, "no connection: the proxy answered 403"),
    "no address": (aiohttp.InvalidURL(URL), UNREACHABLE, UNSENDABLE),
    "no header": (ValueError(URL), UNREACHABLE, UNSENDABLE),
    "cut": (aiohttp.ClientPayloadError("half"), CUT, "the connection broke: half"),
    "no HTTP": (aiohttp.ClientResponseError(INFO, (), status=400, message="Bad status line\n\n  x\n  ^"), CUT, "the connection broke: Bad status line"),
    "cut without a word": (aiohttp.ServerDisconnectedError(URL), CUT, "the connection broke: ServerDisconnectedError"),
    "cut while it was written": (aiohttp.ClientOSError(104, f"cannot write for {URL}"), CUT, "the connection broke: Connection reset by peer"),
    "the system": (OSError(24, URL), CUT, "the connection broke: Too many open files"),
}
MAKERS: dict[str, Callable[[], Any]] = {"httpx": AsyncHttpxTransport, "aiohttp": AiohttpTransport}
every_carrier = pytest.mark.parametrize("carrier", MAKERS)


def asking(url: str, seconds: float = 2.0, **headers: str) -> Open:
    return Open("POST", url, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}", 1.0, seconds)


def running(use: Callable[[Any], Awaitable[Any]], make: Callable[[], Any] = AiohttpTransport) -> Any:
    """Return what *use* makes of a transport, which is closed then."""

    async def main() -> Any:
        transport = make()
        try:
            return await use(transport)
        finally:
            await transport.close()
            if (own := getattr(transport, "_connector", None)) is not None:
                await own.close()

    return asyncio.run(main())


async def told(transport: Any, request: Open, seconds: float = 2.0) -> Any:
    """Return the head and the whole body, or what went wrong; the connection may be used again."""
    reply = await transport.open(request)
    if isinstance(reply, Down):
        return reply
    pieces = []
    while (piece := await reply.read(seconds)) is not None:
        if isinstance(piece, Down):
            await reply.drop()
            return piece
        pieces.append(piece)
    await reply.close()
    return reply.head, b"".join(pieces)


class Raising(aiohttp.BaseConnector):
    """Connects to nothing."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    async def connect(self, *_: Any, **__: Any) -> Any:
        raise self._error


@pytest.mark.parametrize("name", ERRORS)
def test_each_way_to_fail_is_told_by_its_kind_and_no_address_with_it(name: str) -> None:
    error, kind, message = ERRORS[name]
    assert running(lambda transport: transport.open(asking(URL)), lambda: AiohttpTransport(Raising(error))) == Down(kind, message)


@pytest.mark.parametrize("url", ["gopher://x", "http://", "http://[", "http://127.0.0.1:99999/", "http://127.0.0.1:9/\r\nx: y", "http://a\x00b/"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    assert running(lambda transport: transport.open(asking(url))).kind == UNREACHABLE


def test_a_header_that_is_none_is_told(places: Places) -> None:
    assert running(lambda transport: transport.open(asking(places.bad.url, x="a\r\nb"))) == Down(UNREACHABLE, UNSENDABLE)


def test_a_connector_of_ones_own_is_left_open(places: Places) -> None:
    async def main() -> bool:
        async with aiohttp.TCPConnector() as connector:
            transport = AiohttpTransport(connector)
            await told(transport, asking(places.good.url))
            await transport.close()
            return connector.closed

    assert asyncio.run(main()) is False


@every_carrier
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])  # cookies of addresses are another matter than those of names
def test_what_is_sent_is_what_was_said(carrier: str, host: str, places: Places) -> None:
    places.bad.begin(lambda wire, _: wire.whole(b"{}", set_cookie="a=b"))
    path = "/model/arn%3Aaws%2Fx:0/~converse+stream?a=%20b&c=d%2Fe"

    async def twice(transport: Any) -> None:
        for _ in range(2):
            await told(transport, asking(places.bad.url.replace("127.0.0.1", host) + path, user_agent="mine/1", authorization="Bearer sk-1"))

    running(twice, MAKERS[carrier])
    (first, second) = places.bad.asked
    assert first == second
    assert (first.path, first.body) == (path, b"{}")
    assert (first.headers["user-agent"], first.headers["authorization"], first.headers["accept"]) == ("mine/1", "Bearer sk-1", "*/*")
    assert first.headers.keys() <= {"host", "accept", "accept-encoding", "connection", "user-agent", "authorization", "content-length"}
    assert first.headers["accept-encoding"].startswith("gzip, deflate")


@every_carrier
def test_names_of_headers_are_in_lower_case_and_what_comes_twice_is_one(carrier: str, places: Places) -> None:
    places.bad.begin(lambda wire, _: wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Two: 1\r\nX-TWO: 2\r\n\r\n"))
    head, _ = running(lambda transport: told(transport, asking(places.bad.url)), MAKERS[carrier])
    assert (dict(head.headers), head.headers["x-two"]) == ({"content-length": "0", "x-two": "1, 2"}, "1, 2")


@every_carrier
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
def test_what_is_packed_is_unpacked(carrier: str, encoding: str, places: Places) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[encoding]
    places.bad.begin(lambda wire, _: wire.whole(pack(b"text" * 50_000), content_encoding=encoding))  # type: ignore[operator]  # each takes bytes
    _, body = running(lambda transport: told(transport, asking(places.bad.url)), MAKERS[carrier])
    assert body == b"text" * 50_000


@every_carrier
@pytest.mark.parametrize(("length", "is_taken"), [(60_000, True), (300_000, False)])
def test_a_header_may_be_long_but_not_endless(carrier: str, length: int, *, is_taken: bool, places: Places) -> None:
    places.bad.begin(lambda wire, _: wire.whole(b"{}", x="x" * length))
    found = running(lambda transport: told(transport, asking(places.bad.url)), MAKERS[carrier])
    assert found[1] == b"{}" if is_taken else found.kind == CUT


@every_carrier
def test_a_redirect_is_given_back_and_not_followed(carrier: str, places: Places) -> None:
    places.bad.begin(lambda wire, _: wire.whole(b"", 307, location=f"{places.elsewhere.url}/v1"))
    head, _ = running(lambda transport: told(transport, asking(places.bad.url)), MAKERS[carrier])
    assert (head.status, places.elsewhere.asked) == (307, [])


@every_carrier
def test_nothing_is_sent_twice(carrier: str, places: Places) -> None:
    def once(wire: Wire, _: Asked) -> None:
        wire.whole(b"{}") if len(places.bad.asked) == 1 else wire.close()

    places.bad.begin(once)

    async def twice(transport: Any) -> Any:
        return await told(transport, asking(places.bad.url)), await told(transport, asking(places.bad.url))

    first, second = running(twice, MAKERS[carrier])
    assert (first[1], second.kind, len(places.bad.asked)) == (b"{}", CUT, 2)


@every_carrier
def test_a_connection_that_was_closed_meanwhile_is_not_used(carrier: str, places: Places) -> None:
    """Although the event loop had no time to hear of it."""

    def close(wire: Wire, _: Asked) -> None:
        wire.whole(b"{}")
        wire.close()

    places.bad.begin(close)

    async def thrice(transport: Any) -> list[Any]:
        found = []
        for _ in range(3):
            found.append(await told(transport, asking(places.bad.url)))
            assert places.bad.is_quiet()  # waits, and so does the loop
        return found

    assert [body for _, body in running(thrice, MAKERS[carrier])] == [b"{}"] * 3
    assert len(places.bad.asked) == 3


@every_carrier
def test_what_comes_after_an_answer_is_not_taken_for_the_next_one(carrier: str, places: Places) -> None:
    def twice(wire: Wire, asked: Asked) -> None:
        wire.whole(b"first")
        if len(places.bad.asked) == 1:
            time.sleep(0.02)  # it is not read with the first
            wire.whole(b"stray")

    places.bad.begin(twice)

    async def both(transport: Any) -> list[Any]:
        first = await told(transport, asking(places.bad.url))
        time.sleep(0.1)  # noqa: ASYNC251  # the loop hears of nothing
        return [first, await told(transport, asking(places.bad.url))]

    assert [body for _, body in running(both, MAKERS[carrier])] == [b"first"] * 2


def test_a_server_that_closes_at_once_is_not_asked_for_ever() -> None:
    with serving() as server:
        accepted = []

        def serve(connection: socket.socket, tls: ssl.SSLContext | None) -> None:
            connection.close()
            server.open -= 1
            accepted.append(connection)

        server._serve = serve  # type: ignore[method-assign]  # this one serves nobody
        found = running(lambda transport: told(transport, asking(server.url)))
    assert (found.kind, len(accepted)) == (CUT, 1)


@every_carrier
def test_to_drop_an_answer_of_which_all_has_come_breaks_nobody_elses(carrier: str, places: Places) -> None:
    dropped = threading.Event()

    def play(wire: Wire, _: Asked) -> None:
        wire.head(content_length="2")
        wire.send(b"{")
        if len(places.bad.asked) == 2:
            dropped.wait(5)
        wire.send(b"}")

    async def both(transport: Any) -> Any:
        first = await transport.open(asking(places.bad.url))
        await asyncio.sleep(0.02)
        second = await transport.open(asking(places.bad.url))
        await first.drop()
        dropped.set()
        body = await second.read(2)
        body += b"" if len(body) == 2 else await second.read(2)
        await second.drop()
        return body

    places.bad.begin(play)
    assert running(both, MAKERS[carrier]) == b"{}"


def _amiss(wire: Wire, asked: Asked) -> None:
    """Say what was asked, with something amiss by its number."""
    kind = int(asked.body) % 8
    if kind == 0:
        wire.whole(asked.body, 429)
    elif kind == 1:
        wire.whole(asked.body)
        wire.whole(b"stray")
    elif kind == 2:
        wire.close()
    elif kind == 3:
        wire.head(content_length="100")
        wire.stall(5)
    elif kind == 4:
        wire.head(transfer_encoding="chunked")
        wire.chunks([asked.body], ends=False)
        wire.send(b"zz")
    else:
        wire.whole(asked.body)


def test_of_many_answers_at_once_each_is_its_own_whatever_becomes_of_the_others(places: Places) -> None:
    async def one(transport: Any, number: int) -> Any:
        found = await told(transport, Open("POST", places.bad.url, {}, b"%d" % number, 5.0, 5.0), 0.1)
        return found.kind if isinstance(found, Down) else found[1]

    async def many(transport: Any) -> list[Any]:
        found = []
        for round_ in range(4):
            found += await asyncio.gather(*(one(transport, round_ * 64 + number) for number in range(64)))
        assert in_use(transport) == []
        return found

    places.bad.begin(_amiss)
    found = running(many)
    assert {number % 8 for number, told in enumerate(found) if told == b"%d" % number} >= {0, 5, 6, 7}
    assert [told for number, told in enumerate(found) if isinstance(told, bytes) and told != b"%d" % number] == []
    assert [told for number, told in enumerate(found) if number % 8 in {0, 5, 6, 7} and told != b"%d" % number] == []


@every_carrier
def test_what_came_before_the_connection_broke_is_read(carrier: str, places: Places) -> None:
    def cut(wire: Wire, _: Asked) -> None:
        wire.head(content_length="100")
        wire.send(b"half")
        wire.close()

    async def late(transport: Any) -> list[Any]:
        reply = await transport.open(asking(places.bad.url))
        await asyncio.to_thread(places.bad.is_quiet)
        await asyncio.sleep(0.01)
        found = [await reply.read(2), (await reply.read(2)).kind]
        await reply.drop()
        return found

    places.bad.begin(cut)
    assert running(late, MAKERS[carrier]) == [b"half", CUT]


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_piece_that_drips_is_waited_for_no_longer_than_said(places: Places, *, is_tls: bool) -> None:
    def drip(wire: Wire, _: Asked) -> None:
        wire.head(content_type="text/plain", transfer_encoding="chunked")
        wire.drip(b"0", 0.05)

    server = places.tls if is_tls else places.bad
    server.begin(drip)
    began = time.monotonic()
    found = running(lambda transport: told(transport, asking(server.url), 0.2), lambda: AiohttpTransport(aiohttp.TCPConnector(ssl=False)))
    assert (found.kind, 0.15 < time.monotonic() - began < 2) == (TIMEOUT, True)


def test_a_certificate_that_the_environment_trusts_is_trusted(places: Places, every_place: Places, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    host, port = places.tls.url.removeprefix("https://").split(":")
    file = tmp_path / "trusted.pem"
    file.write_text(ssl.get_server_certificate((host, int(port))))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    found = running(lambda transport: told(transport, asking(places.tls.url)))
    assert not isinstance(found, Down)


@every_carrier
@pytest.mark.parametrize(
    ("environ", "is_used"),
    [
        ({"http_proxy": "{proxy}"}, True),
        ({"ALL_PROXY": "http://{proxy}"}, True),
        ({"http_proxy": "{proxy}", "no_proxy": "127.0.0.1,localhost"}, False),
        ({"http_proxy": "{proxy}", "no_proxy": "*"}, False),
        ({"https_proxy": "{proxy}"}, False),
    ],
)
def test_proxies_are_those_of_the_environment(carrier: str, environ: dict[str, str], *, is_used: bool, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.elsewhere.begin(lambda wire, _: wire.whole(b"proxy"))
    places.bad.begin(lambda wire, _: wire.whole(b"itself"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    proxy = places.elsewhere.url.replace("http://", "me:secret@")
    for name, value in environ.items():
        monkeypatch.setenv(name, value.format(proxy=proxy))
    _, body = running(lambda transport: told(transport, asking(f"{places.bad.url}/v1")), MAKERS[carrier])
    assert body == (b"proxy" if is_used else b"itself")
    if is_used:
        (asked,) = places.elsewhere.asked
        assert (asked.path, asked.headers["proxy-authorization"]) == (f"{places.bad.url}/v1", "Basic bWU6c2VjcmV0")


@every_carrier
def test_a_transport_may_be_named(carrier: str, places: Places) -> None:
    async def main() -> tuple[type, str]:
        async with AsyncDispatcher(places.registry, transport=carrier, environ=ENVIRON) as dispatcher:
            answer = await dispatcher.complete("good-openai-chat/m", "Hello?")
            return type(dispatcher._transport), answer.text

    assert asyncio.run(main()) == (MAKERS[carrier], TEXT)


def test_no_other_name_is_a_transport(places: Places) -> None:
    with pytest.raises(UsageError, match="no transport is called 'carrier pigeon'; there are httpx and aiohttp"):
        AsyncDispatcher(places.registry, transport="carrier pigeon")


def test_without_aiohttp_the_cure_is_told() -> None:
    code = """
import sys
sys.modules["aiohttp"] = None
import modelwright
try:
    modelwright.AsyncDispatcher(transport="aiohttp")
except modelwright.UsageError as error:
    print(error, error.__suppress_context__)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "aiohttp is not installed: pip install 'modelwright[server]' True\n"
