"""What docs/routing.md says of its example is so."""

from __future__ import annotations

import gc
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import checkout
from modelwright.cli import group
from modelwright.runtime.routing.policies import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = (checkout.ROOT / "docs" / "routing.md").read_text()
NUMBERS, EXAMPLE = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _example(home: Path) -> Iterator[None]:
    home.mkdir()
    (home / "models.json").write_text(EXAMPLE)
    assert CliRunner().invoke(group, ["compile", "--quiet"]).exit_code == 0
    yield
    gc.enable()  # commands that end soon switch it off


def routes(*arguments: str) -> list[Any]:
    done = CliRunner().invoke(group, ["route", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return [one["name"] for one in json.loads(done.stdout)["candidates"] if one["kept"]]


@pytest.mark.parametrize("example", [NUMBERS, EXAMPLE])
def test_its_examples_have_no_findings(example: str, home: Path) -> None:
    (home / "models.json").write_text(example)
    assert CliRunner().invoke(group, ["lint", "--strict", str(home / "models.json")]).exit_code == 0


def test_its_commands_try_what_the_page_says() -> None:
    commands = re.findall(r"`providers (route --(?:agent|needs) [^`]+)`", PAGE)
    assert len(commands) == 2
    title, vision = (routes(*command.split()[1:]) for command in commands)
    assert [tuple(title)] == re.findall(r"tries `(\S+)`, `(\S+)` and `(\S+)`", PAGE.replace("\n", " "))
    assert vision == ["work/gpt-5-mini", "work/gpt-5", "home/claude-sonnet-4-5"]


def test_it_has_every_policy() -> None:
    assert {name for name in NAMES if f"| `{name}` |" in PAGE} == set(NAMES)
