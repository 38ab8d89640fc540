"""Several files are written all or none, and what an interrupted writer left is finished or rolled back."""

from __future__ import annotations

import builtins
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import filelock
import pytest

from modelwright.source import journal
from modelwright.source.journal import BusyError, PendingError, StaleError, is_pending, recover, write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OLD: dict[str, bytes | None] = {"models/acme.yaml": b"old", "gone.yaml": b"goes", "upstream/x/new.json": None}
NEW: dict[str, bytes | None] = {"models/acme.yaml": b"new", "gone.yaml": None, "upstream/x/new.json": b"comes"}
OPERATIONS = ((os, "replace"), (os, "rename"), (os, "open"), (builtins, "open"), (os, "fsync"), (os, "unlink"), (os, "mkdir"), (os, "rmdir"), (os, "chmod"), (os, "link"))


def laid_out(root: Path, files: Mapping[str, bytes | None] = OLD) -> Path:
    for path, content in files.items():
        if content is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    return root


def state(root: Path, files: Mapping[str, bytes | None] = OLD) -> dict[str, bytes | None]:
    return {path: (root / path).read_bytes() if (root / path).exists() else None for path in files}


def left(root: Path) -> set[str]:
    return set(os.listdir(root / ".apply")) - {"lock", ".gitignore"} if (root / ".apply").exists() else set()


