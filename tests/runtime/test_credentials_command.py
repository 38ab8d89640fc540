"""Keys that a program prints: run without a shell, within a time, and never repeated when something is wrong."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from credential_searches import search
from modelwright import CredentialError
from modelwright.runtime.credentials import chain, command

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-marked-0123456789"
PYTHON = sys.executable


def printing(code: str, **more: Any) -> Any:
    """Return the search for what a program of Python prints."""
    environ = {"PATH": os.environ["PATH"], "MARK": SECRET, **({"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {})}
    return search({"step": "command", "argv": [PYTHON, "-c", code], **more}, "env", environ=environ, run=command.run)


def reason(found: Any) -> str:
    with pytest.raises(CredentialError) as raised:
        chain.first(found)
    assert SECRET not in str(raised.value) + repr(raised.value) + repr(raised.value.__context__)
    return dict(raised.value.tried)["command"].removeprefix(f"{os.path.basename(PYTHON)} ")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "  \n\n"])
def test_the_line_that_is_printed_is_the_key(end: str) -> None:
    """Zot 37: argv without a shell, one line, without the line end."""
    found = chain.first(printing(f"import os, sys; sys.stdout.write(os.environ['MARK'] + {end!r})"))
    assert (found.source, found.headers()) == ("command", {"Authorization": f"Bearer {SECRET}"})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, sys; print(os.environ['MARK']); sys.exit(3)", "ended with exit code 3"),
        ("import os; print(os.environ['MARK']); print(os.environ['MARK'])", "printed 2 lines instead of one"),
        ("pass", "printed no lines instead of one"),
        ("print('   ')", "printed no lines instead of one"),
        ("import os; print(os.environ['MARK'] * 5000)", "printed more than 65,536 bytes"),
        ("while True: print('x' * 1000)", "printed more than 65,536 bytes"),
    ],
)
def test_what_is_no_key_is_a_reason(code: str, said: str) -> None:
    assert reason(printing(code)) == said


def test_control_characters_are_a_reason() -> None:
    assert reason(printing("import os; print(os.environ['MARK'] + chr(7))")) == "command has characters that no key has"


def test_a_program_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    """What it started holds its output open; waiting for that would take for ever."""
    mark = tmp_path / "alive"
    child = f"import time; time.sleep(3); open({str(mark)!r}, 'w')"
    started = time.monotonic()
    assert (
        reason(printing(f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)", timeout_ms=600))
        == "gave nothing: it took longer than 0.6 s"
    )
    assert time.monotonic() - started < 2.5
    time.sleep(max(0.0, 3.3 - (time.monotonic() - started)))
    assert not mark.exists()


def test_a_program_that_is_not_there_is_a_reason() -> None:
    with pytest.raises(CredentialError) as raised:
        chain.first(search({"step": "command", "argv": ["no-such-program-here", "x"]}, run=command.run))
    assert raised.value.tried == (("command", "no-such-program-here gave nothing: no such file or directory"),)


def test_arguments_are_arguments_and_nothing_of_them_is_a_shell_s(tmp_path: Path) -> None:
    mark = tmp_path / "run"
    found = search({"step": "command", "argv": [PYTHON, "-c", "import sys; print(sys.argv[1])", f"$(touch {mark})"]}, environ=dict(os.environ), run=command.run)
    assert chain.first(found).parts() == {"key": f"$(touch {mark})"}
    assert not mark.exists()


def test_what_it_says_of_errors_and_what_it_asks_for_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    assert reason(printing("import os, sys; sys.stderr.write(os.environ['MARK']); print(sys.stdin.read())")) == "printed no lines instead of one"
    assert capfd.readouterr() == ("", "")


def test_looking_runs_nothing() -> None:
    (look,) = chain.looks(search({"step": "command", "argv": ["/usr/bin/pass", "show", "x"]}))
    assert (look.found, look.reason, look.source) == (True, "pass is run when a key is needed", "command")


def test_the_limit_and_the_environment_are_the_account_s(tmp_path: Path) -> None:
    asked: list[Any] = []

    def run(*arguments: Any) -> tuple[int, bytes]:
        asked.append(arguments)
        return 0, b"k"

    for more, seconds in (({}, 120.0), ({"timeout_ms": 1500}, 1.5)):
        chain.first(search({"step": "command", "argv": ["p", "q"], **more}, environ={"A": "b"}, run=run))
        assert asked.pop() == (["p", "q"], seconds, {"A": "b"})


def test_a_search_from_the_compiled_registry_runs_the_real_one(tmp_path: Path, artifact: Path, home: Path) -> None:
    """The public way: an account of the user's whose key a program prints."""
    from modelwright import load, pipeline
    from modelwright.cli import build
    from modelwright.resources import registry_dir

    file = tmp_path / "models.json"
    file.write_text(json.dumps({"accounts": {"work": {"provider": "openai", "credentials": [{"command": [PYTHON, "-c", "print('k-1')"]}]}}}))
    user = pipeline.UserFile(str(file), "user/models.json", "user")
    compiled = tmp_path / "own.artifact"
    build.write(str(compiled), build.artifact_bytes(pipeline.resolve(pipeline.Inputs(registry_dir(), "2026-11-20", (user,)))))
    credential = load(compiled).credential("work", environ=dict(os.environ))
    assert (credential.account, credential.route, credential.parts()) == ("work", "api-key", {"key": "k-1"})
