"""`providers models add|remove` changes the user's own file, only where it has to, checked, whole or not at all."""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from command_line import Outcome, Run

pytestmark = pytest.mark.usefixtures("real_words")
ADD, REMOVE = ("models", "add"), ("models", "remove")
OWN = ("--provider", "my-company", "--base-url", "https://llm.mycompany.example/v1")


def said(file: Path) -> Any:
    return json.loads(file.read_text())


def added(run: Run, file: Path, *arguments: str) -> dict[str, Any]:
    """Return what the user's file says of the model `m` of a provider of their own that was added with *arguments*."""
    run(*ADD, *OWN, "--model", "m", *arguments)
    found: dict[str, Any] = said(file)["providers"]["my-company"]["models"]["m"]
    return found


def compiled(run: Run, ref: str) -> dict[str, Any]:
    run("compile", "-q")
    found: dict[str, Any] = run("models", "show", ref, "--json", "-q").json["models"][0]
    return found


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        ([], {"name": "m", "input": ["text"]}),
        (["--name", "Mine"], {"name": "Mine"}),
        (["--context-window", "128000"], {"limits": {"context_tokens": 128000}}),
        (["--max-tokens", "4096"], {"limits": {"output_tokens": 4096}}),
        (["--reasoning"], {"thinking": {"mode": "unspecified"}}),
        (["--no-reasoning"], {"thinking": {"mode": "none"}}),
        (["--tools", "--no-json"], {"capabilities": {"tools": True, "json": False}}),
        (["--vision", "--audio", "--video"], {"input": ["text", "image", "audio", "video"]}),
        (["--no-vision"], {"input": ["text"]}),
        (["--speech"], {"output": ["text", "audio"]}),
        (["--no-speech"], {"output": ["text"]}),
        (
            ["--input-price", "0.25", "--output-price", "2", "--cache-price", "0.025", "--cache-write-price", "0.3"],
            {"prices": [{"input_usd_per_mtok": 0.25, "output_usd_per_mtok": 2, "cache_read_usd_per_mtok": 0.025, "cache_write_usd_per_mtok": 0.3}]},
        ),
        (["--input-price", "0", "--output-price", "0"], {"prices": [{"state": "free"}]}),
        (["--input-price", "0", "--output-price", "2"], {"prices": [{"input_usd_per_mtok": 0, "output_usd_per_mtok": 2}]}),
        (
            [
                "--input-price",
                "3",
                "--output-price",
                "15",
                "--pricing-tiers-json",
                '[{"metric": "context_tokens", "above": 200000, "inputPerMillion": 6, "outputPerMillion": 22.5}]',
            ],
            {"prices": [{"input_usd_per_mtok": 3, "output_usd_per_mtok": 15, "tiers": [{"above_input_tokens": 200000, "input_usd_per_mtok": 6, "output_usd_per_mtok": 22.5}]}]},
        ),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_what_is_said_stands_in_the_file_and_nothing_is_made_up(arguments: list[str], facts: dict[str, Any], run: Run, tree: Path, user_file: Path) -> None:
    found = added(run, user_file, *arguments)
    assert found == {"name": "m", "input": ["text"], **facts}
    assert "PV" not in run("lint", user_file, "-q").out


def test_a_model_of_the_registry_is_changed_where_it_is_said(run: Run, tree: Path, user_file: Path) -> None:
    """One that it knows has a price already, so single figures change; its id is spelled as the provider does."""
    run(*ADD, "--provider", "ACME", "--id", "Acme-Large", "--input-price", "4", "--vision")
    (model,) = said(user_file)["providers"]["acme"]["models"].items()
    assert model[0] == "acme-large"
    assert model[1]["price"] == {"input_usd_per_mtok": 4}
    assert "name" not in model[1]
    assert compiled(run, "acme/acme-large")["price"]["input_usd_per_mtok"] == "4"


def test_what_is_known_already_is_not_written_again(run: Run, tree: Path, user_file: Path) -> None:
    takes = compiled(run, "acme/acme-large")["input"]
    run(*ADD, "--model", "acme/acme-large", *(f"--{'vision' if word == 'image' else word}" for word in takes if word in ("image", "audio", "video")))
    assert said(user_file)["providers"]["acme"]["models"]["acme-large"] == {}


