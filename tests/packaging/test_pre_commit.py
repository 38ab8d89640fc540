"""The hook for other repositories: which files it takes, what it says of them, and that it installs."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import checkout
from modelwright.source import layout

if TYPE_CHECKING:
    from pathlib import Path

HOOK: dict[str, Any] = yaml.safe_load((checkout.ROOT / ".pre-commit-hooks.yaml").read_text())[0]
TYPO = '{"providers": {"anthropic": {"models": {\n  "claude-sonnet-4-5": {"limit": {"context_tokens": 1000}}\n}}}}\n'
SWAPPED = '{"providers": {"anthropic": {"models": {\n  "claude-haiku-4-5": {"price": {"cache_read_usd_per_mtok": 9}}\n}}}}\n'
GOOD = '{"providers": {"anthropic": {"models": {\n  "claude-haiku-4-5": {"price": {"cache_read_usd_per_mtok": 0.2}}\n}}}}\n'


@pytest.mark.parametrize(("kind", "file"), [("manifest", ".pre-commit-hooks.yaml"), ("config", ".pre-commit-config.yaml")])
def test_pre_commit_accepts_our_files(kind: str, file: str, tmp_path: Path) -> None:
    checkout.run(sys.executable, "-m", "pre_commit", f"validate-{kind}", checkout.ROOT / file, cwd=tmp_path, env=checkout.environment(tmp_path))


def test_the_hook_installs_the_fast_extra_and_never_runs_beside_itself() -> None:
    assert (HOOK["id"], HOOK["entry"], HOOK["language"]) == ("providers-lint", "providers lint", "python")
    assert HOOK["additional_dependencies"] == [".[fast]"]
    assert HOOK["require_serial"] is True


@pytest.mark.parametrize("path", ["models.json", ".providers/models.json", "registry/models/acme.yaml", "llm/registry/providers/acme.yaml", "registry/vocabulary/units.yml"])
def test_the_hook_takes_definitions(path: str) -> None:
    assert re.search(HOOK["files"], path)


@pytest.mark.parametrize("folder", layout.FOLDERS)
def test_the_hook_takes_every_folder_of_a_registry(folder: str) -> None:
    assert re.search(HOOK["files"], f"registry/{folder}/acme.yaml")


@pytest.mark.parametrize(
    "path", ["my-models.json", "models.json.orig", "registry/index.yaml", "docker/registry/config.yml", "registry/models/deep/acme.yaml", "registry/README.md"]
)
def test_the_hook_leaves_other_tools_files_alone(path: str) -> None:
    assert not re.search(HOOK["files"], path)


@pytest.mark.slow
def test_the_hook_fails_on_a_wrong_file_and_passes_after_mending(tmp_path: Path) -> None:
    env = checkout.environment(tmp_path / "home", PRE_COMMIT_HOME=str(tmp_path / "pre-commit"))
    ours = checkout.copy(tmp_path / "ours")
    checkout.commit(ours, env)
    theirs = tmp_path / "theirs"
    for name, text in {"wrong": TYPO.replace("\n}}}}", ",\n" + SWAPPED.splitlines()[1] + "\n}}}}"), "good": GOOD}.items():
        (theirs / name).mkdir(parents=True)
        (theirs / name / "models.json").write_text(text)
    checkout.commit(theirs, env)
    hook = (sys.executable, "-m", "pre_commit", "try-repo", ours, "providers-lint", "--all-files")
    failed = checkout.run(*hook, cwd=theirs, env=env, code=1).stdout
    assert "wrong/models.json:2:25: error[PV010] unknown-key: unknown key `limit`" in failed
    assert "wrong/models.json:3:61: error[PV202] cache-read-above-input" in failed
    assert "good/models.json" not in failed
    (theirs / "wrong" / "models.json").write_text(GOOD)
    assert "Passed" in checkout.run(*hook, cwd=theirs, env=env).stdout
