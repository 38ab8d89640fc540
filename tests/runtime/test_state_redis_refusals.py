"""What a server of Redis refuses: nothing is half done, and the place, the reason and the cure are said."""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.errors import StateError, StateForgottenError
from modelwright.runtime.state import Line, Outcome, server as module
from modelwright.runtime.state.guard import RETRY_SECONDS, GuardedStore, StateWarning
from modelwright.runtime.state.redis import RedisStore
from runtime.state.conformance import START, Clock, line, rolling
from runtime.state.redis_server import RedisServer, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _used(store: RedisStore, amount: int = 1) -> int:
    found = store.reserve([line(amount=amount)], START, START + 30)
    assert isinstance(found, int)
    return found


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    store = RedisStore(server.url, clock=Clock())
    yield store
    store.close()


def _kept(server: RedisServer) -> dict[bytes, bytes]:
    return {key: server.client.dump(key) for key in server.client.scan_iter()}


LINES = [line("b", 3, limit=None), rolling(START, 60, 3, None), line("a", 3, limit=None)]
FOREIGN: list[tuple[str, Callable[[Any, str], object]]] = [
    *((f"t:{LINES[0].until_ms}:a", write) for write in (lambda client, key: client.set(key, "many"), lambda client, key: client.rpush(key, "1"))),
    *(("a:r", write) for write in (lambda client, key: client.set(key, "1"), lambda client, key: client.hset(key, "total", "-1"))),
    ("m:r", lambda client, key: client.set(key, "1")),
    ("h", lambda client, key: client.set(key, "1")),
    ("l", lambda client, key: client.set(key, "1")),
    ("b", lambda client, key: client.rpush(key, "1")),
]


@pytest.mark.parametrize(("name", "write"), FOREIGN)
def test_what_is_not_the_stores_own_stops_a_step_as_a_whole(name: str, write: Callable[[Any, str], object], store: RedisStore, server: RedisServer) -> None:
    held = store.reserve(LINES[:1], START, START + 30)
    assert isinstance(held, int)
    server.client.delete("{modelwright}:" + name)
    write(server.client, "{modelwright}:" + name)
    before = _kept(server)
    asks: list[Callable[[], object]] = [lambda: store.reserve(LINES, START, START + 30)]
    if name not in ("h", "l"):
        asks += [lambda: store.settle(held, LINES, [1, 1, 1], START, [Outcome("k", 1)]), lambda: store.totals(LINES, START)]
    for ask in asks:
        with pytest.raises(StateError, match=r"something else is kept under the names of modelwright's; choose another prefix: `\?prefix=NAME`"):
            ask()
        assert _kept(server) == before