@pytest.mark.parametrize(
    ("spelled", "protocol"),
    [
        ("openai-chat", "openai-chat"),
        ("openai-completions", "openai-chat"),
        ("anthropic", "anthropic-messages"),
        ("Anthropic-Messages", "anthropic-messages"),
        ("ollama", "ollama-chat"),
    ],
)
def test_a_wire_protocol_may_be_called_as_any_system_calls_it(spelled: str, protocol: str, run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, *OWN, "--model", "m", "--api", spelled)
    assert said(user_file)["providers"]["my-company"]["protocol"] == protocol


def test_a_base_url_of_a_known_provider_is_the_model_s_alone(run: Run, tree: Path, user_file: Path) -> None:
    """What other models use stays; of a provider that the file defines it is the provider's as long as no other model uses it."""
    run(*ADD, "--model", "acme/acme-large", "--base-url", "https://proxy.example/v1")
    run(*ADD, *OWN, "--model", "m")
    run(*ADD, "--provider", "my-company", "--base-url", "https://new.example/v1", "--model", "m")
    run(*ADD, "--provider", "my-company", "--base-url", "https://other.example/v1", "--model", "n")
    run(*ADD, "--provider", "my-company", "--base-url", "https://new.example/v1", "--model", "o")
    acme, own = (said(user_file)["providers"][name] for name in ("acme", "my-company"))
    assert "base_url" not in acme
    assert acme["models"]["acme-large"]["base_url"] == "https://proxy.example/v1"
    assert own["base_url"] == "https://new.example/v1"
    assert {name: facts.get("base_url") for name, facts in own["models"].items()} == {"m": None, "n": "https://other.example/v1", "o": None}


def test_ollama_s_version_is_left_off(run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, "--provider", "box", "--base-url", "http://10.0.0.2:11434/v1/", "--api", "ollama", "--model", "qwen3:8b")
    assert said(user_file)["providers"]["box"]["base_url"] == "http://10.0.0.2:11434"


def test_budgets_come_and_go_with_the_model(run: Run, tree: Path, user_file: Path) -> None:
    rolling = '[{"metric": "calls", "windowType": "rolling", "rollingAmount": 2, "rollingUnit": "hour", "value": 10}]'
    user_file.write_text('{"budgets": [{"metric": "cost", "value": 100, "period": "yearly"}]}')
    added(run, user_file, "--daily-budget", "5", "--monthly-budget", "99.5", "--limits-json", rolling)
    of = {"scope": "model", "of": "my-company/m"}
    assert said(user_file)["budgets"][1:] == [
        {**of, "metric": "calls", "value": 10, "rolling_seconds": 7200},
        {**of, "metric": "cost", "value": 5, "period": "daily"},
        {**of, "metric": "cost", "value": 99.5, "period": "monthly"},
    ]
    added(run, user_file, "--daily-budget", "6")
    assert said(user_file)["budgets"][1:] == [{**of, "metric": "cost", "value": 6, "period": "daily"}]
    added(run, user_file)
    assert len(said(user_file)["budgets"]) == 2
    run(*REMOVE, "--model", "my-company/m")
    assert said(user_file)["budgets"] == [{"metric": "cost", "value": 100, "period": "yearly"}]


