"""Every answer a server can give is a state of its source, with a reason that can be printed."""

from __future__ import annotations

import gzip
import json
import re
import socket
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from discover.asking import NOW, Naps, ask, ids, read
from discover.servers import Call, Reply, as_json, serving
from modelwright.discover.fetch import STATES, Limits
from modelwright.discover.states import TABLE, UnreadError
from modelwright.discover.unpack import Unpacking

if TYPE_CHECKING:
    from io import BufferedIOBase

ONE = {"data": [{"id": "large"}]}


def _begin(stream: BufferedIOBase) -> None:
    stream.write(b"{")


def _nested(levels: int) -> bytes:
    return b'{"data":' + b"[" * levels + b"]" * levels + b"}"


ANSWERS: dict[str, tuple[Reply, str, str]] = {
    "a listing": (as_json(ONE), "ok", ""),
    "a listing with a byte order mark": (Reply(body=b"\xef\xbb\xbf" + json.dumps(ONE).encode()), "ok", ""),
    "a key twice": (Reply(body=b'{"data": [], "data": [{"id": "large"}]}'), "ok", ""),
    "packed": (Reply(body=gzip.compress(json.dumps(ONE).encode()), headers={"Content-Encoding": "gzip"}), "ok", ""),
    "no models": (as_json({"data": []}), "empty", "no model in the listing; check what"),
    "only what is no model": (as_json({"data": [{}]}), "empty", "no model in the listing, 1 entries passed over; "),
    "another shape": (as_json({"models": []}), "malformed", "no `data`; check the base URL and the adapter"),
    "an adapter that fails": (as_json({"data": [3]}), "malformed", "the adapter `plain` failed with TypeError; "),
    "HTML": (Reply(body=b"  <!doctype html>"), "malformed", "HTML instead of JSON; "),
    "HTML by its type": (Reply(body=b"Welcome", headers={"Content-Type": "text/HTML; charset=utf-8"}), "malformed", "HTML instead of JSON; "),
    "nothing": (Reply(), "malformed", "an empty body instead of JSON; "),
    "no content": (Reply(status=204), "malformed", "an empty body instead of JSON; "),
    "no JSON": (Reply(body=b'{"data": nope}'), "malformed", "no JSON: Expecting value at line 1, column 10; "),
    "Latin-1": (Reply(body=b'{"data": "\xe9"}'), "malformed", "text that is not UTF-8; "),
    "a number without end": (Reply(body=b'{"data": ' + b"9" * 5000 + b"}"), "malformed", "a number of too many digits; "),
    "nested deeply": (Reply(body=_nested(64)), "malformed", "nested deeper than 64 levels; "),
    "nested beyond recursion": (Reply(body=_nested(200_000)), "malformed", "nested deeper than 64 levels; "),
    "very many values": (Reply(body=b'{"data": [' + b"1," * 1_000_000 + b"1]}"), "malformed", "more values than any listing has; "),
    "too large": (Reply(body=b'{"data": "' + b"x" * 33_000_000 + b'"}'), "malformed", "larger than 32,000,000 bytes; "),
    "packed and damaged": (Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "malformed", "the packed body is damaged; "),
    "packed and cut off": (Reply(body=gzip.compress(json.dumps(ONE).encode())[:-9], headers={"Content-Encoding": "gzip"}), "malformed", "the packed body breaks off; "),
    "packed otherwise": (Reply(body=zlib.compress(b"{}"), headers={"Content-Encoding": "gzip, deflate"}), "malformed", "packed in a way that was not asked for; "),
    "401": (as_json({"error": {"message": "no such key"}}, 401), "unauthorized", "the server answered 401: no such key; check the credential and what it may read"),
    "403": (Reply(status=403), "unauthorized", "the server answered 403; check"),
    "404": (Reply(status=404, body=b"<html>"), "catalog-unsupported", "the server answered 404; check"),
    "405": (Reply(status=405), "catalog-unsupported", "the server answered 405; "),
    "410": (as_json({"detail": [{"msg": "gone"}]}, 410), "catalog-unsupported", "the server answered 410: gone; "),
    "501": (Reply(status=501), "catalog-unsupported", "the server answered 501; "),
    "402": (as_json({"message": "pay \x1b[31mfirst"}, 402), "unreachable", "the server answered 402: pay �[31mfirst; "),
    "418": (Reply(status=418, body=b"short and\nstout"), "unreachable", "the server answered 418: short and stout; "),
    "304 unasked": (Reply(status=304), "unreachable", "the server answered 304; "),
    "300": (Reply(status=300), "unreachable", "the server answered 300; "),
    "429": (as_json({"error": "slow down"}, 429), "rate-limited", "the server answered 429: slow down; try again later"),
    "408": (Reply(status=408), "unreachable", "the server answered 408; "),
    "503": (as_json([], 503), "unreachable", "the server answered 503; "),
    "an error without words": (as_json({"code": 7}, 400), "unreachable", "the server answered 400; "),
    "an error of great length": (Reply(status=400, body=b"a" * 300_000), "unreachable", f"the server answered 400: {'a' * 199}…; "),
    "an error nested beyond recursion": (Reply(status=400, body=b"[" * 60_000), "unreachable", f"the server answered 400: {'[' * 199}…; "),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_a_state_with_its_reason(name: str) -> None:
    reply, state, detail = ANSWERS[name]
    with serving(lambda _: reply) as server:
        found = read(ask(f"{server.url}/models"))
    assert (found.state, ids(found)) == (state, ["large"] if state == "ok" else [])
    assert found.detail.startswith(detail)
    assert bool(found.detail) is (state != "ok")
    assert found.detail.isprintable()


def test_every_state_has_a_meaning_and_all_but_the_good_ones_a_cure() -> None:
    assert tuple(TABLE) == STATES
    assert all(one.meaning for one in TABLE.values())
    assert [name for name, one in TABLE.items() if not one.cure] == ["ok", "not-modified"]


def _bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()


def test_a_bomb_is_malformed() -> None:
    bomb = _bomb()
    assert len(bomb) < 200_000
    with serving(lambda _: Reply(body=bomb, headers={"Content-Encoding": "gzip"})) as server:
        found = read(ask(server.url), limits=Limits(max_bytes=1_000_000))
    assert (found.state, found.detail.partition(";")[0]) == ("malformed", "larger than 1,000,000 bytes")


def test_a_bomb_is_stopped_before_it_takes_room() -> None:
    bomb, unpacking = _bomb(), Unpacking("gzip", 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadError):
            unpacking.take(bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_stream_that_unpacks_to_nothing_ends_too() -> None:
    packer = zlib.compressobj(level=0, wbits=31)
    nothing = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)

    def write(stream: BufferedIOBase) -> None:
        stream.write(nothing)
        while True:
            stream.write(b"\x00\x00\x00\xff\xff" * 10_000)

    with serving(lambda _: Reply(headers={"Content-Encoding": "gzip"}, write=write)) as server:
        found = read(ask(server.url), limits=Limits(max_bytes=1_000_000))
    assert (found.state, found.detail.partition(";")[0]) == ("malformed", "larger than 1,000,000 bytes")


def test_the_body_of_a_refusal_is_read_only_as_far_as_it_is_shown() -> None:
    def write(stream: BufferedIOBase) -> None:
        while True:
            stream.write(b"no " * 10_000)

    with serving(lambda _: Reply(status=401, write=write)) as server:
        assert read(ask(server.url)).state == "unauthorized"


def test_nobody_listening_is_unreachable_after_three_attempts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        naps = Naps()
        found = read(ask(f"http://127.0.0.1:{taken.getsockname()[1]}/models"), naps=naps)
    assert found.state == "unreachable"
    assert found.detail.startswith("no connection: ")
    assert naps.seconds == [0.5, 1.0]


@pytest.mark.parametrize("url", ["ftp://acme.example/models", "http://[::bad/models", "/models"])
def test_an_address_that_cannot_be_asked_is_unreachable(url: str) -> None:
    assert read(ask(url)).detail.startswith("the address is none that can be asked; ")


@pytest.mark.parametrize("url", ["", "https://{region}.acme.example/models"])
def test_an_address_that_is_not_complete_is_said_so(url: str) -> None:
    assert read(ask(url)).state == "base-url-missing"


@pytest.mark.parametrize("value", ["secret-word\n", " secret-word", "secret-wörd", "secret\x00word"])
def test_a_credential_that_no_header_can_carry_is_not_sent(value: str) -> None:
    with serving(lambda _: as_json(ONE)) as server:
        found = read(ask(server.url, headers={"Authorization": value}))
        assert server.calls == []
    assert found.state == "credential-missing"
    assert "secret" not in found.detail


def test_what_is_broken_off_is_tried_again() -> None:
    def answer(call: Call) -> Reply:
        return as_json(ONE) if call.number == 3 else Reply(headers={"Content-Length": "900"}, write=_begin)

    with serving(answer) as server:
        assert read(ask(server.url)).state == "ok"


def test_tls_that_fails_is_not_tried_again() -> None:
    with serving(lambda _: as_json(ONE)) as server:
        naps = Naps()
        found = read(ask(server.url.replace("http:", "https:")), naps=naps)
    assert (found.state, naps.seconds) == ("unreachable", [])
    assert found.detail.startswith("TLS failed: ")


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7.0, 7.0]),
        ({"Retry-After": "-3"}, [0.0, 0.0]),
        ({"Retry-After": "Fri, 20 Nov 2026 18:30:09 GMT"}, [9.0, 9.0]),
        ({"Retry-After": "Fri, 20 Nov 2020 18:30:09 GMT"}, [0.0, 0.0]),
        ({"retry-after-ms": "1500", "Retry-After": "7"}, [1.5, 1.5]),
        ({"Retry-After": "soon"}, [0.5, 1.0]),
        ({"Retry-After": "nan"}, [0.5, 1.0]),
        ({}, [0.5, 1.0]),
        ({"Retry-After": "21"}, []),
        ({"Retry-After": "1e300"}, []),
    ],
)
def test_a_server_that_asks_to_wait_is_asked_again_then_or_not_at_all(headers: dict[str, str], waits: list[float]) -> None:
    naps = Naps()
    with serving(lambda _: Reply(status=429, headers=headers)) as server:
        found = read(ask(server.url), naps=naps, limits=Limits(source_seconds=25))
        assert len(server.calls) == len(waits) + 1
    assert (found.state, naps.seconds) == ("rate-limited", waits)
    assert ("(it asks to wait " in found.detail) == (not waits)


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    naps = Naps()
    with serving(lambda _: Reply(status=503, headers={"Retry-After": "5"})) as server:
        assert read(ask(server.url), naps=naps, limits=Limits(source_seconds=4)).detail.startswith("the server answered 503")
    assert naps.seconds == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 529])
