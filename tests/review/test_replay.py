"""
A month of real history: the models.dev catalogue of 2026-06-01 becomes a registry, and a refresh against that of 2026-07-02 finds what happened.

fixtures/replay holds cuts of both. MODELWRIGHT_REPLAY_DATA names a folder with the whole files, models-dev-2026-06-01.json and
models-dev-2026-07-02.json, for `make verify`.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import pipeline
from modelwright.cli import main
from review.history import by_ref, can_be_held, happened, held, said

if TYPE_CHECKING:
    from collections.abc import Callable

CUT = Path(__file__).parent.parent.parent / "fixtures" / "replay"
BEFORE, AFTER, TODAY = "2026-06-01", "2026-07-02", "2026-11-20"
_NOON = 20_777 * 86_400 + 43_200


@dataclass(frozen=True, kw_only=True)
class Replay:
    """One month, and what the commands said of it and did."""

    old: dict[str, Any]
    new: dict[str, Any]
    before: dict[str, str]
    """The files of models, by provider, as they were before the apply."""
    after: dict[str, str]
    found: list[dict[str, Any]]
    found_again: list[dict[str, Any]]
    refused: set[str]
    """Models that lint refuses as they are published; what happened to them was rejected."""
    facts: dict[str, dict[str, Any]]
    """By ref, what is resolved after the apply."""


def providers(*arguments: str | Path) -> tuple[int, str, str]:
    """Return the exit code of `providers` and what it prints, on the day tests judge by."""
    out, told = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(told):
        patch.setattr(sys, "argv", ["providers", *map(str, arguments)])
        patch.setattr("modelwright.runtime.day.time", lambda: _NOON)
        with pytest.raises(SystemExit) as stopped:
            main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code, out.getvalue(), told.getvalue()


def planned(refresh: tuple[str | Path, ...]) -> list[dict[str, Any]]:
    code, out, told = providers(*refresh, "--json")
    assert code == 0, told
    changes: list[dict[str, Any]] = json.loads(out)["changes"]
    return changes


def approve_all(refresh: tuple[str | Path, ...], registry: Path, refs: set[str]) -> set[str]:
    """Apply everything but what happened to models that lint refuses; return these."""
    review, refused = registry.parent / "review.yaml", set[str]()
    apply: tuple[str | Path, ...] = (*refresh, "--apply", "--approve", "all")
    while True:
        code, _, told = providers(*apply)
        if code == 0:
            return refused
        culprits = {ref for ref in refs - refused if f"`{ref}`" in told}
        assert (code, bool(culprits)) == (3, True), told
        refused |= culprits
        providers(*refresh, "--write-review", "--review", review)
        decide(review, refused)
        apply = ("refresh", "--registry", registry, "--apply", "--review", review)


def decide(review: Path, rejected: set[str]) -> None:
    """Reject what is about the models *rejected* and approve the rest."""
    lines, decision = [], ""
    for line in review.read_text().split("\n"):
        if line.startswith("  - id: "):
            decision = "rejected" if line.removeprefix("  - id: ").strip('"').rpartition("#")[0] in rejected else "approved"
        lines.append(f"    decision: {decision}" if line.startswith("    decision: ") else line)
    review.write_text("\n".join(lines))


def files(folder: Path) -> dict[str, str]:
    return {file.stem: file.read_text() for file in sorted((folder / "models").iterdir())}


def entries(text: str) -> dict[str, str]:
    """Return the lines of each entry of a file of models, the comments above the next one among them, by id."""
    return {found[1].strip('"'): found[0] for found in re.finditer('(?ms)^  - id: ("[^"]*"|[^ \\n]+).*?(?=^  - id:|\\Z)', text)}


def annotate(folder: Path) -> None:
    """Write comments into the files of models: above every model, and behind its id, name, input and prices."""
    for file in (folder / "models").iterdir():
        lines = []
        for number, line in enumerate(file.read_text().splitlines()):
            lines += [f"  # by hand, above {number}"] if line.startswith("  - id:") else []
            lines.append(f"{line}   # by hand {number}" if re.match("  - id|    name|    input|      - ", line) else line)
        file.write_text("\n".join(lines) + "\n")


def whole_files() -> tuple[Path, Path]:
    folder = os.environ.get("MODELWRIGHT_REPLAY_DATA")
    if not folder:
        pytest.skip("MODELWRIGHT_REPLAY_DATA names no folder with models-dev-2026-06-01.json and models-dev-2026-07-02.json")
    return Path(folder) / f"models-dev-{BEFORE}.json", Path(folder) / f"models-dev-{AFTER}.json"


@pytest.fixture(scope="module", params=[lambda: (CUT / "old.json", CUT / "new.json"), pytest.param(whole_files, marks=pytest.mark.slow)], ids=["cut", "whole"])
def replay(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """Import the old catalogue, refresh against the new one, apply all of it and refresh again."""
    choose: Callable[[], tuple[Path, Path]] = request.param
    old, new = choose()
    registry = tmp_path_factory.mktemp("replay") / "registry"
    refresh = ("refresh", "--registry", registry, "--from-file", new, "--read-on", AFTER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROVIDERS_HOME", str(registry.parent / "home"))
        providers("import", "models-dev", old, "-o", registry, "--read-on", BEFORE)
        annotate(registry)
        before, found = files(registry), planned(refresh)
        assert files(registry) == before
        refused = approve_all(refresh, registry, {change["ref"] for change in found})
        return Replay(
            old=json.loads(old.read_bytes()),
            new=json.loads(new.read_bytes()),
            before=before,
            after=files(registry),
            found=found,
            found_again=planned(refresh),
            refused=refused,
            facts={ref: entry.facts for ref, entry in pipeline.resolve(pipeline.Inputs(str(registry), TODAY)).catalog.models.items()},
        )


def test_everything_that_happened_is_reported_once_and_in_the_right_class(replay: Replay) -> None:
    reported = [(change["id"], change["class"]) for change in replay.found]
    assert sorted(reported) == sorted(happened(replay.old, replay.new))


def test_a_month_holds_a_change_of_almost_every_class(replay: Replay) -> None:
    assert len({change["class"] for change in replay.found}) >= 25


def test_what_takes_something_away_is_held_and_what_adds_is_not(replay: Replay) -> None:
    """Prices are held by the policy of catalogues, and a lower one or an address of a model's own by what they say."""
    taken = {"context-shrunk", "limit-shrunk", "limit-withdrawn", "capability-lost", "capability-withdrawn", "modality-lost", "price-withdrawn", "price-raised", "price-changed"}
    assert [change["id"] for change in replay.found if change["class"] in taken and change["held"] is None] == []
    others = [change for change in replay.found if change["class"] not in taken and change["held"] is not None]
    assert [change["id"] for change in others if change["class"] != "price-lowered" and "base_url" not in change["new"]] == []


