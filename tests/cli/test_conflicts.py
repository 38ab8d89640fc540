"""`conflicts` and `import` print what is to be decided; nothing they are given ends in a traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conflicts_golden import CALLS, FIXTURES, lay

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with the registry and the catalogue of fixtures/conflicts, and go there."""
    root = tmp_path / "work"
    root.mkdir()
    lay(root)
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("name", CALLS)
def test_a_call_prints_exactly_what_its_fixture_says(name: str, run: Run, work: Path) -> None:
    assert run(*CALLS[name]).out == (FIXTURES / name).read_text()


def test_proposed_disagreements_silence_what_they_are_about(run: Run, work: Path) -> None:
    against = ("--against", "litellm", "litellm.json", "--provider", "mirror", "--exit-code")
    run("conflicts", *against, code=1)
    proposed = run("conflicts", *against[:-1], "--propose").out
    field = next(line for line in proposed.splitlines() if "limits.output_tokens" in line).replace("}", ", because: other-terms}")
    models = work / "registry" / "models" / "mirror.yaml"
    models.write_text(models.read_text().replace("    limits: {output_tokens: 32000}\n", f"    limits: {{output_tokens: 32000}}\n    disagreements:\n{field}\n"))
    said = run("conflicts", *against)
    assert said.out.endswith("mirror         1      0        1     0           0\n")
    assert said.err == "nothing to decide\n"


def test_the_exit_code_tells_of_open_ones(run: Run, work: Path) -> None:
    run("conflicts", "--exit-code", code=1)
    run("conflicts", "--provider", "mirror", "--exit-code")


def test_imported_entries_fit_into_the_registry(run: Run, work: Path) -> None:
    proposed = run("import", "litellm", "litellm.json", "--provider", "acme").out
    models = work / "registry" / "models" / "acme.yaml"
    models.write_text(models.read_text() + proposed)
    assert run("lint", "--strict", "--json", "--registry", "registry").json["findings"] == []
    assert run("import", "litellm", "litellm.json", "--provider", "acme").err == "litellm has 0 models of 1 provider that the registry has not\n"


def test_a_provider_is_meant_by_our_id_or_by_theirs(run: Run, work: Path) -> None:
    assert run("import", "litellm", "litellm.json", "--provider", "acme-chat").out == run("import", "litellm", "litellm.json", "--provider", "acme").out
    assert "models of 1 provider that" in run("import", "litellm", "litellm.json", "--provider", "mirror").err
    run("import", "litellm", "litellm.json", "-o", "draft", "--provider", "mirror")
    assert [path.name for path in (work / "draft" / "models").iterdir()] == ["acme.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("import", "litellm", "litellm.json", "--provider", "acm"), 1, "did you mean 'acme'"),
        (("import", "litellm", "litellm.json", "--provider", "elsewhere"), 1, "name it under `catalogues`"),
        (("import", "genai-prices", "litellm.json"), 1, "the whole file: it is an object where a list belongs; it reads as litellm: name that source"),
        (("import", "models-dev", "broken.json"), 1, "broken.json:1:10: duplicate key `a`"),
        (("import", "litellm", "broken.json"), 1, "get the catalogue as JSON again"),
        (("import", "litellm", "deep.json"), 1, "nested deeper than 64 levels"),
        (("import", "litellm", "empty.json"), 1, "no model is in it"),
        (("import", "litellm", "bytes.json"), 1, "not UTF-8 text, at byte 3"),
        (("import", "litellm", "litellm.json", "--registry", "nowhere"), 1, "there is no registry in nowhere"),
        (("conflicts", "--provider", "acmee"), 1, "did you mean 'acme'"),
        (("conflicts", "--propose"), 2, "go with --against"),
        (("conflicts", "--against", "litellm", "litellm.json", "--on", "someday"), 2, "not a day"),
        (("conflicts", "--against", "genai-prices", "genai.json", "--provider", "mirror"), 1, "lists none of these providers"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_call_is_an_error_that_names_the_cure(arguments: tuple[str, ...], code: int, said: str, run: Run, work: Path) -> None:
    (work / "broken.json").write_text('{"a": 1, "a": 2}')
    (work / "deep.json").write_text('{"a":' * 100 + "1" + "}" * 100)
    (work / "empty.json").write_text("{}")
    (work / "bytes.json").write_bytes(b'{"\xff": 1}')
    (work / "genai.json").write_text(json.dumps([{"id": "acme", "name": "Acme", "models": [{"id": "m", "prices": {}}]}]))
    error = run(*arguments, code=code).err
    assert said in error
    assert "Traceback" not in error


def test_what_cannot_be_read_of_the_registry_is_said(run: Run, work: Path) -> None:
    (work / "registry" / "models" / "mirror.yaml").write_text("provider: [")
    assert "parts of the registry cannot be read" in run("conflicts").err


def test_neither_catalogues_nor_disagreements_are_compiled(run: Run, work: Path) -> None:
    run("compile", "--registry", "registry", "--target", "json", "-o", "out.json", "--quiet")
    document = json.loads((work / "out.json").read_text())
    assert not any("catalogues" in provider for provider in document["providers"])
    assert not any("disagreements" in model for model in document["models"])