def on_operation(patch: pytest.MonkeyPatch, happen: Callable[[int], None]) -> None:
    """Have *happen* called with its number before every operation on files."""
    count = 0

    def wrapped(real: Any) -> Any:
        def operation(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            happen(count)
            return real(*arguments, **named)

        return operation

    for home, name in OPERATIONS:
        patch.setattr(home, name, wrapped(getattr(home, name)))


def killed(work: Callable[[], object], number: int) -> bool:
    """Do *work* in a process of its own that is killed before its operation *number*; tell whether it was."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if not child:
        try:
            on_operation(pytest.MonkeyPatch(), lambda count: os.kill(os.getpid(), signal.SIGKILL) if count == number else None)
            work()
            os.kill(os.getpid(), signal.SIGTERM)  # ends without whatever the test runner does at an exit
        finally:
            os.kill(os.getpid(), signal.SIGABRT)
    end = os.waitpid(child, 0)[1]
    assert os.WTERMSIG(end) in (signal.SIGKILL, signal.SIGTERM)
    return os.WTERMSIG(end) == signal.SIGKILL


def check_recovery(root: Path, old: Mapping[str, bytes | None], new: Mapping[str, bytes | None]) -> str:
    """Check that recovering gives all old or all new files and says which; return what was found."""
    before, pending = state(root, old), is_pending(root.as_posix())
    assert pending or before in (old, new)
    said = recover(str(root))
    after = state(root, old)
    assert said is not None or not pending
    if said is None:
        assert after == before
    else:
        assert after == (old if "rolled back" in said else new), said
    assert left(root) == set()
    assert recover(str(root)) is None
    return "pending" if pending else "old" if after == old else "new"


def kill_matrix(tmp_path: Path, old: Mapping[str, bytes | None], new: Mapping[str, bytes | None]) -> None:
    found, number = [], 1
    while True:
        root = laid_out(tmp_path / str(number), old)
        was_killed = killed(lambda root=root: write_all(str(root), new), number)  # type: ignore[misc]
        if not was_killed:
            break
        found.append(check_recovery(root, old, new))
        write_all(str(root), new)
        assert state(root, old) == new
        number += 1
    assert state(root, old) == new
    assert left(root) == set()
    assert sorted(set(found)) == ["new", "old", "pending"]
    assert found == sorted(found, key=["old", "pending", "new"].index)


def test_a_writer_killed_at_any_moment_leaves_all_old_or_after_recovery_all_old_or_all_new(tmp_path: Path) -> None:
    kill_matrix(tmp_path, OLD, NEW)


@pytest.mark.slow
def test_a_writer_of_many_files_killed_at_any_moment_leaves_all_old_or_all_new(tmp_path: Path) -> None:
    old = {f"models/{number}.yaml": b"old" * number or None for number in range(24)}
    new = {path: None if number % 5 == 4 else b"new" * (number + 1) for number, path in enumerate(old)}
    kill_matrix(tmp_path, old, new)


def interrupted(root: Path) -> Path:
    """Return *root* with the change to NEW interrupted when its first file was in place."""
    laid_out(root)

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            write_all(str(root), NEW)
    assert is_pending(str(root))
    assert state(root) == OLD | {"models/acme.yaml": b"new"}
    return root


@pytest.mark.parametrize("by_writing", [False, True])
def test_a_recovery_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path, by_writing: bool) -> None:
    number = 1
    while True:
        root = interrupted(tmp_path / str(number))
        if not killed(lambda root=root: recover(str(root)), number):  # type: ignore[misc]
            break
        if by_writing:
            write_all(str(root), {})
        else:
            recover(str(root))
        assert state(root) == NEW
        assert left(root) == set()
        number += 1
    assert number > 5
    assert state(root) == NEW


def failing(numbers: range, counted: list[int]) -> Callable[[int], None]:
    def happen(count: int) -> None:
        counted.append(count)
        if count in numbers:
            raise OSError(28, "No space left on device")

    return happen


def test_a_writer_that_fails_once_at_any_moment_changes_nothing_or_is_done(tmp_path: Path) -> None:
    number, outcomes = 0, []
    while True:
        number += 1
        root = laid_out(tmp_path / str(number))
        with pytest.MonkeyPatch.context() as patch:
            counted: list[int] = []
            on_operation(patch, failing(range(number, number + 1), counted))
            try:
                write_all(str(root), NEW)
                outcome = "done"
            except OSError:
                outcome = "failed"
        assert state(root) == (NEW if outcome == "done" else OLD), number
        assert not is_pending(str(root))
        said = recover(str(root))
        assert (said is None) or "finished" in said
        assert left(root) == set()
        outcomes.append(outcome)
        if len(counted) < number:
            break
    assert outcomes.count("failed") > 20


def test_a_writer_that_fails_for_good_from_any_moment_on_can_be_recovered(tmp_path: Path) -> None:
    pending = 0
    for number in range(1, 80):
        root = laid_out(tmp_path / str(number))
        with pytest.MonkeyPatch.context() as patch:
            on_operation(patch, failing(range(number, 10_000), []))
            try:
                write_all(str(root), NEW)
            except OSError:
                pass
            else:
                assert state(root) == NEW
        pending += is_pending(str(root))
        check_recovery(root, OLD, NEW)
    assert pending


def test_a_writer_that_fails_while_going_back_is_taken_back_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = laid_out(tmp_path)
    real, calls = os.replace, []

    def replace(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) in (3, 5):  # the second file, and the first one on the way back
            raise OSError(28, "No space left on device")
        real(source, target)

    new = {"models/acme.yaml": b"new", "upstream/x/new.json": b"comes"}
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(OSError, match="No space left"):
            write_all(str(root), new)
    assert is_pending(str(root))
    assert (root / "models/acme.yaml").read_bytes() == b"new"
    assert recover(str(root)) == "a change of 2 files was interrupted; it is rolled back now"
    assert state(root) == OLD


def test_where_a_file_can_have_no_second_name_what_it_holds_is_copied_and_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, real = laid_out(tmp_path), os.unlink

    def fail(*_: Any) -> None:
        raise OSError(1, "not on this disk")

    def fail_once(place: str) -> None:
        monkeypatch.setattr(os, "unlink", real)
        fail(place)

    monkeypatch.setattr(os, "link", fail)
    monkeypatch.setattr(os, "unlink", fail_once)  # of `gone.yaml`, when `models/acme.yaml` is new already
    with pytest.raises(OSError, match="not on this disk"):
        write_all(str(root), NEW)
    assert (state(root), left(root)) == (OLD, set())
    write_all(str(root), NEW)
    assert (state(root), left(root)) == (NEW, set())


def test_a_file_that_somebody_edited_since_is_not_overwritten(tmp_path: Path) -> None:
    root = interrupted(tmp_path)
    (root / "gone.yaml").write_bytes(b"edited")
    before = state(root)
    attempts: list[Callable[[], object]] = [lambda: recover(str(root)), lambda: write_all(str(root), {"other": b"x"})]
    for attempt in attempts:
        with pytest.raises(PendingError, match=r"`gone.yaml` was changed after .* undo what was done to it, or delete `.*\.apply`"):
            attempt()
    assert state(root) == before
    assert is_pending(str(root))
    (root / "gone.yaml").write_bytes(b"goes")
    assert recover(str(root)) == "a change of 3 files was interrupted; it is finished now"
    assert state(root) == NEW


def test_what_was_staged_and_then_damaged_is_not_put_in_place(tmp_path: Path) -> None:
    root = interrupted(tmp_path)
    for staged in (root / ".apply" / "stage").iterdir():
        staged.write_bytes(b"damaged")
    before = state(root)
    with pytest.raises(PendingError):
        recover(str(root))
    assert state(root) == before


DAMAGE = [
    *("", "[", "[]", "{}", "[" * 100_000, '{"back": false, "entries": 1}', '{"back": 0, "entries": []}'),
    *(
        json.dumps({"back": False, "entries": [{"path": "a", "is_link_meant": False, "from": None, "to": "00", "staged": "0"} | odd]})
        for odd in ({"path": "../a"}, {"path": "/etc/a"}, {"path": 1}, {"staged": "../../a"}, {"from": 5}, {"path": ".apply/lock"})
    ),
]


@pytest.mark.parametrize("text", DAMAGE, ids=range(len(DAMAGE)))
def test_a_journal_that_nobody_wrote_here_is_not_followed(tmp_path: Path, text: str) -> None:
    (tmp_path / ".apply").mkdir()
    (tmp_path / ".apply" / "journal.json").write_text(text)
    with pytest.raises(PendingError, match="is damaged; compare the files with your history, then delete"):
        recover(str(tmp_path))
    assert is_pending(str(tmp_path))
    assert os.listdir(tmp_path) == [".apply"]


def test_a_journal_beyond_all_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_LARGEST_JOURNAL", 5)
    with pytest.raises(PendingError, match="is damaged"):
        recover(str(interrupted(tmp_path)))


def test_a_link_in_place_of_the_folder_or_the_stage_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (outside / "kept").write_bytes(b"kept")
    root.mkdir()
    (root / ".apply").symlink_to(outside)
    with pytest.raises(PendingError, match="is a link; delete it"):
        write_all(str(root), {"a": b"1"})
    (root / ".apply").unlink()
    (root / ".apply").mkdir()
    (root / ".apply" / "stage").symlink_to(outside)
    write_all(str(root), {"a": b"1"})
    assert os.listdir(outside) == ["kept"]
    assert (root / "a").read_bytes() == b"1"


def test_what_is_pending_is_told_by_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_pending(str(tmp_path / "missing"))
    assert recover(str(tmp_path / "missing")) is None
    looks: list[str] = []

    def look(path: str) -> bool:
        looks.append(path)
        return False

    monkeypatch.setattr(os.path, "lexists", look)
    assert not is_pending("x")
    assert looks == [os.path.join("x", ".apply", "journal.json")]


def test_the_module_imports_next_to_nothing() -> None:
    program = "import sys, modelwright.source; before = set(sys.modules); import modelwright.source.journal; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert [name for name in done.stdout.split() if not name.startswith("modelwright") and name != "__future__"] == []


def test_files_keep_their_modes_and_new_ones_are_readable(tmp_path: Path) -> None:
    laid_out(tmp_path)
    (tmp_path / "models/acme.yaml").chmod(0o600)
    write_all(str(tmp_path), NEW)
    assert state(tmp_path) == NEW
    assert stat.S_IMODE((tmp_path / "models/acme.yaml").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "upstream/x/new.json").stat().st_mode) == 0o644
    assert (tmp_path / ".apply" / ".gitignore").read_text() == "*\n"


def test_what_stays_as_it_is_is_not_written(tmp_path: Path) -> None:
    laid_out(tmp_path)
    before = (tmp_path / "gone.yaml").stat().st_ino
    write_all(str(tmp_path), {"gone.yaml": b"goes", "upstream/x/new.json": None})
    assert (tmp_path / "gone.yaml").stat().st_ino == before
    assert left(tmp_path) == set()


def test_links_stay_links_and_one_that_is_removed_leaves_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("later")
    write_all(str(tmp_path), {"link": b"new", "dangling": b"came"})
    assert [(tmp_path / name).is_symlink() for name in ("link", "dangling", "real", "later")] == [True, True, False, False]
    assert ((tmp_path / "real").read_bytes(), (tmp_path / "later").read_bytes()) == (b"new", b"came")
    write_all(str(tmp_path), {"link": None})
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../x", "a//b", "./a", "a\0b", "a\\b", "out/x", "outfile", ".apply/x", ".Apply/x", "again/x"])
def test_a_path_that_leaves_the_root_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    (root / "outfile").symlink_to(tmp_path / "file")
    (root / "again").symlink_to(".apply")
    calls: list[Callable[[], None]] = [lambda: write_all(str(root), {path: b"x"}), lambda: write_all(str(root), {}, expected={path: None})]
    for call in calls:
        with pytest.raises(ValueError, match=r"is no path below the root|leads out of the root"):
            call()
    assert sorted(os.listdir(root)) == ["again", "out", "outfile"]
    assert os.listdir(tmp_path) == ["root"]


def test_two_paths_to_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(ValueError, match="lead to one file"):
        write_all(str(tmp_path), {"link": b"1", "real": b"2"})


def test_a_file_that_is_not_as_expected_stops_everything(tmp_path: Path) -> None:
    laid_out(tmp_path)
    digest = hashlib.sha256(b"old").hexdigest()
    wrong: list[dict[str, str | None]] = [{"models/acme.yaml": "0" * 64}, {"models/acme.yaml": None}, {"upstream/x/new.json": digest}]
    for expected in wrong:
        with pytest.raises(StaleError, match="changed in the meantime") as caught:
            write_all(str(tmp_path), NEW, expected={"gone.yaml": hashlib.sha256(b"goes").hexdigest()} | expected)
        assert caught.value.path in expected
        assert state(tmp_path) == OLD
        assert left(tmp_path) == set()
    write_all(str(tmp_path), NEW, expected={"models/acme.yaml": digest, "upstream/x/new.json": None})
    assert state(tmp_path) == NEW


def obstacles(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | None]:
    match name:
        case "a folder":
            (root / "upstream/x/new.json").mkdir(parents=True)
        case "a pipe":
            (root / "upstream/x").mkdir(parents=True)
            os.mkfifo(root / "upstream/x/new.json")
        case "a file above":
            (root / "upstream").write_bytes(b"")
        case _:
            (root / "upstream").mkdir()
            monkeypatch.setattr(os, "access", lambda folder, _: not str(folder).endswith("upstream"))
    return NEW


@pytest.mark.parametrize("name", ["a folder", "a pipe", "a file above", "a folder that cannot be written to"])
def test_what_stands_in_the_way_is_an_error_before_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    laid_out(tmp_path)
    new = obstacles(tmp_path, name, monkeypatch)
    with pytest.raises(OSError, match=r"is not a file|is not a folder|cannot be written to|Not a directory"):
        write_all(str(tmp_path), new)
    assert state(tmp_path, {"models/acme.yaml": None, "gone.yaml": None}) == {"models/acme.yaml": b"old", "gone.yaml": b"goes"}
    assert left(tmp_path) == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_root_that_cannot_be_written_to_stays_as_it_is(tmp_path: Path) -> None:
    laid_out(tmp_path).chmod(0o500)
    with pytest.raises(PermissionError):
        write_all(str(tmp_path), NEW)
    assert state(tmp_path) == OLD


def test_who_waits_too_long_is_told_that_another_writes(tmp_path: Path) -> None:
    laid_out(tmp_path)
    (tmp_path / ".apply").mkdir()
    with filelock.FileLock(tmp_path / ".apply" / "lock"), pytest.raises(BusyError, match="is being written by another process"):
        write_all(str(tmp_path), NEW, wait_seconds=0.05)
    assert state(tmp_path) == OLD
    write_all(str(tmp_path), NEW)
    assert state(tmp_path) == NEW


WRITER = """
import sys
from modelwright.source.journal import write_all
root, mine = sys.argv[1:]
for _ in range(15):
    write_all(root, {f"models/{number}.yaml": mine.encode() * 1000 for number in range(5)})
"""


def test_of_two_writers_at_once_the_files_are_wholly_of_one(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), mine], stderr=subprocess.PIPE, text=True) for mine in "ab"]
    errors = [writer.communicate()[1] for writer in writers]
    assert all(not error or "BusyError" in error for error in errors), errors
    contents = {(tmp_path / f"models/{number}.yaml").read_bytes() for number in range(5)}
    assert contents in ({b"a" * 1000}, {b"b" * 1000})
    assert left(tmp_path) == set()
