"""The workflows of docs/ci.md are workflows, and their steps do what the page says: from upstream to the registry, by way of a pull request."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import checkout
from cli.refresh_world import MODELS, model, moved, unmoved
from discover.servers import as_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (checkout.ROOT / "docs" / "ci.md").read_text()
BLOCKS = {found[1]: found[0] for found in re.findall(r"^```yaml\n(# (\S+)\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)}
WORKFLOWS = {Path(name).stem: text for name, text in BLOCKS.items() if name.startswith(".github/")}
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$1 $2" in "pr create") [ ! -e "$GH_LOG.open" ] && touch "$GH_LOG.open" ;; esac
"""
PROVIDER = """\
id: acme
name: Acme
kind: hosted
order: 1
billing: metered
routes:
  - {id: api, label: API key, protocol: openai-chat, base_url: "URL/v1", auth: {kind: bearer, env: [ACME_API_KEY]}}
discovery:
  - {adapter: openai-models, url: "${base_url}/models", auth: none, price_unit: usd_per_mtok, authoritative: [id, name, limits, prices]}
sources:
  default: {from: "Acme's documentation, opened", read_on: 2026-11-01}
"""


@dataclass
class Repository:
    """A repository, what is its origin, and a server that lists Acme's models."""

    clone: Path
    origin: Path
    env: dict[str, str]
    listed: list[dict[str, Any]] = field(default_factory=list)

    def git(self, *arguments: str) -> str:
        return checkout.run("git", "-c", "user.name=a", "-c", "user.email=a@acme.example", *arguments, cwd=self.clone, env=self.env).stdout

    def job(self, name: str, **more: str) -> int:
        """Run the steps of the workflow *name* in a fresh clone of main, as GitHub's runner does; return the exit code of the first that fails, 0."""
        (job,) = yaml.safe_load(WORKFLOWS[name])["jobs"].values()
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--force", "-B", "main", "origin/main")
        self.git("clean", "--quiet", "-fdx")
        outputs = self.clone.parent / "outputs"
        outputs.write_text("")
        env = self.env | {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(self.clone.parent / "summary.md"), **more}
        for step in job["steps"]:
            condition = step.get("if")
            if "run" not in step or step["run"].startswith("pip install") or (condition and "changed=yes" not in outputs.read_text()):
                continue
            assert condition in (None, "steps.ask.outputs.changed == 'yes'")
            done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=self.clone, env=env, capture_output=True, text=True, check=False)
            self.said = done.stdout + done.stderr
            if done.returncode:
                return done.returncode
        return 0

    @property
    def summary(self) -> str:
        return (self.clone.parent / "summary.md").read_text()

    def asked_gh(self) -> list[str]:
        log = Path(self.env["GH_LOG"])
        return log.read_text().splitlines() if log.exists() else []

    def on_branch(self, branch: str, path: str) -> str:
        return checkout.run("git", "show", f"{branch}:{path}", cwd=self.origin, env=self.env).stdout