def test_what_passes_is_read_at_the_next_attempt(status: int) -> None:
    with serving(lambda call: as_json(ONE) if call.number == 2 else Reply(status=status)) as server:
        assert read(ask(server.url)).state == "ok"


def test_a_catalogue_is_given_back_as_it_is() -> None:
    with serving(lambda call: as_json({"acme": {}} if call.path == "/all" else [] if call.path == "/none" else 3)) as server:
        found = read(ask(f"{server.url}/all", catalogue=True))
        assert (found.state, found.payload, found.models) == ("ok", {"acme": {}}, ())
        assert read(ask(f"{server.url}/none", catalogue=True)).state == "empty"
        assert read(ask(f"{server.url}/number", catalogue=True)).detail.startswith("neither an object nor a list; ")


def test_requests_say_who_asks_unless_the_ask_says_otherwise() -> None:
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url))
        read(ask(server.url, headers={"user-agent": "mine", "accept": "text/x", "ACCEPT-ENCODING": "br"}))
        first, second = (call.headers for call in server.calls)
    assert re.fullmatch(r"modelwright/[\d.]+\S*", first["user-agent"])
    assert (first["accept"], first["accept-encoding"]) == ("application/json", "gzip")
    assert (second["user-agent"], second["accept"], second["accept-encoding"]) == ("mine", "text/x", "gzip")


def test_now_is_when_it_was_read() -> None:
    with serving(lambda _: as_json(ONE)) as server:
        assert read(ask(server.url), now=lambda: NOW + 61).read_at == "2026-11-20T18:31:01Z"