def test_a_clone_shares_the_facts_of_its_model(run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, "--clone-from", "acme/acme-large", "--id", "acme-next", "--no-tools")
    assert said(user_file)["providers"]["acme"]["models"] == {
        "acme-next": {"inherit": {"model": "acme/acme-large", "with": ["prices"]}, "name": "acme-next", "capabilities": {"tools": False}}
    }
    next_, large = (compiled(run, f"acme/{name}") for name in ("acme-next", "acme-large"))
    assert (next_["limits"], next_["price"], next_["input"]) == (large["limits"], large["price"], large["input"])
    assert next_["capabilities"]["tools"] is False
    run(*ADD, "--clone-from", "acme/acme-large", "--provider", "my-company", "--base-url", "https://h.example/v1", "--model", "x", "--input-price", "1", "--output-price", "2")
    assert compiled(run, "my-company/x")["price"]["input_usd_per_mtok"] == "1"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--provider", "acme"], "Missing option '--model'"),
        (["--model", "m"], "Missing option '--provider'"),
        (["--provider", "acmee", "--model", "m"], "did you mean `acme`?"),
        (["--model", "acme/m", "--api", "smoke-signals"], "There is no wire protocol 'smoke-signals'; there are openai-chat"),
        (["--model", "acme/m", "--input-price", "-1"], "is not an amount of USD"),
        (["--model", "acme/m", "--input-price", "nan"], "is not an amount of USD"),
        (["--model", "acme/m", "--input-price", "0.1234567890123"], "is not an amount of USD"),
        (["--model", "acme/m", "--pricing-tiers-json", "{"], "--pricing-tiers-json is not a list"),
        (["--model", "acme/m", "--pricing-tiers-json", "[5]"], "--pricing-tiers-json is not a list"),
        (["--model", "acme/m", "--limits-json", '[{"metric": "cost"}]'], "--limits-json is not a list"),
        (["--clone-from", "acme/acme-larg", "--id", "m"], "did you mean `acme/acme-large`?"),
        (["--wizard"], "--wizard asks at a terminal; this is none"),
        (["--model", "acme/m", "--config", "a.json", "--config", "b.json"], "one file is edited; name one of a.json, b.json"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_writes_nothing(arguments: list[str], what: str, run: Run, tree: Path, home: Path) -> None:
    assert what in run(*ADD, *arguments, code=2).err
    assert not (home / "models.json").exists()


def test_the_file_is_made_for_its_owner_alone_and_later_keeps_its_mode(run: Run, tree: Path, home: Path) -> None:
    file = home / "models.json"
    added(run, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().endswith("}\n")
    file.chmod(0o640)
    added(run, file, "--tools")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_copy_of_what_was_there_is_kept(run: Run, tree: Path, user_file: Path) -> None:
    before = '{"providers": {"acme": {"name": "Mine"}}}'
    user_file.write_text(before)
    added(run, user_file)
    assert (user_file.parent / "models.json.backup.1").read_text() == before


def test_only_the_lines_of_the_model_change(run: Run, tree: Path, user_file: Path) -> None:
    lines = [
        "{",
        '   "version": 1,',
        '   "providers": {',
        '      "acme": { "name": "Mine",  "models": {',
        '         "acme-large": {"limits":{"context_tokens": 1000}}',
        "      } }",
        "   }",
        "}",
        "",
    ]
    user_file.write_text("\n".join(lines))
    run(*ADD, "--model", "acme/new", "--name", "New", "--tools")
    new = '         "new": {"name": "New", "input": ["text"], "capabilities": {"tools": true}}'
    assert user_file.read_text().split("\n") == [*lines[:4], lines[4] + ",", new, *lines[5:]]
    run(*REMOVE, "--model", "acme/new")
    assert user_file.read_text().split("\n") == lines


YAML = """\
# what I changed
providers:
  acme:  # theirs
    name: Mine
    models:
      acme-large: {limits: {context_tokens: 1000}}  # smaller
# the end
"""


def test_in_a_yaml_file_comments_and_order_stay(run: Run, tree: Path) -> None:
    file = tree / "mine.yaml"
    file.write_text(YAML)
    run(*ADD, "--model", "acme/new", "--name", "New", "--config", file)
    lines = YAML.splitlines(keepends=True)
    assert file.read_text() == "".join([*lines[:6], "      new: {name: New, input: [text]}\n", *lines[6:]])
    run(*REMOVE, "--model", "acme/new", "--config", file)
    assert file.read_text() == YAML


def test_the_file_that_is_named_is_edited_and_made_where_it_is_missing(run: Run, tree: Path, home: Path) -> None:
    run(*ADD, *OWN, "--model", "m", "--config", "deep/er/mine.json")
    assert list(said(tree / "deep" / "er" / "mine.json")["providers"]) == ["my-company"]
    assert not (home / "models.json").exists()


def test_the_file_may_be_a_link_which_it_stays(run: Run, tree: Path, user_file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    user_file.symlink_to(real)
    added(run, user_file)
    assert user_file.is_symlink()
    assert "my-company" in real.read_text()


def test_nothing_is_written_that_would_be_an_error(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text("{}")
    found = run(*ADD, *OWN, "--model", "m", "--context-window", "1000", "--max-tokens", "2000", "--clone-from", "acme/acme-large", "--api", "web search", code=2)
    assert user_file.read_text() == "{}"
    tiers = '[{"above": 900, "inputPerMillion": 1}, {"above": 900, "inputPerMillion": 2}]'
    found = run(*ADD, "--model", "acme/m", "--input-price", "1", "--output-price", "2", "--pricing-tiers-json", tiers, code=1)
    assert "error[PV" in found.err
    assert "nothing was written" in found.err
    assert user_file.read_text() == "{}"
    assert [path.name for path in user_file.parent.iterdir()] == ["models.json"]


def test_a_file_with_an_error_takes_no_model_but_lets_the_wrong_one_go(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"providers": {"acme": {"models": {"acme-large": {"limits": {"context_tokens": "many"}}}}}}')
    found = run(*ADD, "--model", "acme/m", "--name", "M", code=1)
    assert "error[PV012]" in found.err
    run(*REMOVE, "--model", "acme/acme-large")
    assert said(user_file) == {}
    run(*ADD, "--model", "acme/m", "--name", "M")


def test_errors_that_are_not_the_file_s_keep_nobody_from_changing_it(run: Run, tree: Path, user_file: Path) -> None:
    models = tree / "registry" / "models" / "acme.yaml"
    models.write_text(models.read_text() + "  - {id: broken, limits: {context_tokens: none}}\n")
    run("lint", "-q", code=1)
    added(run, user_file)


def test_what_uses_a_model_keeps_it_from_being_removed(run: Run, tree: Path, user_file: Path) -> None:
    added(run, user_file)
    user_file.write_text(json.dumps(said(user_file) | {"aliases": {"mine": "my-company/m"}}))
    assert "your name `mine` is for `my-company/m`, which is not there" in run(*REMOVE, "--model", "my-company/m", code=1).err
    assert "m" in said(user_file)["providers"]["my-company"]["models"]


def test_a_file_that_cannot_be_read_is_left_as_it_is(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"providers": {')
    found = run(*ADD, "--model", "acme/m", code=1)
    assert "error[PV002]" in found.err
    assert "mend it first" in found.err
    assert user_file.read_text() == '{"providers": {'
    user_file.unlink()
    user_file.mkdir()
    assert "cannot be read; mend it first" in run(*ADD, "--model", "acme/m", code=1).err


@pytest.mark.parametrize(
    "text", ["3", '"text"', '{"providers": 5}', '{"providers": {"acme": {"models": 5}}}', '{"providers": {"acme": 3}}', '{"providers": {"acme": {"models": {"m": {}, "m": {}}}}}']
)
def test_a_file_of_another_shape_is_an_error_with_its_place_and_no_traceback(text: str, run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text(text)
    for command in (ADD, REMOVE):
        found = run(*command, "--model", "acme/m", code=1).err
        assert f"{user_file}:1:" in found
        assert found.splitlines()[-1].startswith("Error: ")
    assert user_file.read_text() == text


def test_a_file_that_changes_meanwhile_is_not_overwritten(run: Run, tree: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from modelwright import pipeline

    user_file.write_text("{}")
    compile_ = pipeline.compile

    def changing(*arguments: Any, **more: Any) -> Any:
        user_file.write_text('{"version": 1}')
        return compile_(*arguments, **more)

    monkeypatch.setattr(pipeline, "compile", changing)
    assert "was changed in the meantime" in run(*ADD, *OWN, "--model", "m", code=1).err
    assert user_file.read_text() == '{"version": 1}'


def test_new_warnings_about_the_file_are_printed_and_old_ones_are_not(run: Run, tree: Path, user_file: Path) -> None:
    window = compiled(run, "acme/acme-large")["limits"]["context_tokens"]
    assert "warning[PV601]" in run(*ADD, "--model", "acme/acme-large", "--context-window", str(window)).err
    assert "warning[" not in run(*ADD, *OWN, "--model", "n").err


def test_a_list_of_allowed_models_is_mentioned(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"allowed_models": ["acme/acme-large"]}')
    assert "lists the models that may be used, and my-company/m is none of them" in run(*ADD, *OWN, "--model", "m").err


def test_the_list_says_that_it_is_older_than_the_file(run: Run, compiled: Path, user_file: Path) -> None:
    assert "`providers compile` has programs see it" in run(*ADD, *OWN, "--model", "m").err
    assert "run `providers compile`" in run("models", "list").err


def test_the_compile_that_is_advised_names_the_file_that_was_named(run: Run, tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "my models.json"
    file.write_text("{}")
    run("compile", "--config", file)
    assert run("models", "list").err == ""
    assert f"`providers compile --config '{file}'` has programs see it" in run(*ADD, *OWN, "--model", "m", "--config", file).err
    os.utime(file, (2_000_000_000, 2_000_000_000))
    assert run("models", "list").err == f"note: {file} is newer than the compiled registry; run `providers compile --config '{file}'`\n"
    run("compile")
    assert run("models", "list").err == ""


UNSAYABLE = [
    ("fased", ["--input-price", "0", "--output-price", "0"], "that it is free"),
    ("fased", ["--daily-budget", "5"], "what may be spent on a model"),
    ("fased", ["--api", "bedrock-converse"], "Fased does not speak `bedrock-converse`"),
    ("zot", ["--tools"], "whether it calls tools"),
    ("zot", ["--api", "ollama"], "in zot's form a provider speaks one protocol"),
]


@pytest.mark.parametrize(("dialect", "arguments", "what"), UNSAYABLE)
def test_what_another_system_s_file_cannot_say_is_an_error_and_not_lost(dialect: str, arguments: list[str], what: str, run: Run, tree: Path) -> None:
    found = run(*ADD, *OWN, "--model", "m", *arguments, "--config", "theirs.json", "--dialect", dialect, code=1)
    assert what in found.err
    assert not (tree / "theirs.json").exists()


def in_dialect(run: Run, dialect: str, *arguments: str) -> Any:
    run(*ADD, *arguments, "--config", "theirs.json", "--dialect", dialect, "-q")
    return said(Path("theirs.json"))


def test_zot_s_file_gets_zot_s_words(run: Run, tree: Path) -> None:
    found = in_dialect(run, "zot", *OWN, "--model", "m", "--api", "anthropic", "--context-window", "9000", "--reasoning", "--input-price", "0", "--output-price", "0", "--vision")
    model = {"id": "m", "name": "m", "contextWindow": 9000, "input": ["text", "image"], "reasoning": True, "priceInput": 0, "priceOutput": 0}
    assert found == {"providers": {"my-company": {"baseUrl": OWN[3], "api": "anthropic", "models": [model]}}}
    assert in_dialect(run, "zot", "--model", "my-company/M", "--no-reasoning")["providers"]["my-company"]["models"] == [
        {"id": "M", "name": "M", "input": ["text"], "reasoning": False}
    ]


def use_real_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelwright.resources import registry_dir

    monkeypatch.setenv("PROVIDERS_REGISTRY", str(registry_dir()))


def test_routerly_s_line_registers_a_keyless_free_model(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line of Routerly's own documentation, in its own form and in the native one."""
    use_real_registry(monkeypatch)
    line = ("--id", "my-custom-model", "--provider", "custom", "--base-url", "http://192.168.1.50:8000/v1", "--input-price", "0", "--output-price", "0")
    (row,) = in_dialect(run, "routerly", *line)["models"]
    assert (row["endpoint"], row["cost"]) == ("http://192.168.1.50:8000/v1", {"inputPerMillion": 0, "outputPerMillion": 0})
    run(*ADD, *line)
    assert compiled(run, "custom/my-custom-model")["price"]["state"] == "free"
    assert run("resolve", "custom/my-custom-model", "--json", "-q").json["auth"]["source"] == "none"


def test_routerly_s_rows_hold_tiers_and_limits(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_real_registry(monkeypatch)
    tiers = '[{"metric": "context_tokens", "above": 200000, "inputPerMillion": 6, "outputPerMillion": 22.5}]'
    arguments = ("--provider", "openai", "--id", "mine", "--input-price", "3", "--output-price", "15", "--pricing-tiers-json", tiers, "--daily-budget", "5", "--tools", "--vision")
    (row,) = in_dialect(run, "routerly", *arguments)["models"]
    assert row["cost"]["pricingTiers"] == json.loads(tiers)
    assert row["limits"] == [{"metric": "cost", "windowType": "period", "period": "daily", "value": 5}]
    assert row["capabilities"] == {"vision": True, "functionCalling": True}


def test_a_new_model_in_sophon_s_catalogue_is_on_its_provider_s_list(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_real_registry(monkeypatch)
    Path("theirs.json").write_text('{"providers": [{"id": "a", "providerType": "gemini", "models": [{"id": "gemini-2.5-pro"}]}, {"id": "b", "providerType": "gemini"}]}')
    found = in_dialect(run, "sophon", "--provider", "gemini", "--model", "mine", "--context-window", "9000", "--tools")
    assert found["modelCatalog"] == [{"id": "mine", "provider": "gemini", "displayName": "mine", "contextWindow": 9000, "capabilities": {"functionCalling": True}}]
    assert [one.get("models") for one in found["providers"]] == [[{"id": "gemini-2.5-pro"}, {"id": "mine"}], None]


def test_sloppy_s_row_has_sloppy_s_prefix(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_real_registry(monkeypatch)
    assert in_dialect(run, "sloppy", "--model", "openai/gpt-5.4", "--name", "openai")["models"] == [{"title": "openai", "apiKey": "", "apiUrl": "", "model": "openai-api:gpt-5.4"}]


def at_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, answers: list[str], *arguments: str, code: int = 0) -> Outcome:
    monkeypatch.setattr("modelwright.cli.terminal.has_person", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*answers, ""])))
    return run(*ADD, "--wizard", *arguments, code=code)


def test_the_wizard_asks_for_what_is_missing_and_shows_the_file_before_it_writes(run: Run, tree: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["my-company", "m", "https://h.example/v1", "", "9000", "", "y", "n", "?", "", "0.5", "2", "", "y"]
    shown = at_the_terminal(run, monkeypatch, answers).out
    assert '+          "limits": {"context_tokens": 9000},' in shown
    assert f"Write {user_file}?" in shown
    facts = said(user_file)["providers"]["my-company"]["models"]["m"]
    assert facts == {
        "name": "m",
        "limits": {"context_tokens": 9000},
        "input": ["text"],
        "capabilities": {"tools": False},
        "thinking": {"mode": "unspecified"},
        "prices": [{"input_usd_per_mtok": 0.5, "output_usd_per_mtok": 2}],
    }


def test_the_wizard_does_not_ask_what_it_was_told_and_writes_nothing_without_a_yes(run: Run, tree: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [*OWN, "--model", "m", "--api", "openai", "--max-tokens", "5", "--context-window", "9", "--tools", "--reasoning", "--vision", "--json"]
    told += ["--input-price", "1", "--output-price", "1", "--cache-price", "0.1"]
    at_the_terminal(run, monkeypatch, ["n"], *told, code=130)
    assert not user_file.exists()


def test_an_answer_that_is_none_is_asked_for_again(run: Run, tree: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["acme", "new", "many", "0", "9000", "", "?", "?", "?", "?", "dear", "1", "2", "", "y"]
    assert "is not an amount of USD" in at_the_terminal(run, monkeypatch, answers).out
    assert said(user_file)["providers"]["acme"]["models"]["new"]["limits"] == {"context_tokens": 9000}
