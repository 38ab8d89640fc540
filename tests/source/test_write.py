"""A file is written whole or not at all, and what is rendered reads back as it was."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.resources import registry_dir
from modelwright.source import layout
from modelwright.source.document import Document
from modelwright.source.write import write_atomically
from modelwright.source.write_yaml import flow, render_document, render_item, scalar

if TYPE_CHECKING:
    from pathlib import Path


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_file_is_readable_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "x"
    write_atomically(str(file), b"one")
    assert (file.read_bytes(), mode(file)) == (b"one", 0o644)
    file.chmod(0o600)
    write_atomically(str(file), b"two")
    assert (file.read_bytes(), mode(file)) == (b"two", 0o600)
    write_atomically(str(file), b"three", mode=0o640)
    assert mode(file) == 0o640


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"one")
    (tmp_path / "link").symlink_to("real")
    write_atomically(str(tmp_path / "link"), b"two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"two"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_atomically(str(pipe), b"one")
    reader.join(timeout=10)
    assert read == [b"one"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("step", ["os.replace", "os.fsync", "os.chmod"])
def test_when_writing_fails_the_old_file_stays_and_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    file = tmp_path / "x"
    write_atomically(str(file), b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(str(file), b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("x", b"old")]


def test_a_folder_in_the_way_or_none_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(str(tmp_path / "folder"), b"x")
    with pytest.raises(OSError, match="No such file") as found:
        write_atomically(str(tmp_path / "missing" / "x"), b"x")
    assert found.value.filename == str(tmp_path / "missing" / "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


SCALARS = [
    *((text, text) for text in ("Acme Large", "acme/acme-large", "2026-01-31", "2026-01", "$unset", "_a", "a (b) + c@d")),
    *(
        (text, f'"{text}"')
        for text in ("", "yes", "No", "null", "TRUE", "y", "1", "1e3", "_1", "_1_0", "-", "a ", " a", "a: b", "a #b", "#", "2026-01-31 ", "2026", "~", "[a]", "a, b", "é")
    ),
    *((("a\n", '"a\\n"'), ("2026-01-31\n", '"2026-01-31\\n"'), ('"', '"\\""'), ("\x85\x7f\u2028", '"\\u0085\\u007f\\u2028"'))),
    *((None, "null"), (True, "true"), (False, "false"), (3, "3"), (3.0, "3"), (0.3, "0.3"), (1e-7, "1e-07"), (10**30, "1" + "0" * 30)),
]


@pytest.mark.parametrize(("value", "text"), SCALARS, ids=ascii)
def test_a_scalar_is_quoted_only_where_it_must_be(value: Any, text: str) -> None:
    assert scalar(value) == text
    key = text if isinstance(value, str) else "key"
    for fast in (True, False):
        read = Document("x.yaml", "x", "models", f"a: {text}\nb: [{text}, {{{key}: {text}}}]\n".encode())
        read.load(fast=fast)
        assert (read.data, read.problems) == ({"a": value, "b": [value, {value if isinstance(value, str) else "key": value}]}, [])


def test_every_registry_file_reads_the_same_when_rendered_anew() -> None:
    for document in layout.read_registry(registry_dir()):
        text = render_document(document.data, schema=document.kind)
        again = Document("x.yaml", "x", document.kind, text.encode())
        again.load(fast=False)
        assert (again.data, again.problems) == (document.data, []), document.path
        assert text.startswith(f"# yaml-language-server: $schema=../../schemas/{document.kind}.schema.json\n")


def test_an_entry_is_spread_over_lines_where_people_read_it() -> None:
    item = {"id": "acme-large", "limits": {"context_tokens": 200000}, "prices": [{"input_usd_per_mtok": 3.0}], "input": ["text"]}
    assert render_item(item) == ("  - id: acme-large\n    limits: {context_tokens: 200000}\n    prices:\n      - {input_usd_per_mtok: 3}\n    input: [text]\n")
    assert flow(item) == "{id: acme-large, limits: {context_tokens: 200000}, prices: [{input_usd_per_mtok: 3}], input: [text]}"
    long = {"id": "a", "sources": {"default": {"from": "x" * 100, "read_on": "2026-01-31", "note": "y" * 100}}}
    assert max(map(len, render_item(long).splitlines())) < 150
