"""What needs a process of its own: a reader that goes away, an interrupt, the module as a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from command_line import replace
from modelwright.cli.root import group

if TYPE_CHECKING:
    from pathlib import Path

PROVIDERS = [sys.executable, "-m", "modelwright"]


@pytest.mark.parametrize(
    "arguments", [["models", "list", "--json"], ["models", "list", "--format", "csv"], ["explain"], ["lint", "--format", "sarif", "--no-cache"], ["lint"]], ids=" ".join
)
@pytest.mark.parametrize("read", [0, 10])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str], read: int, artifact: Path) -> None:
    """`providers models list | head -1`."""
    process = subprocess.Popen([*PROVIDERS, *arguments], env=os.environ | {"PROVIDERS_ARTIFACT": str(artifact)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(read)
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert process.wait() == 0, said


def test_streams_that_are_closed_are_no_error(artifact: Path) -> None:
    """`providers list >&- <&- 2>&-`."""
    environ = os.environ | {"PROVIDERS_ARTIFACT": str(artifact), "ANTHROPIC_API_KEY": "k"}
    for closed, arguments, code in ((">&-", "list", 0), (">&-", "--help", 0), ("2>&-", "resolve acme/none", 1), ("<&-", "call anthropic/claude-sonnet-4-5", 2)):
        done = subprocess.run(["sh", "-c", f"exec {sys.executable} -m modelwright {arguments} {closed}"], env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device without room")
@pytest.mark.parametrize("arguments", [["--help"], ["list"]], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_said_once_and_an_error(arguments: list[str], unbuffered: str, artifact: Path) -> None:
    env = os.environ | {"PROVIDERS_ARTIFACT": str(artifact), "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*PROVIDERS, *arguments], env=env, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"error: no space left on device\n")


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from modelwright import pipeline
    from modelwright.cli import main

    def interrupt(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(pipeline, "compile", interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what a job in the background inherits is to ignore it
    for arguments in (["lint", "--no-cache"], ["lint", "--no-cache", "--format", "json"], ["compile"]):
        monkeypatch.setattr(sys, "argv", ["providers", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 130, arguments
    signal.signal(signal.SIGINT, before)
    assert "Traceback" not in capsys.readouterr().err


def test_the_group_works_for_those_who_embed_it(artifact: Path) -> None:
    found = CliRunner().invoke(group, ["list", "--provider", "anthropic", "--artifact", str(artifact), "--json"])
    assert found.exit_code == 0
    assert '"id": "anthropic"' in found.stdout


def test_a_lint_nobody_reads_to_its_end_is_quiet_about_it(tree: Path) -> None:
    """Plain `providers lint` is answered without the command line library; so is its reader going away."""
    replace(tree / "registry" / "models" / "acme.yaml", "output_tokens: 64000", "output_tokens: 640000")
    process = subprocess.Popen([*PROVIDERS, "lint"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate()
    assert said == b""
    assert process.returncode == 0