def test_what_is_not_the_stores_own_is_no_note_and_no_outcome(store: RedisStore, server: RedisServer) -> None:
    server.client.set("{modelwright}:n:a", "hello")
    server.client.rpush("{modelwright}:n:b", "hello")
    server.client.hset("{modelwright}:o:k", str(int(START // 15 * 15)), "often")
    before = _kept(server)
    asks = (
        lambda: store.notes(["a"]),
        lambda: store.swap("a", None, "x", START + 9),
        lambda: store.notes(["b"]),
        lambda: store.swap("b", None, "x", START + 9),
        lambda: store.see([Outcome("j", 1), Outcome("k", 1)], START),
        lambda: store.settle(_used(store), [line()], [1], START, [Outcome("k", 1)]),
    )
    for ask in asks[:-1]:
        with pytest.raises(StateError, match="something else is kept"):
            ask()
        assert _kept(server) == before
    with pytest.raises(StateError, match="something else is kept"):
        asks[-1]()
    assert store.totals([line()], START) == [1]


def test_a_server_that_is_full_takes_nothing_half_and_still_settles(store: RedisStore, server: RedisServer) -> None:
    held = _used(store, 5)
    try:
        server.client.config_set("maxmemory", 1)
        before = _kept(server)
        with pytest.raises(StateError, match=r"its memory is full; give it more \(`maxmemory`\)"):
            store.reserve(LINES, START, START + 30)
        assert _kept(server) == before
        store.settle(held, [line(amount=5)], [2], START)
    finally:
        server.client.config_set("maxmemory", 0)
    assert store.totals([line()], START) == [2]


def test_a_replica_is_no_place_to_write(store: RedisStore, server: RedisServer) -> None:
    server.client.replicaof("127.0.0.1", 1)
    try:
        with pytest.raises(StateError, match=r"it is a replica, which cannot be written; name the primary"):
            _used(store)
    finally:
        server.client.replicaof("NO", "ONE")
    _used(store)


def test_where_the_name_leads_to_another_server_that_one_is_asked_as_soon_as_the_old_one_refuses(tmp_path: Path) -> None:
    with running(tmp_path, unixsocket=str(tmp_path / "old")) as old, running(tmp_path, unixsocket=str(tmp_path / "new")):
        name = tmp_path / "primary"
        name.symlink_to(tmp_path / "old")
        store = RedisStore(f"unix://{name}", clock=Clock())
        _used(store)
        old.client.replicaof("127.0.0.1", 1)
        name.unlink()
        name.symlink_to(tmp_path / "new")
        with pytest.raises(StateError, match="it is a replica"):
            _used(store)
        with pytest.raises(StateForgottenError):  # of the writes, as nothing was copied here
            _used(store)
        assert [store.totals([line()], START) for _ in range(2)] == [[1], [0]]  # what was reserved then is given back
        store.close()


def test_a_server_that_was_started_anew_and_knows_nothing_is_told_as_that(tmp_path: Path) -> None:
    heard: list[str] = []
    timer = Clock(0)
    with running(tmp_path) as server:
        store = GuardedStore(RedisStore(server.url, clock=Clock()), "fail_closed", hook=lambda event, _: heard.append(event), timer=timer)
        store.reserve([line()], START, START + 30)
        server.kill()
        server.start()
        for _ in range(3):
            timer.now += RETRY_SECONDS
            with suppress(StateError), warnings.catch_warnings(action="ignore", category=StateWarning):
                store.reserve([line()], START, START + 30)
        assert heard == ["state_down", "state_forgotten", "state_up"]
        store.close()


def test_a_number_of_a_database_that_is_not_there_is_told(server: RedisServer) -> None:
    with pytest.raises(StateError, match="it has no database of that number; see `databases`"):
        _used(RedisStore(f"{server.url}/99"))


def test_a_node_that_does_not_have_the_keys_says_so(tmp_path: Path) -> None:
    with running(tmp_path, cluster_enabled="yes", cluster_port=str(free_port())) as server:
        store = RedisStore(server.url, clock=Clock())
        with pytest.raises(StateError, match="its cluster is down; see `redis-cli CLUSTER INFO`"):
            _used(store)
        server.client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in server.client.execute_command("CLUSTER", "INFO", target_nodes=None):
            threading.Event().wait(0.01)
        _used(store)  # all keys are in one slot
        assert store.totals([line(), rolling(START, 60)], START) == [1, 0]
        store.close()


def test_a_server_that_somebodys_script_keeps_busy_is_told_and_a_script_that_is_killed_leaves_nothing_half_done(store: RedisStore, server: RedisServer) -> None:
    _used(store)
    server.client.config_set("busy-reply-threshold", 20)
    busy = threading.Thread(target=_ends_by_itself_or_not, args=(server, "while true do redis.call('GET', '{modelwright}:l' .. 'x') end"))
    try:
        busy.start()
        with pytest.raises(StateError, match=r"a script of somebody keeps it busy; .* `redis-cli SCRIPT KILL` ends it"):
            _used_till_it_fails(store)
    finally:
        server.client.script_kill()
        busy.join()
        server.client.config_set("busy-reply-threshold", 5000)
    assert store.totals([line()], START) == [1]


def _used_till_it_fails(store: RedisStore) -> None:
    while True:
        _used(store, 0)


def _ends_by_itself_or_not(server: RedisServer, text: str) -> None:
    with pytest.raises(Exception, match="killed"):
        server.client.eval(text, 0)


def test_a_server_that_is_not_there_or_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"^redis://127.0.0.1:1/0: .*refused.*; see that it runs, and can be reached from here$"):
        RedisStore("redis://127.0.0.1:1").notes(["a"])
    with pytest.raises(StateError, match=r"name or service not known|temporary failure|no address"):
        RedisStore("redis://nobody.invalid").notes(["a"])
    with running(tmp_path) as server:
        store = RedisStore(f"{server.url}?answer_seconds=0.1", clock=Clock())
        _used(store)
        server.freeze()
        with pytest.raises(StateError, match="it does not answer in time; see that it runs"):
            _used(store)
        server.thaw()
        server.client.ping()
        _used(store)  # over another connection, on which no old answer comes
        assert store.totals([line()], START) == [2]  # whether or not the second was done when it thawed: nobody had heard so
        store.close()


@contextmanager
def _saying(answer: bytes) -> Iterator[str]:
    """Run a server that says *answer* to everything."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as asked:
            while first := asked.readline():
                for _ in range(int(first[1:])):
                    asked.read(int(asked.readline()[1:]) + 2)
                connection.sendall(answer + b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(("word", "reason", "cure"), [(word, *said) for words, *said in module._FOUND for word in words if not word.endswith("Error")])
def test_every_refusal_has_a_reason_and_a_cure(word: str, reason: str, cure: str) -> None:
    answer = f"-ERR {word}" if not word.isupper() or word == "FOREIGN" else f"-{word} 3999 127.0.0.1:6381" if word in ("MOVED", "ASK") else f"-{word} said the server"
    with _saying(answer.encode()) as url:
        store = RedisStore(url, clock=Clock())
        with pytest.raises(StateError) as found:
            store.totals([Line("s", 0, True, 0, None, 0)], START)
        assert (found.value.reason, found.value.cure) == (reason, cure)
        store.close()


def test_what_nobody_foresaw_is_said_as_it_was() -> None:
    with _saying(b"-ERR the Moon is Full.") as url:
        store = RedisStore(url, clock=Clock())
        with pytest.raises(StateError, match="the moon is full; see that it runs"):
            store.totals([line()], START)
        store.close()
    with _saying(b"hello") as url, pytest.raises(StateError, match="protocol error"):
        RedisStore(url, clock=Clock()).totals([line()], START)
