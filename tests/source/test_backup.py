"""Before a user's file is changed a copy of it is kept, and the newest that is sound can be put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelwright.source import backup


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "models.json"
    path.write_text("one")
    path.chmod(0o600)
    return path


def names(file: Path) -> list[str]:
    return sorted(entry.name for entry in file.parent.iterdir())


def test_every_change_leaves_a_numbered_copy_with_the_mode_of_the_file(file: Path) -> None:
    first = backup.keep(str(file))
    file.write_text("two")
    second = backup.keep(str(file))
    assert [first, second] == [f"{file}.backup.1", f"{file}.backup.2"]
    assert [(file.parent / f"models.json.backup.{number}").read_text() for number in (1, 2)] == ["one", "two"]
    assert {os.stat(f"{file}.backup.{number}").st_mode & 0o777 for number in (1, 2)} == {0o600}


def test_no_copy_is_made_of_what_is_not_there_or_was_kept_before(file: Path) -> None:
    backup.keep(str(file))
    assert backup.keep(str(file)) is None
    assert backup.keep(f"{file}.not") is None
    assert names(file) == ["models.json", "models.json.backup.1"]


def test_a_copy_never_takes_the_place_of_another_even_where_numbers_are_missing(file: Path) -> None:
    (file.parent / "models.json.backup.9").write_text("nine")
    assert backup.keep(str(file)) == f"{file}.backup.10"
    assert (file.parent / "models.json.backup.9").read_text() == "nine"


def test_the_highest_number_is_the_newest_and_one_without_number_the_oldest(file: Path) -> None:
    for suffix in ("", ".1", ".2", ".10", ".0", ".x", ".٣"):
        (file.parent / f"models.json.backup{suffix}").write_text(suffix)
    (file.parent / "models.json.backup.11").symlink_to(file)
    (file.parent / "models.json.backup.12").mkdir()
    assert [copy.removeprefix(f"{file}.backup") for copy in backup.copies(str(file))] == [".10", ".2", ".1", ""]
    assert backup.newest(str(file), lambda copy: copy.endswith((".1", "backup"))) == f"{file}.backup.1"
    assert backup.newest(str(file.parent / "other.json")) is None
    assert backup.copies(str(file.parent / "nowhere" / "x")) == []


def test_restoring_takes_the_newest_sound_copy_and_keeps_what_was_there(file: Path) -> None:
    backup.keep(str(file))
    file.write_text("damaged once")
    backup.keep(str(file))
    file.write_text("damaged twice")
    assert backup.restore(str(file), lambda copy: "damaged" not in Path(copy).read_text()) == (f"{file}.backup.1", f"{file}.broken.1")
    assert file.read_text() == "one"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (file.parent / "models.json.broken.1").read_text() == "damaged twice"


def test_restoring_without_a_sound_copy_changes_nothing(file: Path) -> None:
    backup.keep(str(file))
    file.write_text("two")
    assert backup.restore(str(file), lambda _: False) is None
    assert names(file) == ["models.json", "models.json.backup.1"]
    assert file.read_text() == "two"


def test_a_file_that_is_gone_is_restored_too(file: Path) -> None:
    backup.keep(str(file))
    file.unlink()
    assert backup.restore(str(file), lambda _: True) == (f"{file}.backup.1", None)
    assert file.read_text() == "one"


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        backup.keep(str(file))
    assert names(file) == ["models.json"]
