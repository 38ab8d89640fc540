"""Everything the front door and the documentation say can be done, can be done as written; what they count is so many."""

from __future__ import annotations

import gc
import json
import re
import shlex
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

import checkout
import modelwright
from cli.refresh_world import NEW, a_world, add_provider, model, moved
from modelwright.cli import COMMANDS, group
from modelwright.dialects import all_dialects
from modelwright.rules import all_rules
from modelwright.source.document import Document
from modelwright.source.validate import validate
from modelwright.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click

README = checkout.ROOT / "README.md"
DIALECTS = checkout.ROOT / "docs" / "dialects.md"
PAGES = [README, checkout.ROOT / "CONTRIBUTING.md", *sorted(path for path in (checkout.ROOT / "docs").rglob("*.md") if path.name != "rules.md")]
OTHERS = ("export ", "git ", "make ", "pip ", "uvx ", ". ")
UPSTREAM = ("providers refresh", "providers probe", "providers diff", "$EDITOR")
"""Beginnings of commands that are run where a server on the loopback interface stands for upstream."""
CALLS, DISPATCHER = ("providers call", "providers embed", "providers count"), "Dispatcher"
"""What calls models; `test_dispatcher_doc.py` runs it where two servers stand for providers."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(checkout.ROOT)))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _at_a_users(tmp_path: Path, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work where a user would: a folder with the README's models.json and the example files of other systems, and a compiled registry in the user's home."""
    (tmp_path / "models.json").write_text(blocks(README, "json")[0])
    (tmp_path / "policy.json").write_text(blocks(DIALECTS, "json")[0])
    for seed in (checkout.ROOT / "fixtures" / "dialects").glob("*/seed.json"):
        (tmp_path / f"{seed.parent.name}.json").write_text(seed.read_text())
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "registry.artifact").write_bytes(artifact.read_bytes())
    monkeypatch.chdir(tmp_path)
    yield
    gc.enable()  # commands that end soon switch it off


@each_page
def test_every_command_runs_as_written(page: Path) -> None:
    found = [command for command in commands(page) if not command.startswith((*OTHERS, *UPSTREAM, *CALLS))]
    if page == README:
        assert len(found) >= 8
    for command in found:
        call(command)


@each_page
def test_every_command_that_asks_upstream_runs_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_world(tmp_path, tmp_path / "home", monkeypatch, lambda *_, **__: pytest.fail("not called")) as world:
        add_provider(world, "anthropic", order=3)
        world.lists["anthropic"] = [model("claude-x")]
        (world.root / ".gitignore").write_text("review.*\n")
        checkout.run("git", "init", "--quiet", "--initial-branch", "main", cwd=world.root, env=checkout.environment(world.home))
        checkout.commit(world.root, checkout.environment(world.home))
        world.lists["acme"] = moved()
        for command in [command for command in commands(page) if command.startswith(UPSTREAM)]:
            if command == "$EDITOR review.yaml":
                world.decide({NEW: "approved"})
            else:
                call(command)
        if page == README:
            assert "acme-next" in (world.registry / "models" / "acme.yaml").read_text()


def commands(page: Path) -> list[str]:
    """Return the commands that *page* shows."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]
    return [line.removeprefix("$ ").replace(".venv/bin/", "") for line in lines]


def call(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "providers"
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, (command, done.output, done.exception)


def test_the_page_of_dialects_says_what_their_policies_are() -> None:
    words: dict[str, dict[str, Any]] = yaml.safe_load((checkout.ROOT / "registry" / "vocabulary" / "dialects.yaml").read_text())["words"]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in DIALECTS.read_text().splitlines() if line.startswith("|")]
    (systems,) = [row[1:] for row in rows if row[0] == "" and "zot" in row]
    assert {system.lower() for system in systems} == set(all_dialects())
    told = {row[0].strip("`"): row[1:] for row in rows if row[0].startswith("`")}
    assert set(told) == words["native"].keys() - {"meaning"}
    for field, cells in told.items():
        said = [words[system.lower()][field] for system in systems]
        assert cells == [", ".join(value) if isinstance(value, list) else value for value in said]


@each_page
def test_every_program_runs_as_written(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for program in [block for block in blocks(page, "python") if DISPATCHER not in block and page.stem != "dispatcher"]:
        exec(compile(program, str(page), "exec"), {})
        if page == README:
            shown = capsys.readouterr().out.splitlines()
            assert shown[0] == "200000 True"
            assert shown[2] == "0.021"


@each_page
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    for words in re.findall(r"`(?:\.venv/bin/)?providers ([^`]+)`", page.read_text()):
        name, *rest = words.split()
        if name.startswith("--"):
            continue
        assert name in COMMANDS, words
        known = options_of(name, rest)
        assert {word for word in rest if word.startswith("--")} <= known, words


def options_of(name: str, words: list[str]) -> set[str]:
    """Return the options of the command *name*, or of the one of *words* below it."""
    command: Any = group.get_command(None, name)  # type: ignore[arg-type]  # our group asks for no context
    inner: dict[str, click.Command] = getattr(command, "commands", {})
    found = inner[words[0]] if words and words[0] in inner else command
    return {option for parameter in found.params for option in parameter.opts}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()) if not link.startswith(("http:", "https:", "#"))]
    assert links or page != README
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


def test_the_overlay_of_the_readme_is_valid_and_says_nothing_wrong(tmp_path: Path) -> None:
    document = Document.read(tmp_path / "models.json", "config/models.json", "models.json", "overlay")
    assert [problem.message for problem in document.problems + validate(document)] == []
    assert CliRunner().invoke(group, ["lint", "--strict", "models.json"]).exit_code == 0


def test_the_hook_of_the_readme_is_ours_at_this_version(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text(blocks(README, "yaml")[0])
    checkout.run(sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml", cwd=tmp_path, env=checkout.environment(tmp_path))
    repo = yaml.safe_load(blocks(README, "yaml")[0])["repos"][0]
    ours = yaml.safe_load((checkout.ROOT / ".pre-commit-hooks.yaml").read_text())
    assert repo["rev"] == f"v{VERSION}"
    assert {hook["id"] for hook in repo["hooks"]} <= {hook["id"] for hook in ours}


def test_what_the_readme_counts_is_so_many() -> None:
    text = README.read_text()
    registry = modelwright.load()
    providers, models = (int(number.replace(",", "")) for number in re.findall(r"\| more than (\d+) \[providers\].* more than ([\d,]+) models ", text)[0])
    assert providers < len(registry.providers()) < 1.5 * providers
    assert models < sum(1 for _ in registry.models()) < 1.5 * models
    assert "more than seventy rules" in text
    assert 70 < len(all_rules()) < 100


def test_loading_takes_as_little_as_the_readme_says() -> None:
    assert "loads that file in less than a millisecond" in README.read_text()
    times = []
    for _ in range(20):
        start = time.perf_counter()
        modelwright.load().resolve("anthropic/claude-sonnet-4-5")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001


def test_every_asking_command_answers_in_json_as_the_readme_says() -> None:
    assert "| `providers list`, `models`, `resolve`, `cost`, `why` | each with `--format json`" in README.read_text()
    ref = "anthropic/claude-sonnet-4-5"
    for command in (["list"], ["models", "list"], ["models", "show", ref], ["resolve", ref], ["cost", ref], ["why", ref]):
        assert json.loads(CliRunner().invoke(group, [*command, "--format", "json"]).stdout)["version"] == 1
