"""
Where values come from.

"`providers why REF [FIELD]` prints every layer's word on a value and which one won." (contract §4)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command_line import replace
from compile_golden import FIXTURES
from modelwright.source import layout

if TYPE_CHECKING:
    from command_line import Run

USER = Path(__file__).parent.parent.parent / "fixtures" / "cli" / "why" / "models.json"
SEEN = USER.with_name("sightings.json")


@pytest.fixture(autouse=True)
def _layers(tree: Path, user_file: Path, home: Path) -> None:
    user_file.write_text(USER.read_text())
    (home / "cache").mkdir()
    (home / "cache" / "sightings.json").write_text(SEEN.read_text())


def _origins(run: Run, ref: str, field: str) -> list[tuple[str, Any, bool]]:
    found = run("why", ref, field, "--json").json
    assert sum(origin["wins"] for origin in found["origins"]) == 1
    return [(origin["layer"], origin["value"], origin["wins"]) for origin in found["origins"]]


@pytest.mark.parametrize(
    ("ref", "field", "words"),
    [
        ("acme/acme-large", "limits.context_tokens", ["registry 200000", "user 150000"]),
        ("acme/acme-large", "limits.output_tokens", ["registry 64000", "user (removed)"]),
        ("acme/acme-large", "limits.input_tokens", ["sightings 140000"]),
        ("acme/acme-large", "name", ["registry Acme Large", "sightings Acme Large (2026)", "user My Large"]),
        ("acme/acme-large", "thinking", ['registry {"mode": "levels", "levels": ["low", "high"], "default_level": "low"}', "user (removed)"]),
        ("acme/acme-large", "thinking.mode", ["registry levels", "user (removed)"]),
        ("acme/acme-large", "input_usd_per_mtok", ["registry 3", "user 2"]),
        ("acme/acme-large", "prices.0.input_usd_per_mtok", ["registry 4", "user 2"]),
        ("acme/acme-large", "price.output_usd_per_mtok", ["registry 15"]),
        ("acme/acme-large", "prices.1.tiers.0.input_usd_per_mtok", ["registry 6", "user (removed)"]),
        ("acme/acme-large", "prices.1.tiers.0.output_usd_per_mtok", ["registry 22.5"]),
        ("acme/acme-small", "input_usd_per_mtok", ["registry 0.5", "user (removed)"]),
        ("acme/acme-small", "price.state", ["user free"]),
        ("zenith/zen-1", "input_usd_per_mtok", ["registry 1", "user 9"]),
        ("zenith/zen-1", "output_usd_per_mtok", ["registry 4", "user (removed)"]),
        ("zenith/copy", "limits.context_tokens", ["registry 200000", "user 150000", "user 200000"]),
        ("zenith/copy", "limits.output_tokens", ["registry 64000", "user (removed)", "user 1000"]),
        ("acme", "name", ["registry Acme", "user Acme at work"]),
        ("acme", "base_url", ["registry https://api.acme.example/v1", "user https://proxy.example/v1"]),
        ("acme", "routes.1.base_url", ["registry https://plan.acme.example", "user https://plan.example"]),
        ("acme", "auth.env", ['registry ["ACME_API_KEY"]', 'user ["MY_ACME_KEY"]']),
        ("acme", "docs.home", ["registry https://acme.example"]),
        ("my-company", "base_url", ["user https://llm.mycompany.example/v1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_layer_is_heard_lowest_first_and_the_last_wins(ref: str, field: str, words: list[str], run: Run) -> None:
    found = _origins(run, ref, field)
    assert [f"{layer} {value if isinstance(value, str) else json.dumps(value)}" for layer, value, _ in found] == words
    assert [wins for _, _, wins in found] == [False] * (len(words) - 1) + [True]


def test_text_names_the_place_the_source_and_the_day_of_each_word(run: Run, user_file: Path) -> None:
    lines = run("why", "acme/acme-large", "name").out.splitlines()
    seen = user_file.parent / "cache" / "sightings.json"
    assert lines[0] == "acme/acme-large name = My Large"
    assert [" ".join(line.split()) for line in lines[1:]] == [
        f"wins user My Large {_place(user_file, 'My Large')}",
        f"sightings Acme Large (2026) {_place(seen, 'Acme Large (2026)')} (api.acme.example/v1/models, read 2026-11-19)",
        "registry Acme Large registry/models/acme.yaml:6:11 (acme's price list, read 2026-11-01)",
    ]


def _place(file: Path, text: str) -> str:
    before = file.read_text().split(f'"{text}"')[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{file}:{line}:{column}"


def test_inherited_facts_point_at_the_line_of_the_model_they_come_from(run: Run) -> None:
    origin = run("why", "zenith/copy", "capabilities.tools", "--json").json["origins"][0]
    assert (origin["path"], origin["line"]) == ("registry/models/acme.yaml", 15)
    assert (origin["source"], origin["day"]) == ("acme's price list", "2026-11-01")
    limits = run("why", "zenith/copy", "limits.context_tokens", "--json").json["origins"][0]
    assert (limits["source"], limits["day"]) == ("acme's model page", "2026-11-02")


def test_inherited_facts_of_the_registry_point_at_their_model_over_every_step(run: Run, tree: Path) -> None:
    (tree / "registry" / "models" / "zenith.yaml").write_text((FIXTURES / "inherit-chain" / "registry" / "models" / "zenith.yaml").read_text())
    assert _origins(run, "zenith/third", "limits.context_tokens") == [("registry", 200000, True)]
    assert _origins(run, "zenith/third", "limits.output_tokens") == [("registry", 64000, False), ("registry", "(removed)", False), ("registry", 1000, True)]
    assert _origins(run, "zenith/third", "thinking.mode") == [("registry", "levels", False), ("registry", "(removed)", True)]
    assert run("why", "zenith/third", "input", "--json").json["origins"][-1]["path"] == "registry/models/zenith.yaml"


def test_a_price_key_alone_means_the_price_of_the_day(run: Run) -> None:
    assert run("why", "acme/acme-large", "output_usd_per_mtok", "--json").json["value"] == 15
    then = run("why", "acme/acme-large", "output_usd_per_mtok", "--on", "2026-04-30", "--json").json
    assert (then["field"], then["value"]) == ("prices.0.output_usd_per_mtok", 20)


def test_without_a_field_every_field_is_shown_once_with_the_value_that_holds(run: Run) -> None:
    for ref in ("acme/acme-large", "zenith/copy", "acme", "my-company"):
        fields = run("why", ref, "--json").json["fields"]
        names = [field["field"] for field in fields]
        assert len(set(names)) == len(names)
        for field in fields:
            assert field["value"] is not None
            assert sum(origin["wins"] for origin in field["origins"]) == (1 if field["origins"] else 0), field
    shown = run("why", "acme/acme-large").out
    assert "limits.context_tokens            150000  [user]" in shown
    assert "limits.output_tokens" not in shown


def test_what_no_file_says_is_told_apart(run: Run) -> None:
    found = run("why", "my-company", "auth.env", "--json").json
    assert (found["value"], found["origins"]) == (["MY_COMPANY_API_KEY"], [])
    assert "no file says it" in run("why", "my-company", "auth.env").out
    assert run("why", "zenith/zen-1", "status", "--json").json["value"] == "active"


@pytest.mark.parametrize("field", ["limts", "limits.tokens", "name.0", "name.x", "prices.9.input_usd_per_mtok", "limits.context_tokens.x", "input.one"])
def test_an_unknown_field_ends_with_1_and_lists_those_that_are_said(field: str, run: Run) -> None:
    found = run("why", "acme/acme-large", field, code=1)
    assert found.out == ""
    assert f"nothing says {field!r} of acme/acme-large" in found.err
    assert "limits.context_tokens, " in found.err


@pytest.mark.parametrize("ref", ["acme:acme-large", "ACME/acme-large", "acme/acme-large-20260131", "acme-large", "big", "acme-large-20260131"])
def test_a_model_is_found_by_every_name_it_has(ref: str, run: Run) -> None:
    assert run("why", ref, "name", "--json").json["ref"] == "acme/acme-large"


def test_a_provider_is_found_by_its_alias(run: Run) -> None:
    assert run("why", "Zen", "name", "--json").json["ref"] == "zenith"


def test_a_changed_input_changes_the_answer_without_a_compile(run: Run, tree: Path) -> None:
    replace(tree / "registry" / "models" / "zenith.yaml", "context_tokens: 32000", "context_tokens: 31000")
    assert run("why", "zenith/zen-1", "limits.context_tokens", "--json").json["value"] == 31000


def test_it_says_when_an_input_is_not_what_was_compiled(run: Run, tree: Path, user_file: Path) -> None:
    """`why` recomputes places "from the inputs, whose digests the artifact holds, and it says so when an input has changed since." (contract §4)"""
    run("compile")
    assert run("why", "acme").err == ""
    for file in (tree / "registry" / "models" / "zenith.yaml", user_file):
        file.write_text(file.read_text() + "\n")
    note = f"note: {layout.shown(str(tree / 'registry' / 'models' / 'zenith.yaml'))} (and 1 more) is not as it was when the registry was compiled; run `providers compile`\n"
    assert run("why", "acme").err == note
    assert run("why", "acme", "--quiet").err == ""


def test_it_says_what_it_could_not_read(run: Run, user_file: Path) -> None:
    user_file.write_text("{")
    found = run("why", "acme/acme-large", "limits.context_tokens")
    assert found.out.splitlines()[0] == "acme/acme-large limits.context_tokens = 200000"
    assert found.err.startswith(f"warning: {layout.shown(str(user_file))}:1:2: PV002 invalid JSON: ")
    assert "; what is wrong is left out, see `providers lint`\n" in found.err


def test_the_nearest_name_may_be_a_provider_s(run: Run) -> None:
    assert "error: unknown model 'acmee'; nearest: acme, " in run("why", "acmee", "name", code=1).err
