"""A registry is its folders; whatever stands in the place of one of its files is reported there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from compile_golden import FIXTURES
from modelwright.resources import registry_dir
from modelwright.source import layout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "_base" / "registry", tmp_path / "registry"))


def findings(root: Path) -> list[tuple[str, str]]:
    documents = layout.read_registry(str(root))
    for document in documents:
        assert bool(document.problems) == (document.data is None)
        assert all(problem.help and str(document.span_of_problem(problem)).endswith(":1:1") for problem in document.problems)
    return [(document.path, problem.message) for document in documents for problem in document.problems]


def test_files_come_sorted_with_their_kind_whatever_order_the_disk_lists_them_in(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = layout.files(registry_dir())
    listed = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: sorted(listed(folder), reverse=True))
    assert layout.files(registry_dir()) == expected
    assert [path for _, path, _ in expected] == sorted(path for _, path, _ in expected)
    assert {(path.split("/")[1], kind) for _, path, kind in expected} == {("models", "models"), ("providers", "provider"), ("vocabulary", "vocabulary")}


def test_a_sound_registry_has_nothing_to_report(root: Path) -> None:
    assert findings(root) == []
    (root / "models" / ".hidden.yaml.swp").write_text("not YAML: [")
    assert findings(root) == []


def test_without_a_registry_the_finding_says_what_to_name(tmp_path: Path) -> None:
    assert findings(tmp_path / "nowhere") == [("registry", "there is no registry here")]
    assert findings(tmp_path) == [("registry", "there is no registry here")]


def test_strays_are_reported_and_the_rest_is_read(root: Path) -> None:
    (root / "models" / "notes.txt").write_text("x")
    (root / "providers" / "acme.yml").write_text("x")
    (root / "providers" / "folder").mkdir()
    assert findings(root) == [
        (path, "only files that end in .yaml belong here") for path in ("registry/models/notes.txt", "registry/providers/acme.yml", "registry/providers/folder")
    ]


@pytest.mark.parametrize("place", ["file", "broken link"])
def test_what_stands_in_the_place_of_a_folder_is_reported(root: Path, place: str) -> None:
    shutil.rmtree(root / "models")
    if place == "file":
        (root / "models").write_text("x")
    else:
        (root / "models").symlink_to("nowhere")
    assert findings(root) == [("registry/models", "this is not a folder that can be read")]


def test_a_folder_nobody_may_read_is_reported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.listdir

    def refuse(folder: str) -> list[str]:
        if folder.endswith("models"):
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "listdir", refuse)
    assert findings(root) == [("registry/models", "this is not a folder that can be read")]


@pytest.mark.parametrize(("name", "shown"), [(b"a\xff.yaml", "a\\udcff.yaml"), (b"a\x1b[2J.yaml", "a\\x1b[2J.yaml")])
def test_a_name_that_is_not_text_is_reported_without_being_printed(root: Path, name: bytes, shown: str) -> None:
    try:
        (root / "models" / os.fsdecode(name)).write_text("x: 1\n")
    except OSError:
        pytest.skip("this file system has no such names")
    assert findings(root) == [(f"registry/models/{shown}", "the file's name holds what is not text")]
    assert all(document.shown.isprintable() for document in layout.read_registry(str(root)))


def test_paths_are_shown_from_the_working_directory_where_they_lie_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert layout.shown("a/../b.yaml") == "b.yaml"
    assert layout.shown(str(tmp_path / "c" / "d.yaml")) == "c/d.yaml"
    assert layout.shown("/etc/x.yaml") == "/etc/x.yaml"