def test_after_all_of_it_is_applied_the_registry_says_what_the_newer_catalogue_says(replay: Replay) -> None:
    was, now = by_ref(replay.old, replay.new)
    refs = [ref for ref in now if (ref not in was or can_be_held(was[ref])) and ref not in replay.refused]
    assert len(refs) > 300
    assert {ref: held(replay.facts[ref]) for ref in refs} == {ref: said(now[ref]) for ref in refs}


def test_approving_all_applies_all_but_what_lint_refuses_as_it_is_published(replay: Replay, request: pytest.FixtureRequest) -> None:
    assert len(replay.refused) <= {"cut": 0, "whole": 200}[request.node.callspec.id]


def test_after_it_there_is_nothing_left_to_do(replay: Replay) -> None:
    assert replay.found_again == []


def test_no_model_is_deleted_and_what_is_gone_is_marked_with_the_day(replay: Replay) -> None:
    was, now = by_ref(replay.old, replay.new)
    for provider, text in replay.before.items():
        assert list(entries(replay.after[provider]))[: len(entries(text))] == list(entries(text))
    marked = {ref for ref, facts in replay.facts.items() if facts.get("missing_since") == AFTER}
    assert marked == {ref for ref in was.keys() - now.keys() - replay.refused if can_be_held(was[ref])}


def test_comments_stay_and_models_that_did_not_change_keep_every_byte(replay: Replay) -> None:
    changed = {name.rpartition("#")[0] for name, _ in happened(replay.old, replay.new)} - replay.refused
    kept = 0
    for provider, text in replay.before.items():
        assert re.findall("# by hand .*", replay.after[provider]) == re.findall("# by hand .*", text)
        after = entries(replay.after[provider])
        for identity, lines in entries(text).items():
            if f"{provider}/{identity}" not in changed:
                kept += 1
                assert after[identity] == lines
    assert kept > 30
