"""What people and scripts get from the commands that read the compiled registry."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_line import Run

_BOLD = "\x1b["


@pytest.fixture(autouse=True)
def _compiled(compiled: Path) -> None:
    """Give every test the small registry, compiled."""


@pytest.mark.parametrize(("command", "columns", "rows"), [(["list"], 6, 3), (["models", "list"], 14, 3)], ids=["list", "models list"])
def test_csv_has_a_line_of_columns_and_a_line_each(command: list[str], columns: int, rows: int, run: Run) -> None:
    table = list(csv.reader(io.StringIO(run(*command, "--format", "csv").out)))
    assert [len(row) for row in table] == [columns] * (rows + 1)
    assert "unknown" not in table[0]
    assert "-" not in [cell for row in table[1:] for cell in row]


def test_csv_leaves_unknown_empty_and_says_false(run: Run) -> None:
    rows = {row["ref"]: row for row in csv.DictReader(io.StringIO(run("models", "list", "--format", "csv").out))}
    assert (rows["acme/acme-small"]["tools"], rows["acme/acme-small"]["json"], rows["acme/acme-small"]["output_tokens"]) == ("false", "", "")
    assert rows["acme/acme-large"]["input_usd_per_mtok"] == "3"


def test_list_takes_the_provider_as_argument_as_option_and_by_alias(run: Run) -> None:
    one = run("list", "zenith").out
    assert one == run("list", "--provider", "zenith").out == run("list", "ZEN").out
    assert "acme" not in one


def test_retired_models_are_listed_only_with_all(run: Run, user_file: Path) -> None:
    user_file.write_text('{"providers": {"zenith": {"models": {"zen-1": {"status": "retired"}}}}}')
    run("compile")
    assert "zen-1" not in run("models", "list").out
    assert "zen-1" in run("models", "list", "--all").out


def test_a_day_shows_the_prices_of_that_day(run: Run) -> None:
    assert run("models", "show", "acme/acme-large", "--on", "2026-04-30", "--json").json["models"][0]["price"]["input_usd_per_mtok"] == "4"
    assert run("cost", "acme/acme-large", "--input", "1000000", "--on", "2026-04-30", "--json").json["usd"] == "4"
    assert run("cost", "acme/acme-large", "--input", "100000", "--on", "2026-05-01", "--json").json["usd"] == "0.3"


@pytest.mark.parametrize("flag", ["--input-excludes-cache", None])
def test_cached_tokens_are_counted_as_the_flag_says(flag: str | None, run: Run) -> None:
    """Zot counts input without cached tokens: 1,000 at 3 and 1,000 at 0.3 (acceptance/zot.md 35); else they are part of the 1,000."""
    found = run("cost", "acme/acme-large", "--input", "1000", "--cache-read", "1000", *([flag] if flag else []), "--json").json
    assert found["usd"] == ("0.0033" if flag else "0.0003")


@pytest.mark.parametrize("command", ["resolve", "cost", "why", "models show"])
@pytest.mark.parametrize(("ref", "nearest"), [("acme/acme-lage", "acme/acme-large"), ("acme-smal", "acme-small"), ("zen/zen-2", "zenith/zen-1")])
def test_an_unknown_ref_ends_with_1_and_lists_the_nearest(command: str, ref: str, nearest: str, run: Run) -> None:
    found = run(*command.split(), ref, code=1)
    assert found.out == ""
    assert f"unknown model '{ref}'" in found.err
    assert nearest in found.err


def test_an_unknown_provider_lists_the_nearest(run: Run) -> None:
    for command in (["list", "acne"], ["models", "list", "--provider", "acne"]):
        assert "unknown provider 'acne'; nearest: acme" in run(*command, code=1).err


def test_a_ref_that_several_have_lists_the_choices(run: Run, user_file: Path) -> None:
    user_file.write_text('{"providers": {"zenith": {"models": {"acme-small": {"name": "Again"}}}}}')
    run("compile")
    for command in ("resolve", "why"):
        found = run(command, "acme-small", code=1)
        assert "acme/acme-small, zenith/acme-small" in found.err


def test_resolve_says_where_a_call_goes_and_which_variable_holds_the_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "secret-of-the-test")
    found = run("resolve", "acme/acme-large")
    assert "https://api.acme.example/v1/chat/completions" in found.out
    assert "env:ACME_API_KEY" in found.out
    assert "secret-of-the-test" not in found.out + found.err
    assert found.err == "note: acme/acme-large is deprecated; use acme/acme-small\n"
    monkeypatch.delenv("ACME_API_KEY")
    assert run("resolve", "acme/acme-large", "--json").json["auth"]["source"] is None


def test_resolve_takes_a_route_by_id(run: Run) -> None:
    assert "https://plan.acme.example/v1/messages" in run("resolve", "acme/acme-large", "--route", "plan").out
    assert "it has: api, plan" in run("resolve", "acme/acme-large", "--route", "nope", code=1).err


def test_providers_of_the_user_resolve_with_derived_keys_and_without_any_in_a_private_network(run: Run, user_file: Path) -> None:
    """acceptance/zot.md 1, 2, 7: MY_COMPANY_API_KEY, and a model's own base URL for that model alone."""
    user_file.write_text((Path(__file__).parent.parent.parent / "fixtures" / "compile" / "own-provider" / "models.json").read_text())
    run("compile")
    plain, model = (run("resolve", f"my-company/{name}", "--json").json for name in ("company-llm-v2", "eu-only"))
    assert (plain["base_url"], plain["auth"]["env"], plain["auth"]["source"]) == ("https://llm.mycompany.example/v1", ["MY_COMPANY_API_KEY"], None)
    assert (model["base_url"], model["auth"]["env"]) == ("https://eu.llm.mycompany.example/v1", ["MY_COMPANY_API_KEY"])
    assert run("resolve", "in-house/local", "--json").json["auth"]["source"] == "none"
    assert run("resolve", "no-key/public", "--json").json["auth"] == {"kind": "none", "header": None, "source": "none", "env": []}
    claude = run("resolve", "my-claude/big", "--json").json
    assert (claude["protocol"], claude["url"], claude["auth"]["header"]) == ("anthropic-messages", "https://claude.mycompany.example/v1/messages", "x-api-key")
    assert "acme/acme-large" in run("models", "list").out