@contextmanager
def repository(folder: Path) -> Iterator[Repository]:
    """Lay out the repository with Acme's registry on its main branch."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    (programs / "providers").symlink_to(Path(sys.executable).with_name("providers"))
    proxies = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    env = checkout.environment(folder / "home", PATH=f"{programs}:{os.environ['PATH']}", GH_LOG=str(folder / "gh.log"), **proxies)
    origin, clone = folder / "origin.git", folder / "clone"
    checkout.run("git", "init", "--quiet", "--bare", "--initial-branch", "main", origin, cwd=folder, env=env)
    checkout.run("git", "clone", "--quiet", origin, clone, cwd=folder, env=env)
    found = Repository(clone, origin, env, unmoved())
    with serving(lambda _: as_json({"data": found.listed})) as server:
        shutil.copytree(checkout.ROOT / "registry" / "vocabulary", clone / "registry" / "vocabulary", ignore=shutil.ignore_patterns("catalogues.yaml"))
        for place, text in {"providers": PROVIDER.replace("URL", server.url), "models": MODELS}.items():
            (clone / "registry" / place).mkdir()
            (clone / "registry" / place / "acme.yaml").write_text(text)
        found.git("checkout", "--quiet", "-B", "main")
        found.git("add", ".")
        found.git("commit", "--quiet", "-m", "before")
        found.git("push", "--quiet", "origin", "main")
        yield found


def test_the_workflows_are_what_github_takes(tmp_path: Path) -> None:
    files = []
    for name, text in WORKFLOWS.items():
        files.append(tmp_path / f"{name}.yml")
        files[-1].write_text(text)
    assert len(files) == 3
    checkout.run(Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files, cwd=tmp_path, env=checkout.environment(tmp_path))


def test_what_upstream_changes_reaches_the_registry_by_way_of_a_pull_request(tmp_path: Path) -> None:
    with repository(tmp_path) as repo:
        assert repo.job("refresh") == 0, repo.said
        assert repo.asked_gh() == []
        repo.listed = moved()
        assert repo.job("refresh", PROVIDERS_HOME=str(tmp_path / "second")) == 0, repo.said
        assert [line.split(" --title")[0] for line in repo.asked_gh()] == ["pr create --head refresh"]
        assert "registry: 3 changes: 1 safe, 1 notable, 1 breaking; 1 held" in repo.asked_gh()[0]
        assert repo.summary.count("<!-- modelwright:refresh -->") == 2
        review = repo.on_branch("refresh", "review.yaml")
        assert "registry/" not in repo.git("diff", "--name-only", "origin/main", "origin/refresh")

        # Somebody approves one change on the branch; the next night another has come, and the decision is kept.
        item = review.index("acme/acme-next#added")
        repo.git("checkout", "--quiet", "refresh")
        (repo.clone / "review.yaml").write_text(review[:item] + review[item:].replace("decision: pending", "decision: approved", 1))
        repo.git("commit", "--quiet", "-am", "approve")
        repo.git("push", "--quiet", "--force", "origin", "refresh")
        repo.listed = [*moved(), model("acme-later", 1000, (1, 1))]
        assert repo.job("refresh", PROVIDERS_HOME=str(tmp_path / "third")) == 0, repo.said
        assert [line.split(" --title")[0] for line in repo.asked_gh()[1:]] == ["pr create --head refresh", "pr edit refresh"]
        review = repo.on_branch("refresh", "review.yaml")
        assert [line for line in review.splitlines() if "decision:" in line and "#" not in line].count("    decision: approved") == 1
        assert "acme/acme-later#added" in review

        # It is merged: what was approved is applied, the rest waits for the next night.
        repo.git("checkout", "--quiet", "main")
        repo.git("merge", "--quiet", "--no-edit", "origin/refresh")
        repo.git("push", "--quiet", "origin", "main")
        assert repo.job("apply") == 0, repo.said
        assert "review.yaml" not in repo.git("ls-tree", "--name-only", "-r", "origin/main").split()
        after = repo.on_branch("main", "registry/models/acme.yaml")
        assert "acme-next" in after
        assert "acme-later" not in after
        log = json.loads(repo.on_branch("main", "registry/upstream/applied.jsonl"))
        assert log["applied"] == ["acme/acme-next#added"]


def test_a_review_that_no_longer_fits_ends_with_3_and_changes_nothing(tmp_path: Path) -> None:
    with repository(tmp_path) as repo:
        repo.listed = moved()
        assert repo.job("refresh") == 0, repo.said
        review = repo.on_branch("refresh", "review.yaml")
        repo.git("checkout", "--quiet", "-B", "main", "origin/main")
        (repo.clone / "review.yaml").write_text(review.replace("decision: pending", "decision: approved"))
        (repo.clone / "registry" / "models" / "acme.yaml").write_text(MODELS.replace("input_usd_per_mtok: 0.5", "input_usd_per_mtok: 0.4"))
        repo.git("add", ".")
        repo.git("commit", "--quiet", "-m", "an edit by hand")
        repo.git("push", "--quiet", "origin", "main")
        head = repo.git("rev-parse", "origin/main")
        assert repo.job("apply") == 3
        assert "refused: acme/acme-small#price" in repo.said
        assert repo.git("ls-remote", "origin", "main").split()[0] == head.strip()


@pytest.mark.parametrize(("is_waived", "code"), [(True, 0), (False, 1)])
def test_an_edit_by_hand_that_breaks_somebody_is_stopped_unless_it_is_waived(tmp_path: Path, is_waived: bool, code: int) -> None:
    with repository(tmp_path) as repo:
        waivers = BLOCKS["registry-waivers.yaml"]
        (repo.clone / "registry-waivers.yaml").write_text(waivers if is_waived else waivers.replace("acme/*", "other/*"))
        repo.git("add", ".")
        repo.git("commit", "--quiet", "-m", "waivers")
        repo.git("branch", "--force", "base")
        repo.git("push", "--quiet", "origin", "main", "base")
        path = repo.clone / "registry" / "models" / "acme.yaml"
        path.write_text(MODELS.replace(MODELS[MODELS.index("  - id: acme-old") : MODELS.index("  - id: acme-mini")], ""))
        repo.git("commit", "--quiet", "-am", "remove a model")
        repo.git("push", "--quiet", "origin", "main")
        assert repo.job("registry", GITHUB_BASE_REF="base") == code, repo.said
        assert "MODEL_REMOVED" in repo.said
        assert "acme-old" in repo.summary
