"""Recordings: private files, whole or not at all, read back as they were, and never believed when damaged."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from modelwright.discover.recording import Recording, Store, as_seconds, as_time, fingerprint, read_recordings

if TYPE_CHECKING:
    from pathlib import Path

HELD = {"version": 1, "source": "acme", "url": "https://acme.example/models", "method": "GET", "read_at": "2026-11-20T18:30:00Z", "pages": [{"data": []}]}
ONE = Recording(
    source="acme",
    url="https://acme.example/models",
    method="GET",
    read_at="2026-11-20T18:30:00Z",
    pages=({"data": [1, 0.1, "\ud800", None]}, []),
    etag='"1"',
    salt="ab",
    fingerprint="cd",
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "a" / "b"))
    assert store.load("acme") is None
    store.save("acme", ONE)
    store.save("acme", replace(ONE, etag=None))
    assert store.load("acme") == replace(ONE, etag=None)
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["acme.json"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    Store(str(tmp_path / "new")).save("acme", ONE)
    assert stat.S_IMODE(os.stat(tmp_path / "new").st_mode) == 0o700
    assert stat.S_IMODE(os.stat(tmp_path / "new" / "acme.json").st_mode) == 0o600


@pytest.mark.parametrize("source", ["", "..", "../acme", "a/b", "Acme", ".acme", "acme\n", "a" * 129])
def test_a_source_is_never_a_path(source: str, tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with pytest.raises(ValueError, match="is no id of a source"):
        store.load(source)
    with pytest.raises(ValueError, match="is no id of a source"):
        store.save(source, ONE)


def test_a_recording_shows_neither_its_pages_nor_its_fingerprint() -> None:
    assert "ab" not in repr(ONE)
    assert "data" not in repr(ONE)


def test_a_file_of_another_source_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps(HELD))
    assert Store(str(tmp_path)).load("other") is None


def test_fingerprints_tell_credentials_apart_and_nothing_else() -> None:
    headers = {"Authorization": "Bearer one", "X-Other": "1"}
    same = fingerprint(dict(reversed({name.lower(): value for name, value in headers.items()}.items())), {}, "salt")
    assert fingerprint(headers, {}, "salt") == same
    others = [
        fingerprint(headers | {"Authorization": "Bearer two"}, {}, "salt"),
        fingerprint(headers, {"a": "b"}, "salt"),
        fingerprint(headers, {}, "pepper"),
        fingerprint({}, {}, "salt"),
    ]
    assert len({same, *others}) == 5
    assert len(same) == 16
    assert fingerprint({}, {}, "\ud800" * 200)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 2}, "not an object of version 1"),
        ({"source": 3}, "`source` is missing or wrong"),
        ({"source": "../x"}, "`source` is no id of a source"),
        ({"url": None}, "`url` is missing or wrong"),
        ({"etag": 1}, "`etag` is missing or wrong"),
        ({"pages": []}, "`pages` is missing or wrong"),
        ({"pages": {}}, "`pages` is missing or wrong"),
        ({"read_at": "yesterday"}, "`read_at` is not a time like 2026-11-20T18:00:00Z"),
        ({"pages": [json.loads("[" * 66 + "]" * 66)]}, "nested deeper than 66 levels"),
    ],
)
def test_what_is_no_recording_is_named_with_the_cure(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text(json.dumps(HELD | change))
    with pytest.raises(ValueError, match="is no recording") as raised:
        read_recordings(str(tmp_path))
    assert str(raised.value) == f"{file} is no recording: {why}; make one with `providers refresh --record`"
    assert Store(str(tmp_path)).load("acme") is None


def test_recordings_are_read_from_a_folder_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "z.json").write_text(json.dumps(HELD))
    (tmp_path / "b.json").write_text(json.dumps(HELD | {"source": "zeta"}))
    (tmp_path / "readme.txt").write_text("not one")
    assert list(read_recordings(str(tmp_path))) == ["acme", "zeta"]
    assert list(read_recordings(str(tmp_path / "b.json"))) == ["zeta"]
    (tmp_path / "c.json").write_text(json.dumps(HELD))
    with pytest.raises(ValueError, match=r"z\.json is a second recording of `acme`; keep one of the two"):
        read_recordings(str(tmp_path))


def test_where_no_recording_is_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no recording; make one"):
        read_recordings(str(tmp_path))
    with pytest.raises(ValueError, match="nowhere: No such file or directory; make one"):
        read_recordings(str(tmp_path / "nowhere"))
    (tmp_path / "acme.json").mkdir()
    with pytest.raises(ValueError, match=r"acme\.json: Is a directory; make one"):
        read_recordings(str(tmp_path))


def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(ValueError, match="Permission denied; make one"):
        read_recordings(str(tmp_path))


def test_a_file_beyond_all_bounds_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.discover.recording._LARGEST_BYTES", 50)
    (tmp_path / "acme.json").write_text(json.dumps(HELD))
    with pytest.raises(ValueError, match="larger than 50 bytes"):
        read_recordings(str(tmp_path))


@given(st.integers(0, 4 * 10**9))
def test_times_are_read_back_as_they_were(seconds: int) -> None:
    assert as_seconds(as_time(seconds)) == seconds


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(HELD)), inner)).map(
        lambda value: json.dumps(value).encode()
    )
)
def test_no_file_raises_anything_but_what_is_promised(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "acme.json").write_bytes(content)
    assert Store(str(folder)).load("acme") is None
    with pytest.raises(ValueError, match="is no recording: "):
        read_recordings(str(folder))
