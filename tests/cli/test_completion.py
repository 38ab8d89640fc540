"""Shells complete commands, options, providers and refs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from modelwright.cli.root import COMMANDS, group

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run


def _completed(*words: str) -> list[str]:
    *before, incomplete = words
    return [item.value for item in BashComplete(group, {}, "providers", "_PROVIDERS_COMPLETE").get_completions(before, incomplete)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_the_shell_is_printed(shell: str, run: Run) -> None:
    script = run("completion", shell).out
    assert f"_PROVIDERS_COMPLETE={shell}_complete" in script
    assert "providers" in script


def test_commands_and_options_are_completed() -> None:
    assert _completed("") == list(COMMANDS)
    assert _completed("co") == [name for name in COMMANDS if name.startswith("co")]
    assert "--format" in _completed("lint", "--fo")
    assert _completed("lint", "--format", "s") == ["sarif"]
    assert _completed("models", "") == ["add", "list", "remove", "show"]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("command", ["resolve", "cost", "why", "models show"])
def test_refs_are_completed_providers_first(command: str) -> None:
    assert _completed(*command.split(), "") == ["acme/", "zenith/"]
    assert _completed(*command.split(), "z") == ["zenith/"]
    assert _completed(*command.split(), "acme/acme-s") == ["acme/acme-small"]
    assert _completed(*command.split(), "acme/nope") == []


@pytest.mark.usefixtures("compiled")
def test_providers_are_completed() -> None:
    assert _completed("list", "") == ["acme", "zenith"]
    assert _completed("models", "list", "--provider", "z") == ["zenith"]


def test_an_artifact_that_is_named_is_the_one_that_is_asked(compiled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.artifact"
    compiled.rename(other)
    assert _completed("resolve", "--artifact", str(other), "acme/acme-s") == ["acme/acme-small"]


@pytest.mark.parametrize("content", [None, b"", b"damaged"], ids=repr)
def test_without_a_sound_artifact_nothing_is_completed_and_nothing_is_said(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "registry.artifact"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(path))
    assert _completed("resolve", "a") == []
    assert _completed("list", "a") == []
    assert capfd.readouterr() == ("", "")
