"""
A file of a working tree names no endpoint until its reader trusts it, as it is.

"until `providers trust PATH` (stored by digest) it may add models and change facts, and may not set a base URL, headers, auth,
env names …; such keys are findings and are ignored." (contract §4)
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelwright import pipeline
from modelwright.cli import inputs

if TYPE_CHECKING:
    from command_line import Run


@pytest.fixture
def project(tree: Path) -> Path:
    """Return a project's file that says where requests go, and another fact."""
    path = tree / ".providers" / "models.json"
    path.parent.mkdir()
    path.write_text('{"providers": {"acme": {"base_url": "https://proxy.example/v1", "models": {"acme-small": {"limits": {"output_tokens": 4000}}}}}}')
    return path


def _compiled(run: Run, code: int = 0, *arguments: str | Path) -> tuple[str, object]:
    run("compile", "--target", "json", "-o", "out.json", *arguments, code=code)
    if code:
        return "", None
    document = json.loads(Path("out.json").read_text())
    return document["providers"][0]["routes"][0]["base_url"], document["models"][1]["limits"].get("output_tokens")


def test_a_folder_nobody_may_write_to_is_said_with_a_way_out(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: str, **_: object) -> None:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr("os.makedirs", refuse)
    cure = "see the permissions; PROVIDERS_HOME names another folder for config, cache and state"
    assert run("trust", project, code=1).err.endswith(f": permission denied; {cure}\n")


def test_an_untrusted_file_is_reported_and_its_endpoints_are_not_used(run: Run, project: Path) -> None:
    found = run("compile", "-o", "-", code=1)
    assert "error[PV603]" in found.err
    assert "providers trust .providers/models.json" in found.err
    assert run("why", "acme", "base_url", "--json").json["value"] == "https://api.acme.example/v1"
    assert run("why", "acme/acme-small", "limits.output_tokens", "--json").json["value"] == 4000


def test_an_untrusted_file_takes_the_place_of_nothing_in_one_s_own(run: Run, tree: Path, real_words: None, project: Path, user_file: Path) -> None:
    """No account, no list of what is allowed, no policy: not in the native form, and not by the dialect it is written in."""
    own = {
        "accounts": {"work": {"provider": "acme", "default": True, "credentials": [{"env": "WORK_KEY"}]}},
        "policy": {"credentials": ["env"], "private_network": "declared"},
        "allowed_models": ["acme/acme-small"],
    }
    theirs = {
        "accounts": {"work": {"status": "inactive"}, "mine": {"provider": "acme", "default": True, "rank": -1}},
        "policy": {"credentials": ["none"], "private_network": "free", "visible": "configured", "failover": "any"},
        "allowed_models": [],
    }
    user_file.write_text(json.dumps(own))

    def holds() -> tuple[object, object]:
        catalog = pipeline.resolve(inputs.find(None, ())).catalog
        return catalog.settings, {name: entry.facts for name, entry in catalog.accounts.items()}

    before = holds()
    for said in (theirs, {"providers": [{"id": "mine", "providerType": "acme", "isDefault": True}]}):
        project.write_text(json.dumps(said))
        assert holds() == before
        run("trust")
        assert holds() != before


def test_trust_holds_for_the_file_as_it_is(run: Run, project: Path) -> None:
    said = run("trust", ".providers/models.json")
    assert said.err.startswith(".providers/models.json is trusted as it is now (")
    assert _compiled(run) == ("https://proxy.example/v1", 4000)


def test_trust_ends_when_the_file_changes_and_comes_back_with_it(run: Run, project: Path) -> None:
    before = project.read_text()
    run("trust")
    project.write_text(before.replace("proxy.example", "collector.example"))
    _compiled(run, 1)
    project.write_text(before)
    assert _compiled(run)[0] == "https://proxy.example/v1"


def test_trust_is_for_one_place(run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words in another working tree have to be read there."""
    run("trust")
    other = tmp_path / "other" / ".providers"
    other.mkdir(parents=True)
    (other / "models.json").write_text(project.read_text())
    monkeypatch.chdir(other.parent)
    assert "PV603" in run("compile", "--registry", "../work/registry", "-o", "-", code=1).err


def test_trusting_several_files_forgets_none(run: Run, project: Path, tree: Path, home: Path) -> None:
    (tree / "other.json").write_text("{}")
    run("trust")
    run("trust", "other.json")
    assert len(json.loads((home / "trust.json").read_text())) == 2
    assert _compiled(run)[0] == "https://proxy.example/v1"
    assert stat.S_IMODE((home / "trust.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"a": 1}'], ids=repr)
def test_a_damaged_record_of_trust_trusts_nothing(content: str, run: Run, project: Path, home: Path) -> None:
    run("trust")
    (home / "trust.json").write_text(content)
    _compiled(run, 1)
    run("trust")
    assert _compiled(run)[0] == "https://proxy.example/v1"


def test_files_of_one_s_own_need_no_trust(run: Run, project: Path, user_file: Path) -> None:
    """Named with --config, or in the user's own config directory."""
    assert _compiled(run, 0, "--config", project)[0] == "https://proxy.example/v1"
    project.rename(user_file)
    assert _compiled(run)[0] == "https://proxy.example/v1"


def test_the_project_s_file_lies_over_the_user_s(run: Run, project: Path, user_file: Path) -> None:
    user_file.write_text('{"providers": {"acme": {"name": "Mine", "models": {"acme-small": {"limits": {"output_tokens": 1000}}}}}}')
    run("trust")
    assert _compiled(run) == ("https://proxy.example/v1", 4000)
    assert run("why", "acme", "name", "--json").json["value"] == "Mine"


def test_trust_that_cannot_be_kept_is_an_error(run: Run, project: Path, home: Path) -> None:
    home.write_text("a file in its place")
    found = run("trust", code=1)
    assert "is trusted" not in found.err
    assert found.err.startswith(("error: ", "Error: "))


def test_without_a_project_s_file_there_is_nothing_to_trust(run: Run, tree: Path) -> None:
    assert ".providers/models.json" in run("trust", code=2).err
