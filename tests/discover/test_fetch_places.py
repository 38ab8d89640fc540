"""The credential goes to one server, by one way, and comes back in nothing that is shown, kept or logged."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from aws_world import KEYS, TOKEN, authorization_of
from discover.asking import KEY, ask, ids, read
from discover.servers import Call, Reply, as_json, serving
from modelwright.discover.fetch import Limits
from modelwright.discover.recording import Store
from modelwright.runtime.credentials.aws_signing import signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedIOBase
    from pathlib import Path

    from modelwright.discover.fetch import Ask

ONE = {"data": [{"id": "large"}]}


def _write_nothing(_: BufferedIOBase) -> None:
    pass


def _to(place: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": place})


@pytest.fixture
def signed() -> dict[str, Any]:
    """Return the fields of an ask that is signed."""
    parts = {name.removeprefix("AWS_").lower(): value for name, value in {**KEYS, **TOKEN}.items()}
    return {"sign": signer(parts, "bedrock", "us-east-1"), "signed_with": parts}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_server_is_followed_with_the_credential(status: int) -> None:
    with serving(lambda call: _to("/v2/models?kind=chat#top", status) if call.path == "/models" else as_json(ONE)) as server:
        found = read(ask(f"{server.url}/models?old=1", headers={"Authorization": f"Bearer {KEY}"}, query={"key": KEY}))
        second = server.calls[1]
    assert ids(found) == ["large"]
    assert (second.path, second.query, second.headers["authorization"]) == ("/v2/models", {"kind": "chat", "key": KEY}, f"Bearer {KEY}")


@pytest.mark.parametrize(("status", "method"), [(303, "GET"), (307, "POST"), (302, "POST")])
def test_a_redirected_request_stays_what_it_was_unless_the_answer_is_elsewhere(status: int, method: str) -> None:
    with serving(lambda call: _to("/v2", status) if call.path == "/v1" else as_json(ONE)) as server:
        read(ask(f"{server.url}/v1", method="POST"))
        assert server.calls[1].method == method


def test_every_request_of_a_signed_listing_has_a_signature_of_its_own(signed: dict[str, Any]) -> None:
    def answer(call: Call) -> Reply:
        moved = call.path == "/models" and "after" in call.query
        return _to(f"/v2/models?after={quote(call.query['after'], safe='')}") if moved else as_json({**ONE, "next": None if call.query else "a/b+c=="})

    with serving(answer) as server:
        assert ids(read(ask(f"{server.url}/models", **signed))) == ["large"]
        calls = server.calls
    assert [(call.path, call.query) for call in calls] == [("/models", {}), ("/models", {"after": "a/b+c=="}), ("/v2/models", {"after": "a/b+c=="})]
    assert [call.headers["authorization"] for call in calls] == [authorization_of(call) for call in calls]
    assert {(call.headers["x-amz-date"], call.headers["x-amz-security-token"]) for call in calls} == {("20261120T183000Z", TOKEN["AWS_SESSION_TOKEN"])}


def test_no_other_server_sees_a_signature_and_nothing_that_is_said_has_what_signs(signed: dict[str, Any]) -> None:
    with serving(lambda _: as_json(ONE)) as other, serving(lambda _: _to(f"{other.url}/models")) as server:
        assert read(ask(server.url, **signed)).detail.startswith("redirected to another server")
        assert other.calls == []
    said = {"message": f"no {TOKEN['AWS_SESSION_TOKEN']} and no {KEYS['AWS_SECRET_ACCESS_KEY']}"}
    with serving(lambda _: as_json(said, 403)) as server:
        assert not any(secret in repr(read(ask(server.url, **signed))) for secret in (*TOKEN.values(), *KEYS.values()))
    asks = [ask("http://x", **signed), ask("http://x", **{**signed, "signed_with": {"access_key_id": "another"}})]
    assert len({one.fingerprint("salt") for one in asks}) == 2


def test_a_redirect_to_another_port_is_not_followed() -> None:
    with serving(lambda _: as_json(ONE)) as other, serving(lambda _: _to(f"{other.url}/models?key={KEY}")) as server:
        found = read(ask(server.url, headers={"X-Api-Key": KEY}))
        assert other.calls == []
        assert found.detail.startswith(f"redirected to another server, `{other.url}`, where the credential must not go; ")
    assert found.state == "unreachable"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("http://localhost:{port}/models", "http://localhost:{port}"),
        ("//acme.example/models", "http://acme.example"),
        ("http://127.0.0.1/models", "http://127.0.0.1"),
        ("http://127.0.0.1:{port}@acme.example/", "http://acme.example"),
        ("ftp://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}"),
        ("file:///etc/passwd", "file://"),
        (f"https://{quote(KEY, safe='')}.example/", "https://…"),
    ],
)
def test_a_redirect_to_another_server_is_named_and_not_followed(place: str, shown: str) -> None:
    with serving(lambda _: _to(place.format(port=server.url.rpartition(":")[2]))) as server:
        found = read(ask(server.url, headers={"X-Api-Key": KEY}))
        assert len(server.calls) == 1
        assert found.state == "unreachable"
        if "%" not in place:
            assert f"`{shown.format(port=server.url.rpartition(':')[2])}`" in found.detail
    assert KEY not in found.detail


def test_a_redirect_from_http_to_https_on_the_same_host_is_followed() -> None:
    with serving(lambda _: _to(server.url.replace("http:", "https:"))) as server:
        assert read(ask(server.url)).detail.startswith("TLS failed: ")


def test_redirects_end_after_five() -> None:
    with serving(lambda call: _to(f"/{call.number}") if call.number <= 5 else as_json(ONE)) as server:
        assert read(ask(server.url)).state == "ok"
    with serving(lambda call: _to(f"/{call.number}")) as server:
        assert read(ask(server.url)).detail.startswith("redirected more than 5 times; ")
        assert len(server.calls) == 6


def test_a_redirect_to_nowhere_is_unreachable() -> None:
    with serving(lambda _: _to("http://[::bad/")) as server:
        assert read(ask(server.url)).state == "unreachable"
    with serving(lambda _: Reply(status=302)) as server:
        assert read(ask(server.url)).detail.startswith("the server answered 302; ")


def test_a_redirect_cannot_change_who_asks() -> None:
    with serving(lambda call: _to(server.url.replace("//", "//other:word@") + "/b") if call.path == "/a" else as_json(ONE)) as server:
        read(ask(f"{server.url}/a", headers={"Authorization": "Bearer mine"}))
        assert server.calls[1].headers["authorization"] == "Bearer mine"
        read(ask(server.url.replace("//", "//someone:mine@") + "/a"))
        assert base64.b64decode(server.calls[3].headers["authorization"].removeprefix("Basic ")) == b"someone:mine"


def test_what_is_no_basic_authentication_is_hidden_as_it_is() -> None:
    with serving(lambda call: as_json({"error": call.headers["authorization"]}, 401)) as server:
        assert "pass" not in read(ask(server.url, headers={"Authorization": "Basic pass-word-in-clear"})).detail


def test_user_and_password_of_the_address_go_along_and_are_not_shown(tmp_path: Path) -> None:
    with serving(lambda call: _to("/b") if call.path == "/a" else as_json({"error": call.headers["authorization"]}, 401)) as server:
        found = read(ask(server.url.replace("//", "//someone:pass-word@") + "/a"))
        assert server.calls[1].headers["authorization"] == f"Basic {base64.b64encode(b'someone:pass-word').decode()}"
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url.replace("//", "//someone:pass-word@")), cache=Store(str(tmp_path)))
    assert "pass-word" not in found.detail + (tmp_path / "acme.json").read_text()


def test_a_netrc_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password word\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url))
        assert "authorization" not in server.calls[0].headers


def test_what_runs_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: as_json(ONE)) as proxy, serving(lambda _: as_json(ONE)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        assert read(ask(server.url)).state == "ok"
        assert proxy.calls == []
        assert read(ask("http://acme.invalid/models")).state == "ok"
        assert [call.headers["host"] for call in proxy.calls] == ["acme.invalid"]


@pytest.mark.parametrize(("name", "value"), [("HTTP_PROXY", "gopher://someone:pass-word@acme.example"), ("SSL_CERT_FILE", "/nowhere/at/all")])
def test_an_environment_that_allows_no_client_is_the_reason(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv(name.lower(), value)
    found = read(ask("http://acme.invalid/models"))
    assert found.detail.startswith("a proxy or certificate variable of the environment cannot be used (")
    assert "pass-word" not in found.detail


def test_cookies_of_one_source_are_not_sent_for_another() -> None:
    with serving(lambda _: as_json(ONE, Set_Cookie="who=first")) as server:
        for source in ("first", "second"):
            read(ask(server.url, source))
        assert ["cookie" in call.headers for call in server.calls] == [False, False]


def _repeated(call: Call) -> str:
    """Return all that a server can say back of what it was sent."""
    sent = [call.headers.get("authorization", ""), call.headers.get("x-api-key", ""), *call.query.values()]
    return " ".join([*sent, *(quote(text, safe="") for text in sent), *(quote_plus(text).lower() for text in sent), json.dumps(sent).replace("/", "\\/")])


ECHOES: dict[str, Callable[[Call], Reply]] = {
    "an error as JSON": lambda call: as_json({"error": {"message": f"no key {_repeated(call)}"}}, 401),
    "an error as text": lambda call: Reply(status=403, body=_repeated(call).encode()),
    "an error cut in the key": lambda call: Reply(status=400, body=(b"x" * 190) + _repeated(call).encode()),
    "an error that breaks off in the key": lambda call: Reply(status=400, body=_repeated(call)[:24].encode()),
    "an error with spaces": lambda call: Reply(status=400, body=_repeated(call).replace(" ", "\n  ").encode()),
    "too many requests": lambda call: as_json({"message": _repeated(call)}, 429),
    "a failing server": lambda call: as_json({"detail": _repeated(call)}, 500),
    "a redirect to another path": lambda call: _to(f"http://acme.example/{quote(_repeated(call))}"),
    "a redirect to another host": lambda call: _to(f"http://{quote(_repeated(call)[:40], safe='')}.example/"),
    "a redirect with a password": lambda call: _to(f"http://x:{quote(_repeated(call), safe='')}@acme.example/"),
    "a listing": lambda call: as_json({"data": [{"id": f"large-{_repeated(call)}"}], _repeated(call): 1}, ETag=_repeated(call).encode("ascii", "replace").decode()),
    "a listing in escapes": lambda call: Reply(body=b'{"data": [{"id": "%s"}]}' % "".join(f"\\u{ord(letter):04x}" for letter in _repeated(call)).encode()),
    "a cursor": lambda call: as_json({**ONE, "next": _repeated(call)}),
    "another shape": lambda call: as_json({_repeated(call): _repeated(call)}),
    "no JSON": lambda call: Reply(body=_repeated(call).encode()),
    "a header": lambda call: as_json(ONE, X_Request=_repeated(call), Set_Cookie=f"key={KEY}", Last_Modified=_repeated(call)),
    "a broken header": lambda _: Reply(headers={"Bad": f"{KEY}\x00"}),
    "a broken length": lambda _: Reply(headers={"Content-Length": KEY}, write=_write_nothing),
}


def _all_kinds(url: str) -> list[Ask]:
    basic = base64.b64encode(f"someone:{KEY}".encode()).decode()
    bearer, key, other = {"Authorization": f"Bearer {KEY}"}, {"x-api-key": KEY, "api-version": "2026-01-01"}, {"authorization": f"Basic {basic}"}
    return [
        ask(url, "bearer", headers=bearer),
        ask(url, "header", headers=key),
        ask(url, "basic", headers=other),
        ask(url, "query", query={"key": KEY}),
        ask(url, "all", catalogue=True, headers=bearer),
    ]


@pytest.mark.parametrize("name", ECHOES)
def test_a_credential_that_comes_back_is_seen_nowhere(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    cache, record = Store(str(tmp_path / "cache")), Store(str(tmp_path / "record"))
    seen: list[Any] = []
    with ExitStack() as stack:
        server = stack.enter_context(serving(ECHOES[name]))
        for one in _all_kinds(f"{server.url}/models"):
            found = read(one, cache=cache, record=record, limits=Limits(max_pages=3))
            seen += [found, one, found.detail, found.models, found.payload, cache.load(one.listing.source)]
        assert len(server.calls) >= 5
    shown = [
        repr(seen),
        str(seen),
        json.dumps([[f.models, f.payload] for f in seen[::6]], ensure_ascii=False),
        caplog.text,
        repr([vars(one) for one in caplog.records]),
        *capfd.readouterr(),
    ]
    shown += [path.read_text() for path in tmp_path.rglob("*.json")]
    basic = base64.b64encode(f"someone:{KEY}".encode()).decode()
    for form in (KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY).lower(), KEY[:14], basic, basic[:20]):
        assert not [text for text in shown if form.lower() in text.lower()]


def test_a_failure_on_the_line_quotes_no_credential() -> None:
    import httpx

    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(f"cannot send {request.headers['x-api-key']}")

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError(f"illegal {request.headers['x-api-key']}")

    one = ask("http://acme.example/models", headers={"X-Api-Key": KEY})
    assert read(one, transport=httpx.MockTransport(fail)).detail.startswith("asking failed with RuntimeError; ")
    assert read(one, transport=httpx.MockTransport(refuse)).detail.startswith("the connection failed: illegal …; ")


def test_an_error_raised_to_the_caller_quotes_no_credential(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serving(lambda _: as_json(ONE)) as server, pytest.raises(OSError, match="file") as raised:
        read(ask(server.url, headers={"X-Api-Key": KEY}), record=Store(str(tmp_path / "file")))
    assert KEY not in "".join(traceback.format_exception(raised.value))
