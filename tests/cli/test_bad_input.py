"""
What bad input gets.

"For every data file: empty, truncated, not UTF-8, 50 MB, deeply nested, anchors that explode, wrong types, unknown keys,
duplicate keys, control characters, a directory or a broken link in its place, unreadable: a finding with place and cure,
exit 1; never a traceback, never a hang, never a partial artifact. The last good artifact survives every failed compile."
"""

from __future__ import annotations

import builtins
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

from checkout import environment, run as start
from damage import KINDS, lay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Run

    Damage = Callable[[Path], object]

LAST_GOOD = b"what the last good compile wrote\n"


def text(new: bytes) -> Damage:
    return lambda file: file.write_bytes(new)


def added(more: bytes) -> Damage:
    return lambda file: file.write_bytes(file.read_bytes() + more)


def first_line(yaml: bytes, json: bytes) -> Damage:
    """Return what puts a line before the first key: *yaml* or *json*, by the kind of file."""

    def damage(file: Path) -> None:
        old = file.read_bytes()
        file.write_bytes(old.replace(b"{", b"{" + json, 1) if file.suffix == ".json" else yaml + old)

    return damage


def cut(file: Path) -> None:
    old = file.read_bytes()
    file.write_bytes(old[: old.rindex(b"}") if b"}" in old else len(old) // 2])


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def link(target: str) -> Damage:
    def damage(file: Path) -> None:
        file.unlink()
        file.symlink_to(target)

    return damage


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def large(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(50_000_000)


DAMAGES: dict[str, Damage] = {
    "empty": text(b""),
    "only spaces": text(b" \n\t\n"),
    "only a comment": text(b"# nothing\n"),
    "truncated": cut,
    "not UTF-8": added(b"\n# caf\xe9\n"),
    "UTF-16": lambda file: file.write_bytes(file.read_text().encode("utf-16")),
    "50 MB": large,
    "nested a thousand deep": text(b"[" * 1_000 + b"]" * 1_000),
    "nested a hundred thousand deep": text(b'{"a":' * 100_000),
    "nested a hundred thousand deep in a block": text(b"- " * 100_000 + b"a\n"),
    "nested a thousand deep over lines": text(b"".join(b" " * level + b"a:\n" for level in range(1_000))),
    "anchors that explode": text(b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (name, name, name - 1, name - 1) for name in range(ord("b"), ord("z")))),
    "a list": text(b'["a"]\n'),
    "text": text(b'"text"\n'),
    "a number": text(b"7\n"),
    "an endless number": text(b"9" * 1_000_000),
    "nothing": text(b"null\n"),
    "an unknown key": first_line(b"unknown: 1\n", b'"unknown": 1, '),
    "a duplicate key": first_line(b"note: a\nnote: b\n", b'"note": 1, "note": 2, '),
    "a key that is not text": first_line(b"7: a\n", b"7: 1, "),
    "a control character": first_line(b'note: "\x1b[2J"\n', b'"note": "\x1b[2J", '),
    "an escaped control character": first_line(b'unknown: "\\e[2J"\n', b'"unknown": "\\u001b[2J", '),
    "a null character": added(b"\n\x00"),
    "half a character": first_line(b'note: "\\ud83c"\n', b'"note": "\\ud83c", '),
    "two documents": added(b"\n---\n{}\n"),
    "a folder": folder,
    "a broken link": link("nowhere"),
    "a link to itself": lambda file: link(file.name)(file),
    "a pipe": pipe,
}


def place(kind: str) -> list[str]:
    return ["--config", KINDS[kind].file] if kind == "overlay in YAML" else []


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a sound tree, a home beside it, and what the last good compile wrote; go there."""
    lay(tmp_path)
    (tmp_path / "home" / "registry.artifact").write_bytes(LAST_GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(root: Path) -> dict[str, bytes | None]:
    return {str(file.relative_to(root)): file.read_bytes() if file.is_file() and file.stat().st_size < 10_000_000 else None for file in root.rglob("*") if not file.is_dir()}


def check(root: Path, kind: str, run: Run) -> None:
    """Check that the damaged file of *kind* is reported with place and cure, and that nothing is written or left behind."""
    is_ours = kind != "sightings"  # what a listing says is nobody's to mend here: a warning, and no compile fails for it
    before = everything(root)
    lint = run("lint", "--format", "json", "--no-cache", *place(kind), code=1 if is_ours else 0)
    found = [finding for finding in lint.json["findings"] if finding["path"] == KINDS[kind].file]
    assert found
    for finding in lint.json["findings"]:
        assert finding["code"] != "PV901", finding
        assert min(finding["line"], finding["column"]) >= 1
        assert finding["help"]
        assert finding["message"]
    assert any(finding["severity"] == ("error" if is_ours else "warning") for finding in found)
    compiled = run("compile", *place(kind), code=1 if is_ours else 0)
    for printed in (lint.out, lint.err, compiled.out, compiled.err):
        assert "Traceback" not in printed
        assert not {*printed} & {"\x1b", "\x07", "\x00"}
    after = everything(root)
    artifact = after.pop("home/registry.artifact")
    assert (artifact == LAST_GOOD) == is_ours
    assert after == {name: content for name, content in before.items() if name != "home/registry.artifact"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_to_every_kind_of_file_is_a_finding_and_touches_nothing(root: Path, run: Run, kind: str, damage: str) -> None:
    DAMAGES[damage](root / KINDS[kind].file)
    check(root, kind, run)


def test_what_is_wrong_in_the_lists_of_users_is_a_finding_and_nothing_else(root: Path, run: Run) -> None:
    said = {
        "budgets": [5, {"metric": "calls", "value": "5", "period": "daily"}, {"metric": "calls", "value": 5, "period": "daily"}],
        "allowed_models": [5, "acme/acme-large"],
        "agents": {"cook": {"fallbacks": [5]}},
        "policy": {"routing_policies": [5, "cheapest"], "intents": {"coding": [5]}},
        "accounts": {"work": {"provider": "acme", "models": [5], "credentials": [5], "profiles": {"first": {"credentials": [5]}}}},
    }
    (root / KINDS["overlay in JSON"].file).write_text(json.dumps(said))
    check(root, "overlay in JSON", run)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_nobody_may_read_is_a_finding(root: Path, run: Run, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = builtins.open

    def guarded(file: Any, *arguments: Any, **options: Any) -> Any:
        if str(file).endswith(KINDS[kind].file) and "w" not in "".join(map(str, arguments)):
            raise PermissionError(13, "Permission denied")
        return opened(file, *arguments, **options)

    monkeypatch.setattr(builtins, "open", guarded)
    check(root, kind, run)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_tree_has_no_findings_and_is_written(root: Path, run: Run, kind: str) -> None:
    assert run("lint", "--format", "json", "--no-cache", *place(kind)).json["findings"] == []
    run("compile", *place(kind))
    assert (root / "home" / "registry.artifact").read_bytes() != LAST_GOOD
    run("compile", "--check", *place(kind))


def test_a_registry_that_is_not_there_is_a_finding(root: Path, run: Run) -> None:
    shutil.rmtree(root / "registry")
    for named in ("registry", "home/models.json"):
        found = run("lint", "--registry", named, "--format", "json", code=1).json["findings"]
        assert ("PV001", named) in [(finding["code"], finding["path"]) for finding in found]
        run("compile", "--registry", named, code=1)
    assert (root / "home" / "registry.artifact").read_bytes() == LAST_GOOD


def test_a_file_that_went_bad_since_the_last_lint_is_looked_at_again(root: Path, run: Run) -> None:
    run("lint")
    file = root / KINDS["models"].file
    for damage in ("a pipe", "50 MB", "empty"):
        if not file.is_file():
            file.unlink()
            lay(root)
        DAMAGES[damage](file)
        run("lint", code=1)
        run("lint", code=1)


@pytest.mark.parametrize("command", ["lint", "compile"])
def test_a_process_outlives_the_worst_of_it(root: Path, command: str) -> None:
    """In a process of its own: what crashed or hung a parser would take the tests with it."""
    for name, damage in DAMAGES.items():
        for folder_, sample in (("models", "acme"), ("providers", "acme"), ("vocabulary", "modalities")):
            copied = root / "registry" / folder_ / f"{name.replace(' ', '-')}.yaml"
            shutil.copyfile(root / "registry" / folder_ / f"{sample}.yaml", copied)
            damage(copied)
    done = start("timeout", "60", sys.executable, "-m", "modelwright", command, cwd=root, env=environment(root / "home"), code=1)
    assert "Traceback" not in done.stderr + done.stdout
    reported = done.stdout + done.stderr
    assert [name for name in DAMAGES if f"models/{name.replace(' ', '-')}.yaml:" not in reported] == []
    assert (root / "home" / "registry.artifact").read_bytes() == LAST_GOOD