def test_an_input_newer_than_the_artifact_is_one_line_on_standard_error(run: Run, tree: Path) -> None:
    calm = run("list")
    assert calm.err == ""
    changed = tree / "registry" / "models" / "acme.yaml"
    os.utime(changed, (2_000_000_000, 2_000_000_000))
    stale = run("list")
    assert stale.out == calm.out
    assert stale.err == f"note: {changed} is newer than the compiled registry; run `providers compile`\n"
    assert run("list", "--quiet").err == ""


def test_a_file_of_the_user_s_that_is_newer_is_noticed_too(run: Run, user_file: Path) -> None:
    user_file.write_text("{}")
    os.utime(user_file, (2_000_000_000, 2_000_000_000))
    assert str(user_file) in run("models", "list").err


@pytest.mark.parametrize(
    ("environ", "arguments", "coloured"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1"}, ["--no-color"], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, [], False),
    ],
    ids=str,
)
@pytest.mark.parametrize("command", [["list"], ["models", "list"], ["lint"]], ids=" ".join)
def test_colours_are_for_those_who_want_them(
    environ: dict[str, str], arguments: list[str], coloured: bool, command: list[str], run: Run, user_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_file.write_text('{"providers": {"zenith": {"models": {"unnamed": {}}}}}')  # something for lint to say
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert (_BOLD in run(*command, *arguments).out) is coloured


def test_a_terminal_that_has_no_colours_is_sent_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelwright.cli.terminal import wants_colour

    stream = SimpleNamespace(isatty=lambda: True)
    for kind in ("xterm", "dumb"):
        monkeypatch.setenv("TERM", kind)
        assert wants_colour(stream) is (kind != "dumb")


def test_quiet_leaves_the_result_alone(run: Run) -> None:
    found = run("resolve", "acme/acme-large", "--quiet")
    assert found.out == run("resolve", "acme/acme-large").out
    assert found.err == ""


@pytest.mark.parametrize("command", [["list"], ["models", "list"], ["resolve", "acme/acme-large"], ["cost", "acme/acme-large"]], ids=" ".join)
def test_a_damaged_artifact_is_an_error_with_the_cure(command: list[str], run: Run, compiled: Path) -> None:
    content = compiled.read_bytes()
    compiled.write_bytes(content.replace(b"acme", b"bcme"))
    found = run(*command, code=1)
    assert found.out == ""
    assert "providers compile" in found.err
    assert "Traceback" not in found.err


def test_an_artifact_is_taken_by_option_and_by_variable(run: Run, tmp_path: Path, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.artifact"
    compiled.rename(other)
    assert "acme" in run("list", "--artifact", other).out
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(other))
    assert "acme" in run("list").out
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(tmp_path / "none"))
    assert "there is no compiled registry" in run("list", code=1).err
