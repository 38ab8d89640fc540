"""Where a server of Redis is: its URL, its settings, its password, which is never said."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pytest

from checkout import ROOT
from discover import certificates
from modelwright.runtime.errors import StateError, UsageError
from modelwright.runtime.state import Outcome, open_store
from modelwright.runtime.state.redis import RedisStore
from runtime.state.conformance import START, Clock, line, rolling
from runtime.state.redis_server import RedisServer, free_port, needs_tls, running

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "canary-5e1f"


def _used(store: RedisStore, amount: int = 1) -> int:
    found = store.reserve([line(amount=amount)], START, START + 30)
    assert isinstance(found, int)
    return found


def test_a_store_is_opened_by_its_url(server: RedisServer) -> None:
    for where in (server.url, server.url.replace("//", ""), f"{server.url}/0?answer_seconds=2&connect_seconds=0.5"):
        store = open_store(where)
        assert isinstance(store, RedisStore)
        assert repr(store) == f"<RedisStore {server.url}/0>"
        assert store.swap(where, None, "one", store.now() + 60)
        store.close()
    assert len(server.client.keys("{modelwright}:n:*")) == 3


def test_prefixes_and_databases_keep_what_is_theirs(server: RedisServer) -> None:
    stores = [RedisStore(f"{server.url}{place}", clock=Clock()) for place in ("", "?prefix=a", "?prefix={b}:c:", "/1", "?db=2", "?prefix=a{c", "?prefix={}d")]
    for number, store in enumerate(stores):
        _used(store, number + 1)
    assert [store.totals([line()], START) for store in stores] == [[1], [2], [3], [4], [5], [6], [7]]
    assert all(key.startswith((b"{modelwright}:", b"{a}:", b"{b}:c:", b"{a{c}:", b"{{}d}:")) for key in server.client.scan_iter())
    for store in stores:
        store.close()


def test_a_socket_of_the_machine_is_a_place_too(tmp_path: Path) -> None:
    with running(tmp_path, unixsocket=str(tmp_path / "redis.sock")):
        store = RedisStore(f"unix://{tmp_path}/redis.sock?db=1", clock=Clock())
        _used(store)
        assert store.totals([line()], START) == [1]
        store.close()


@pytest.mark.parametrize(
    "where",
    [
        "redis://",
        "unix://",
        f"redis://:{SECRET}@",
        f"redis://:{SECRET}@host:port",
        f"redis://:{SECRET}@host/one",
        f"redis://:{SECRET}@host?db=x",
        f"redis://:{SECRET}@host/-1",
        f"redis://:{SECRET}@host?answer_seconds=0",
        f"redis://:{SECRET}@host?answer_seconds=nan",
        f"redis://:{SECRET}@host?connect_seconds=inf",
        f"redis://:{SECRET}@host?colour=red",
        f"redis://:{SECRET}@host?ssl_ca_certs=x",
        f"rediss://:{SECRET}@host?max_connections=1",
        f"reddis://:{SECRET}@host",
        f"redis://[:{SECRET}@host",
    ],
)
def test_what_is_no_place_is_refused_and_no_password_is_said(where: str) -> None:
    with pytest.raises(UsageError, match=r"write (`memory:`.*)?redis://HOST:PORT|has no setting '(colour|ssl_ca_certs|max_connections)'; known: prefix, ") as found:
        open_store(where)
    assert SECRET not in f"{found.value}{found.value.__cause__}"


def test_without_the_library_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "redis":
            raise ModuleNotFoundError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'modelwright\[redis\]'"):
        open_store("redis://127.0.0.1")


def test_a_password_comes_from_the_url_or_the_environment_and_is_never_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_PASSWORD", raising=False)
    with running(tmp_path, requirepass=SECRET) as server:
        for url, environ in (
            (server.url.replace("//", f"//:{SECRET}@"), {}),
            (server.url, {"REDIS_PASSWORD": SECRET}),
            (server.url, {"REDIS_USERNAME": "default", "REDIS_PASSWORD": SECRET}),
        ):
            store = RedisStore(url, clock=Clock(), environ=environ)
            _used(store)
            assert SECRET not in f"{store!r} {store._server!r} {store._server.name}"
            store.close()
        for url, reason in ((server.url, r"it wants a password; put it into the URL or REDIS_PASSWORD"), (server.url.replace("//", f"//:{SECRET}x@"), "the password is wrong")):
            with pytest.raises(StateError, match=reason) as found:
                _used(RedisStore(url, environ={}))
            error: BaseException | None = found.value
            while error is not None:
                assert SECRET not in f"{error} {error!r}"
                error = error.__cause__ or error.__context__


def test_a_server_with_tls_is_believed_if_its_certificate_is(tmp_path: Path) -> None:
    needs_tls()
    certificates.own(tmp_path)
    file = str(tmp_path / "certificate.pem")
    port = free_port()
    with running(tmp_path, tls_port=str(port), tls_cert_file=file, tls_key_file=file, tls_auth_clients="no", tls_ca_cert_file=file):
        store = RedisStore(f"rediss://127.0.0.1:{port}?ssl_ca_certs={file}", clock=Clock())
        _used(store)
        store.close()
        with pytest.raises(StateError, match=r"certificate verify failed.*see that it runs, and can be reached from here"):
            _used(RedisStore(f"rediss://127.0.0.1:{port}"))


def test_a_user_may_have_the_rights_that_the_page_lists_and_no_others(server: RedisServer) -> None:
    text = (ROOT / "docs" / "budgets.md").read_text().partition("A user of its own needs")[2].partition(".\n")[0]
    rules = [rule for rule in text.replace("`", "").replace(",", "").split() if rule[0] in "~+"]
    server.client.execute_command("ACL", "SETUSER", "modelwright", "reset", "on", f">{SECRET}", *rules)
    try:
        store = RedisStore(f"{server.url}/1", environ={"REDIS_USERNAME": "modelwright", "REDIS_PASSWORD": SECRET}, clock=Clock())
        lines = [line(amount=3), rolling(START, 60, 3)]
        for limited in (lines, [*lines, rolling(START, 60, 3, 3)]):
            held = store.reserve(limited, START, START + 30)
        assert held == (2, 3, int((START + 60) * 1000))
        store.settle(1, lines, [1, 1], START, [Outcome("k", 1)])
        for quarter in range(450):
            store.see([Outcome("k", 1), Outcome("k", 0, 1)], START + 15 * quarter)
        assert store.outcomes(["k"], START + 15 * 449)
        assert store.totals(lines, START + 60) == [1, 0]
        assert store.swap("a", None, "one", START + 60)
        assert store.notes(["a"]) == {"a": "one"}
        assert store.swap("a", "one", None, START + 60)
        store.close()
        with pytest.raises(StateError, match="its user may not do that; allow the user the keys of the prefix"):
            RedisStore(f"{server.url}?prefix=other", environ={"REDIS_USERNAME": "modelwright", "REDIS_PASSWORD": SECRET}).notes(["a"])
    finally:
        server.client.execute_command("ACL", "DELUSER", "modelwright")
