"""Every command says what it does and shows how; what nobody can mean is answered with what they may have meant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from modelwright.cli.root import COMMANDS, group
from modelwright.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", command.commands[sub]) for sub in command.commands)


every_command = pytest.mark.parametrize(("name", "command"), list(_commands()), ids=lambda value: value if isinstance(value, str) else "")


@every_command
def test_help_of_the_command_has_an_example_that_calls_it(name: str, command: click.Command, run: Run) -> None:
    page = run(*name.split(), "--help").out
    assert page.startswith(f"Usage: providers {name} ")
    if not isinstance(command, click.Group):
        assert f"  providers {name}" in page.split("Options:")[0] or f"$(providers {name}" in page


@every_command
def test_every_option_of_the_command_has_help(name: str, command: click.Command) -> None:
    undocumented = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]
    assert undocumented == [], name


def test_help_lists_exactly_the_commands_each_with_its_own_first_line(run: Run) -> None:
    page = re.sub(r"\n {4,}", " ", run("--help").out.split("Commands:")[1])
    listed = dict(re.findall(r"^  ([a-z]+) {2,}(.+)$", page, re.MULTILINE))
    assert listed == COMMANDS
    for name, command in _commands():
        if " " not in name:
            assert (command.help or "").strip().splitlines()[0] == COMMANDS[name]


def test_every_command_module_is_listed() -> None:
    import modelwright.cli as package

    folder = os.path.dirname(str(package.__file__))
    assert {name.removesuffix("_command.py") for name in os.listdir(folder) if name.endswith("_command.py")} == set(COMMANDS)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []], ids=repr)
def test_the_quick_help_page_is_the_real_one(arguments: list[str]) -> None:
    """It is printed without click where the terminal is wide enough."""
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    quick = subprocess.run([sys.executable, "-m", "modelwright", *arguments], env=environ, capture_output=True, text=True, check=False)
    real = subprocess.run([sys.executable, "-m", "modelwright", *arguments], env=environ | {"COLUMNS": "80"}, capture_output=True, text=True, check=False)
    assert (quick.stdout, quick.stderr, quick.returncode) == (real.stdout, real.stderr, real.returncode)
    assert "Commands:" in quick.stdout + quick.stderr


def test_version_is_the_package_s(run: Run) -> None:
    assert run("--version").out == f"providers, version {VERSION}\n"


@pytest.mark.parametrize(("typed", "meant"), [("lintt", "lint"), ("compil", "compile"), ("module", "models"), ("cots", "cost")])
def test_an_unknown_command_is_answered_with_the_nearest(typed: str, meant: str, run: Run) -> None:
    found = run(typed, code=2)
    assert found.out == ""
    assert f"No such command '{typed}'" in found.err
    assert f"'{meant}'" in found.err


def test_an_unknown_command_near_to_none_gets_no_suggestion(run: Run) -> None:
    assert "Did you mean" not in run("zzzzzz", code=2).err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--nope"],
        ["resolve"],
        ["cost", "acme/acme-large", "--input", "-1"],
        ["cost", "acme/acme-large", "--input", "many"],
        ["cost", "acme/acme-large", "--on", "2026-02-30"],
        ["cost", "acme/acme-large", "--on", "yesterday"],
        ["cost", "acme/acme-large", "--at", "25:00"],
        ["cost", "acme/acme-large", "--quantity", "images"],
        ["cost", "acme/acme-large", "--quantity", "moons=1"],
        ["cost", "acme/acme-large", "--input", "1", "--cache-read", "2"],
        ["cost", "acme/acme-large", "--variant", "slow"],
        ["list", "--format", "xml"],
        ["lint", "--format", "csv"],
        ["compile", "--target", "toml"],
        ["schema", "nothing"],
        ["explain", "PV999"],
        ["import", "models-dev", "missing.json", "-o", "draft"],
        ["import", "other", "missing.json", "-o", "draft"],
        ["trust", "missing.json"],
        ["completion", "cmd"],
        ["models"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("compiled")
def test_wrong_usage_ends_with_2_and_says_why_on_standard_error(arguments: list[str], run: Run) -> None:
    found = run(*arguments, code=2)
    assert found.out == ""
    assert found.err
    assert "Traceback" not in found.err
