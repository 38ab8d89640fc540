"""What was read is kept: asked for again only when it changed, replayed without network, never another credential's."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from discover.asking import KEY, NOW, ask, ids, read
from discover.servers import Call, Reply, as_json, serving
from modelwright.discover.fetch import Limits, replay
from modelwright.discover.recording import Store, read_recordings

if TYPE_CHECKING:
    from pathlib import Path

ONE = {"data": [{"id": "large"}, {}]}
TWO = {"data": [{"id": "other"}]}
LATER = NOW + 7 * 3600


@pytest.fixture
def cache(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "cache"))


def _tagged(call: Call) -> Reply:
    return Reply(status=304) if call.headers.get("if-none-match") == '"1"' else as_json(ONE, ETag='"1"', Last_Modified="Fri, 20 Nov 2026 18:00:00 GMT")


def test_a_young_reading_is_not_asked_for_again(cache: Store) -> None:
    with serving(lambda _: as_json(ONE)) as server:
        first = read(ask(server.url), cache=cache)
        again = read(ask(server.url), cache=cache, now=lambda: NOW + 6 * 3600 - 1)
        assert len(server.calls) == 1
        assert (again.state, again.from_cache, again.models, again.read_at, again.skipped) == ("ok", True, first.models, first.read_at, 1)
        assert not first.from_cache


@pytest.mark.parametrize("seconds", [6 * 3600, -60])
def test_a_reading_that_is_not_young_is_asked_for_again(seconds: float, cache: Store) -> None:
    with serving(lambda call: as_json([ONE, TWO][call.number - 1])) as server:
        read(ask(server.url), cache=cache)
        assert ids(read(ask(server.url), cache=cache, now=lambda: NOW + seconds)) == ["other"]


def test_a_young_reading_is_asked_for_again_when_that_is_wanted(cache: Store) -> None:
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url), cache=cache)
        read(ask(server.url), cache=cache, use_fresh=False)
        assert len(server.calls) == 2


def test_what_did_not_change_is_read_from_what_is_kept_and_is_young_again(cache: Store) -> None:
    with serving(_tagged) as server:
        first = read(ask(server.url), cache=cache)
        again = read(ask(server.url), cache=cache, now=lambda: LATER)
        assert server.calls[1].headers["if-modified-since"] == "Fri, 20 Nov 2026 18:00:00 GMT"
        assert (again.state, again.models, again.from_cache, again.read_at) == ("not-modified", first.models, True, "2026-11-21T01:30:00Z")
        assert read(ask(server.url), cache=cache, now=lambda: LATER + 60).from_cache
        assert len(server.calls) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"headers": {"Authorization": "Bearer another"}},
        {"query": {"key": KEY}},
        {},
        {"method": "POST", "headers": {"Authorization": KEY}},
        {"path": "/v2", "headers": {"Authorization": KEY}},
    ],
)
def test_another_credential_or_address_has_no_part_in_what_is_kept(other: dict[str, Any], cache: Store) -> None:
    with serving(_tagged) as server:
        read(ask(server.url, headers={"Authorization": KEY}), cache=cache)
        path = other.pop("path", "")
        assert read(ask(server.url + path, **other), cache=cache).state == "ok"
        assert "if-none-match" not in server.calls[1].headers


def test_a_listing_of_many_pages_is_read_anew(cache: Store) -> None:
    with serving(lambda call: as_json({**TWO, "next": "x"} if "after" not in call.query else ONE, ETag='"1"')) as server:
        read(ask(server.url), cache=cache)
        assert ids(read(ask(server.url), cache=cache)) == ["other", "large"]
        read(ask(server.url), cache=cache, now=lambda: LATER)
        assert not [call for call in server.calls if "if-none-match" in call.headers]


@pytest.mark.parametrize("tag", ["x" * 501, 'W/"\xe9"'])
def test_a_tag_that_cannot_be_sent_back_is_not_kept(tag: str, cache: Store) -> None:
    with serving(lambda _: as_json(ONE, ETag=tag)) as server:
        read(ask(server.url), cache=cache)
    kept = cache.load("acme")
    assert kept is not None
    assert kept.etag is None


def test_a_failed_reading_leaves_what_is_kept(cache: Store) -> None:
    with serving(lambda call: as_json(ONE) if call.number == 1 else Reply(status=401) if call.number == 2 else as_json({"data": []})) as server:
        read(ask(server.url), cache=cache)
        for state in ("unauthorized", "empty"):
            assert read(ask(server.url), cache=cache, use_fresh=False).state == state
        assert ids(read(ask(server.url), cache=cache, network=False)) == ["large"]


def test_without_network_what_is_kept_counts_whatever_its_age_and_credential(cache: Store) -> None:
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url, headers={"Authorization": KEY}), cache=cache)
        found = read(ask(server.url), cache=cache, network=False, use_fresh=False, now=lambda: NOW + 10**8)
        assert (found.state, found.from_cache, ids(found), found.read_at) == ("ok", True, ["large"], "2026-11-20T18:30:00Z")
        assert len(server.calls) == 1


def test_without_network_and_anything_kept_a_source_is_unreachable(cache: Store) -> None:
    for store in (cache, None):
        found = read(ask("http://acme.example/models"), cache=store, network=False)
        assert (found.state, found.detail.partition(";")[0]) == ("unreachable", "--no-network and nothing was read before")


def test_without_network_what_is_kept_and_cannot_be_read_is_said(cache: Store) -> None:
    with serving(lambda _: as_json({"models": []})) as server:
        read(ask(server.url, catalogue=True), cache=cache)
        assert read(ask(server.url), cache=cache, network=False).state == "malformed"


def test_without_network_no_client_is_loaded_and_no_socket_opened(tmp_path: Path) -> None:
    code = """
