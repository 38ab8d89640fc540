"""Files that are no artifact, or not one of this version, or whose lines were moved about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from modelwright import ArtifactError, Registry, load
from modelwright.runtime.artifact import Artifact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _written(lines: list[bytes], path: Path, **header: Any) -> str:
    """Write an artifact of *lines* whose header fits their size; return its path."""
    body = b"".join(lines)
    content = json.dumps({"artifact": 1, "body_bytes": len(body), "compiler": "0", "digest": "d", "records": len(lines), **header}, separators=(",", ":")).encode()
    path.write_bytes(b"%b\t%08x\n" % (content, crc32(content)) + body)
    return str(path)


@pytest.fixture
def lines(small_artifact: Path) -> list[bytes]:
    return small_artifact.read_bytes().splitlines(keepends=True)[1:]


def _reason(path: str) -> str:
    with pytest.raises(ArtifactError) as caught:
        load(path).verify()
    assert caught.value.path == path
    assert "providers compile" in caught.value.cure
    assert str(caught.value) == f"{path}: {caught.value.reason}; {caught.value.cure}"
    return caught.value.reason


def test_a_missing_file_is_an_artifact_error(tmp_path: Path) -> None:
    assert _reason(str(tmp_path / "none")) == "there is no compiled registry"


def test_a_dangling_link_is_an_artifact_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "none")
    assert _reason(str(tmp_path / "link")) == "there is no compiled registry"


def test_a_directory_is_an_artifact_error(tmp_path: Path) -> None:
    assert _reason(str(tmp_path)) == "is a directory"


def test_a_file_that_is_gone_between_looking_and_opening_is_an_artifact_error(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no such file"):
        Artifact(str(tmp_path / "none"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\0" * 100, b"hello", b"hello\n", b"\xff\xfe\n" * 3, b"{}\n", b'{"providers": []}', b'{"artifact":', b'{"artifact":1}\n', b"x" * 9000],
    ids=["empty", "newline", "zeros", "text", "line", "not-utf-8", "json", "catalogue", "cut", "unchecked", "long"],
)
def test_a_file_that_is_no_artifact_is_an_artifact_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert _reason(str(path))


def test_another_version_of_the_format_is_an_artifact_error_that_names_the_cure(lines: list[bytes], tmp_path: Path) -> None:
    path = _written(lines, tmp_path / "next", artifact=2)
    assert _reason(path) == "its format is version 2; this modelwright reads version 1"
    with pytest.raises(ArtifactError, match="upgrade modelwright, or run `providers compile` to make it anew"):
        load(path)


def test_an_artifact_without_records_answers_that_there_is_nothing(tmp_path: Path) -> None:
    registry = Registry(_written([], tmp_path / "empty"))
    assert registry.verify() == 0
    assert registry.providers() == []
    assert list(registry.refs()) == []
    with pytest.raises(LookupError, match="unknown model 'a/b'"):
        registry.resolve("a/b")


def test_an_untouched_artifact_is_whole(small_artifact: Path, lines: list[bytes], tmp_path: Path) -> None:
    assert Registry(str(small_artifact)).verify() == len(lines)
    assert Registry(_written(lines, tmp_path / "same")).verify() == len(lines)


@pytest.mark.parametrize("where", [0, 7, 20, -1])
@pytest.mark.parametrize("edit", [lambda lines, at: [*lines, lines[at]], lambda lines, at: lines[:at] + lines[at:][1:]], ids=["appended", "removed"])
def test_a_file_of_another_length_than_its_header_says_is_refused(
    edit: Callable[[list[bytes], int], list[bytes]], where: int, small_artifact: Path, lines: list[bytes], tmp_path: Path
) -> None:
    header = small_artifact.read_bytes().splitlines(keepends=True)[0]
    path = tmp_path / "edited"
    path.write_bytes(header + b"".join(edit(lines, where)))
    with pytest.raises(ArtifactError, match=r"the file has \d+ bytes where its header says \d+"):
        Registry(str(path))


@pytest.mark.parametrize("where", [0, 7, 20, -2])
def test_verify_notices_lines_that_were_swapped_repeated_or_left_out(where: int, lines: list[bytes], tmp_path: Path) -> None:
    at = where % len(lines)
    swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    repeated = [*lines[: at + 1], *lines[at:]]
    fewer = [*lines[:at], *lines[at + 1 :]]
    assert "is out of order" in _reason(_written(swapped, tmp_path / "swapped"))
    assert "is out of order" in _reason(_written(repeated, tmp_path / "repeated"))
    assert _reason(_written(fewer, tmp_path / "fewer", records=len(lines))) == f"there are {len(lines) - 1} records where the header says {len(lines)}"
    added = sorted([*lines, b"zzz\tnull\t%08x\n" % crc32(b"zzz\tnull")])
    assert _reason(_written(added, tmp_path / "added", records=len(lines))) == f"there are {len(lines) + 1} records where the header says {len(lines)}"


def test_a_record_of_any_length_is_found(lines: list[bytes], tmp_path: Path) -> None:
    """Lines are read in pieces of some thousand bytes; a longer one takes several."""
    long = [b'model:acme/m%d\t{"id":"m%d","name":"%b","provider":"acme"}' % (length, length, b"n" * length) for length in (1, 4_000, 4_096, 9_000, 40_000, 400_000)]
    registry = Registry(_written(sorted([*lines, *(b"%b\t%08x\n" % (line, crc32(line)) for line in long)]), tmp_path / "long"))
    assert registry.verify() == len(lines) + len(long)
    assert [len(registry.resolve(f"acme/m{length}").name) for length in (1, 4_000, 4_096, 9_000, 40_000, 400_000)] == [1, 4_000, 4_096, 9_000, 40_000, 400_000]
    assert registry.resolve("acme/large-1").id == "large-1"


def test_opening_and_asking_read_a_bounded_part_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cost does not grow with the registry: a hundred times the records take a few steps more."""
    from modelwright.runtime import artifact

    read: list[int] = []
    original = artifact._pread

    def counted(file: int, length: int, position: int) -> bytes:
        read.append(length)
        return original(file, length, position)

    monkeypatch.setattr(artifact, "_pread", counted)
    steps = []
    for count in (300, 30_000):
        records = (b'model:p/m%05d\t{"id":"m%05d","provider":"p"}' % (number, number) for number in range(count))
        path = _written([b"%b\t%08x\n" % (record, crc32(record)) for record in records], tmp_path / str(count))
        read.clear()
        registry = Registry(path)
        for number in range(0, count, count // 10):
            assert registry.resolve(f"p/m{number:05d}").id == f"m{number:05d}"
        steps.append(len(read) / 10)
    assert steps[1] < steps[0] + 8
    assert max(read) <= 8192