import sys
from discover.asking import ask, read
opened = []
sys.addaudithook(lambda event, _: opened.append(event) if event.startswith("socket.") else None)
found = read(ask("http://acme.example/models"), network=False)
assert found.state == "unreachable", found
print(opened, sorted({"httpx", "httpcore", "anyio"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[] []\n", "")


def test_what_is_kept_and_cannot_be_read_is_asked_for_again(cache: Store) -> None:
    with serving(lambda call: as_json({"models": []}) if call.number == 1 else as_json(ONE)) as server:
        read(ask(server.url, catalogue=True), cache=cache)
        assert ids(read(ask(server.url), cache=cache)) == ["large"]


def test_what_did_not_change_and_cannot_be_read_is_malformed(cache: Store) -> None:
    with serving(lambda call: as_json({"models": []}, ETag="1") if call.number == 1 else Reply(status=304)) as server:
        read(ask(server.url, catalogue=True), cache=cache)
        found = read(ask(server.url), cache=cache)
    assert (found.state, found.detail.partition(";")[0]) == ("malformed", "what is kept of the listing cannot be read any more")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version": 2}', b"\xff", b"[" * 100_000])
def test_a_damaged_file_is_as_good_as_none(damage: bytes, cache: Store, tmp_path: Path) -> None:
    with serving(lambda _: as_json(ONE)) as server:
        read(ask(server.url), cache=cache)
        (tmp_path / "cache" / "acme.json").write_bytes(damage)
        assert not read(ask(server.url), cache=cache).from_cache
        assert read(ask(server.url), cache=cache).from_cache


def test_a_reading_that_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serving(lambda _: as_json(ONE)) as server:
        found = read(ask(server.url), cache=Store(str(tmp_path / "file")))
    assert (found.state, ids(found)) == ("ok", ["large"])
    assert found.detail.startswith("read, but not kept for later: ")


def test_a_source_that_is_no_id_is_the_callers_mistake(cache: Store) -> None:
    with pytest.raises(ValueError, match="is no id of a source"):
        read(ask("http://acme.example", "../acme"), cache=cache)


def test_a_recording_can_be_replayed_by_others(tmp_path: Path, cache: Store) -> None:
    record = Store(str(tmp_path / "record"))
    with serving(lambda call: as_json({"error": KEY}, 401) if call.path == "/no" else _tagged(call)) as server:
        one = ask(f"{server.url}/models", "acme.eu", headers={"Authorization": f"Bearer {KEY}"})
        found = read(one, cache=cache, record=record)
        read(ask(f"{server.url}/no", "other"), record=record)
    text = (tmp_path / "record" / "acme.eu.json").read_text()
    assert json.loads(text) == {"version": 1, "source": "acme.eu", "url": one.listing.url, "method": "GET", "read_at": "2026-11-20T18:30:00Z", "pages": [ONE]}
    recordings = read_recordings(str(tmp_path / "record"))
    assert list(recordings) == ["acme.eu"]
    assert replay(one, recordings["acme.eu"]) == found


def test_what_was_not_asked_for_again_is_recorded_too(tmp_path: Path, cache: Store) -> None:
    with serving(_tagged) as server:
        read(ask(server.url), cache=cache)
        for number, now in enumerate((NOW, LATER)):
            record = Store(str(tmp_path / str(number)))
            read(ask(server.url), cache=cache, record=record, now=lambda now=now: now)  # type: ignore[misc]  # bound now
            assert (found := record.load("acme")) is not None
            assert (found.pages, found.etag, found.fingerprint) == ((ONE,), None, None)


def test_a_replayed_recording_of_another_shape_is_malformed_and_one_without_models_empty() -> None:
    from modelwright.discover.recording import Recording

    for pages, state in (([3], "malformed"), ([{"data": []}], "empty"), ([ONE, TWO], "ok")):
        one = Recording(source="acme", url="", method="GET", read_at="2026-11-20T18:30:00Z", pages=tuple(pages))
        assert replay(ask(""), one).state == state


def test_the_standard_limits_are_those_of_the_manual() -> None:
    assert (Limits().fresh_seconds, Limits().max_bytes, Limits().attempts) == (21_600, 32_000_000, 3)
