"""`providers refresh` as a person uses it: see what changed, decide, apply; then it is quiet."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from cli.refresh_world import BOLT_MODELS, DAY, GONE, MODELS, NEW, RAISED, World, a_world, model, moved, unmoved
from command_line import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        yield world


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@acme.example", *arguments], check=True, capture_output=True, text=True).stdout


HUNKS = """\
@@ -19,7 +19,12 @@ models:
     prices:
       # cheap
       - input_usd_per_mtok: 0.5
+        until: 2026-11-20
         output_usd_per_mtok: 1.5
+      - since: 2026-11-20
+        input_usd_per_mtok: 0.6
+        output_usd_per_mtok: 1.5
+        source: {from: "URL", read_on: 2026-11-20}
   - id: acme-old
     name: Acme Old
     limits: {context_tokens: 32000}
@@ -28,3 +33,9 @@ models:
     name: Acme Mini
     limits: {context_tokens: 32000}
     prices: [{input_usd_per_mtok: 1, output_usd_per_mtok: 2}]
+  - id: acme-next
+    name: Acme Next
+    limits: {context_tokens: 400000}
+    prices:
+      - {input_usd_per_mtok: 4, output_usd_per_mtok: 20}
+    sources: {default: {from: "URL", read_on: 2026-11-20}}
"""


def test_what_changed_upstream_is_shown_decided_applied_and_then_quiet(world: World) -> None:
    """The walk of a new user: a price goes up, a model goes, another comes; two are approved and one is rejected."""
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    world.lists["acme"] = moved()
    found = world.refresh().out
    assert "! acme-old  model-missing" in found
    assert "+ acme-next  model-added" in found
    assert "input_usd_per_mtok: 0.5 → 0.6" in found
    assert found.endswith("3 changes: 1 safe, 1 notable, 1 breaking; 1 held\n")
    assert git("status", "--short") == ""
    world.write_review({RAISED: "approved", NEW: "approved", GONE: "rejected\n    reason: it still answers"})
    applied = world.refresh("--apply")
    assert applied.out == f"applied {RAISED}\napplied {NEW}\ndeclined {GONE}\n"
    url = f"{world.server.url}/acme/v1/models"
    assert git("diff", "registry").split("\n", 4)[4].replace(url, "URL") == HUNKS
    assert sorted(git("status", "--short", "-uall", "registry").split("\n")) == [
        "",
        " M registry/models/acme.yaml",
        "?? registry/decisions.yaml",
        "?? registry/upstream/acme.json",
        "?? registry/upstream/applied.jsonl",
    ]
    assert world.run("lint", "--strict").out == ""
    assert world.refresh("--no-cache").out.endswith("\nnothing changed upstream; 1 declined before\n")
    replace(world.registry / "models" / "acme.yaml", "input_usd_per_mtok: 0.6", "input_usd_per_mtok: 0.7")
    before = world.files()
    refused = world.refresh("--apply", code=3)
    assert refused.out == ""
    assert f"review.yaml:15:5: refused: {RAISED}: price of acme/acme-small is input_usd_per_mtok 0.7, output_usd_per_mtok 1.5 by now" in refused.err
    assert "= at: registry/models/acme.yaml:24:9" in refused.err
    assert refused.err.endswith("1 refused; nothing was written\n")
    assert world.files() == before


def test_an_edit_that_touches_no_reviewed_value_keeps_nothing_from_being_applied(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved"})
    edited = MODELS.replace("output_tokens: 64000", "output_tokens: 65000").replace("# what Acme offers", "# what Acme offers, today")
    (world.registry / "models" / "acme.yaml").write_text(edited)
    world.refresh("--apply")
    found = (world.registry / "models" / "acme.yaml").read_text()
    assert "output_tokens: 65000" in found
    assert "# what Acme offers, today" in found
    assert "input_usd_per_mtok: 0.6" in found


def test_one_stale_item_keeps_all_of_a_review_from_being_applied(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved", NEW: "approved"})
    replace(world.registry / "models" / "acme.yaml", "input_usd_per_mtok: 0.5", "input_usd_per_mtok: 0.55")
    before = world.files()
    assert RAISED in world.refresh("--apply", code=3).err
    assert world.files() == before


def test_the_log_holds_who_applied_which_review_and_what(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "robot")
    world.lists["acme"] = moved()
    world.write_review({NEW: "approved", GONE: "rejected"})
    world.refresh("--apply")
    (line,) = [json.loads(line) for line in (world.registry / "upstream" / "applied.jsonl").read_text().splitlines()]
    assert (line["by"], line["applied"], line["declined"]) == ("robot", [NEW], [GONE])
    assert len(line["review"]) == 64


def test_exit_1_tells_of_changes_only_where_it_is_asked_for(world: World) -> None:
    world.refresh("--exit-code")
    world.lists["acme"] = moved()
    world.refresh("--no-cache")
    world.refresh("--no-cache", "--exit-code", code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--approve", "safe"], "--approve goes with --apply"),
        (["--verify-live"], "--verify-live goes with --apply"),
        (["--apply", "--approve", "all", "--verify-live"], "--verify-live goes with --apply of a review"),
        (["--apply", "--wizard"], "decide first, then apply"),
        (["--apply", "--write-review"], "decide first, then apply"),
        (["--read-on", "2026-11-01"], "go with --from-file"),
        (["--from-file", "registry", "--read-on", "yesterday"], "is not a day"),
        (["--wizard"], "this is no terminal"),
        (["--from-file", "nowhere.json"], "does not exist"),
        (["--approve", "most"], "is not one of"),
        (["--source", "acm"], "did you mean 'acme'?"),
        (["acme", "--source", "bolt"], "there is no source 'bolt'"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(world: World, arguments: list[str], said: str) -> None:
    found = world.refresh(*arguments, code=2)
    assert said in found.err
    assert found.out == ""
    assert not world.server.calls


def test_a_provider_goes_by_its_aliases_and_a_name_nearly_right_is_suggested(world: World) -> None:
    assert list(world.states("bolt-ai")) == ["bolt"]
    assert list(world.states("--source", "acme")) == ["acme"]
    assert world.refresh("bold", code=1).err == "Error: the registry has no provider 'bold'; did you mean 'bolt'?\n"


def test_no_review_and_nothing_approved_in_it_are_refused(world: World) -> None:
    world.lists["acme"] = moved()
    assert "there is no review at review.yaml; write one with" in world.refresh("--apply", code=3).err
    world.write_review()
    before = world.files()
    assert "nothing is approved in review.yaml; set `decision: approved`" in world.refresh("--apply", code=3).err
    assert world.files() == before


def test_a_review_goes_where_it_is_told_and_is_applied_from_there(world: World) -> None:
    world.lists["acme"] = moved()
    world.refresh("--write-review", "--review", "mine.yaml")
    assert not world.review.exists()
    assert (world.root / "mine.md").exists()
    text = (world.root / "mine.yaml").read_text()
    (world.root / "mine.yaml").write_text(text.replace("decision: pending", "decision: approved", 1))
    assert world.refresh("--apply", "--review", "mine.yaml").out == f"applied {RAISED}\n"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("decision: pending", "decision: perhaps", "review.yaml:24:15: error[PV013]"),
        ("risk: breaking", "risk: [", "review.yaml:"),
        ("class: price-raised", "klass: price-raised", "review.yaml:"),
    ],
)
def test_a_review_that_is_damaged_is_not_applied_and_not_written_over(world: World, old: str, new: str, place: str) -> None:
    world.lists["acme"] = moved()
    world.write_review()
    world.review.write_text(world.review.read_text().replace(old, new, 1))
    damaged, before = world.review.read_bytes(), world.files()
    for arguments in (["--apply"], ["--write-review"]):
        found = world.refresh(*arguments, code=1)
        assert place in found.err
        assert "review.yaml cannot be used; mend the review" in found.err
    assert world.review.read_bytes() == damaged
    assert world.files() == before


def test_an_outcome_that_lint_finds_wrong_is_refused_and_nothing_is_written(world: World) -> None:
    """Acme says an output limit that is above the context window."""
    world.lists["acme"] = [model("acme-small", 128_000, max_output_tokens=256_000), *unmoved()]
    world.write_review({"acme/acme-small#limits.output_tokens": "approved"})
    before = world.files()
    found = world.refresh("--apply", code=3)
    assert "error[PV" in found.err
    assert "nothing was written" in found.err
    assert "acme/acme-small#limits.output_tokens" in found.err
    assert world.files() == before


def test_decisions_are_kept_as_long_as_the_change_is_the_same(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved\n    reason: announced in the mail", NEW: "rejected"})
    world.lists["acme"][-1] = model("acme-next", 500_000, (4, 20))
    world.write_review()
    text = world.review.read_text()
    assert "reason: announced in the mail" in text
    assert text.count("decision: approved") == 1
    assert text.count("decision: rejected") == 0


def test_a_deferred_item_comes_back_on_its_day(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({NEW: "deferred\n    until: 2026-12-01"})
    world.write_review()
    assert "decision: deferred" in world.review.read_text()
    world.now += 11 * 86_400
    world.write_review()
    assert "decision: deferred" not in world.review.read_text()


def test_a_rejected_item_comes_back_on_its_day_or_when_upstream_says_something_else(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({RAISED: "rejected\n    until: 2026-12-01", GONE: "rejected", NEW: "rejected"})
    world.refresh("--apply")
    assert world.found() == []
    world.lists["acme"][1] = model("acme-small", 128_000, (0.65, 1.5))
    assert world.found() == [RAISED]
    world.lists["acme"] = moved()
    world.now += 11 * 86_400
    assert world.found() == [RAISED]


def test_approving_what_is_safe_leaves_the_rest_and_approving_all_leaves_nothing(world: World) -> None:
    world.lists["acme"] = moved()
    assert world.refresh("--apply", "--approve", "safe").out.endswith(f"\napplied {NEW}\n")
    assert world.found() == [RAISED, GONE]
    world.refresh("--apply", "--approve", "all")
    assert world.found() == []
    assert "missing_since: 2026-11-20" in (world.registry / "models" / "acme.yaml").read_text()


def test_verify_live_refuses_what_moved_upstream_since_or_cannot_be_asked(world: World) -> None:
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved", NEW: "approved"})
    before = world.files()
    world.lists["acme"] = [model("acme-small", 128_000, (0.65, 1.5)) if one["id"] == "acme-small" else one for one in moved()]
    found = world.refresh("--apply", "--verify-live", "--no-cache", code=3)
    assert "acme now says input_usd_per_mtok 0.65, output_usd_per_mtok 1.5 and not input_usd_per_mtok 0.6" in found.err
    assert found.err.endswith("1 refused; nothing was written\n")
    world.lists["acme"] = []
    assert "acme cannot be asked now" in world.refresh("--apply", "--verify-live", "--no-cache", code=3).err
    assert world.files() == before
    world.lists["acme"] = moved()
    world.refresh("--apply", "--verify-live", "--no-cache")
    assert world.found() == [GONE]


def test_the_json_has_the_keys_that_are_promised(world: World) -> None:
    world.lists["acme"] = moved()
    found = world.plan("--no-cache")
    assert found == world.refresh("--format", "json", "--no-cache").json
    assert list(found) == ["version", "sources", "changes", "summary"]
    assert {"id", "state", "detail", "models"} <= found["sources"][0].keys()
    assert {"id", "class", "risk", "ref", "field", "old", "new", "source", "held", "impact"} <= found["changes"][0].keys()
    assert found["summary"] == {"changes": 3, "safe": 1, "notable": 1, "breaking": 1, "held": 1, "declined": 0}
    world.lists["acme"][2] = model("acme-mini")
    assert world.plan("--no-cache")["changes"] == found["changes"]


def test_what_a_missing_model_breaks_is_told(world: World) -> None:
    world.lists["acme"] = unmoved()[1:]
    (world.home).mkdir(exist_ok=True)
    (world.home / "models.json").write_text('{"version": 1, "aliases": {"mine": "acme/acme-large"}}')
    (change,) = world.plan()["changes"]
    assert [(impact["kind"], impact["breaks"]) for impact in change["impact"]] == [("alias", True), ("overlay", True)]
    assert "touches alias acme/big breaks" in world.refresh().out


def test_quiet_prints_the_result_and_nothing_else(world: World) -> None:
    world.lists["acme"] = moved()
    assert world.refresh("--quiet").err == ""
    assert world.refresh("--quiet", "--write-review").err == ""


def test_colours_are_for_those_who_want_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.lists["acme"] = moved()
    assert "\x1b" not in world.refresh().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31mprice-raised price\x1b[0m" in world.refresh().out
    assert "\x1b" not in world.refresh("--no-color").out
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in world.refresh().out


def test_the_step_of_a_workflow_gets_its_summary_behind_what_is_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    step = world.root / "summary.md"
    step.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    world.lists["acme"] = moved()
    printed = world.refresh("--write-review", "--format", "markdown").out
    assert step.read_text() == "before\n" + printed
    assert (world.root / "review.md").read_text() == printed
    assert printed.startswith("<!-- modelwright:refresh -->\n## Refresh of the registry\n\n**3 changes**: 1 safe, 1 notable, 1 breaking; 1 held.\n")


def test_a_plan_of_3000_changes_fits_into_a_comment(world: World) -> None:
    world.lists["acme"] = [*unmoved(), *(model(f"acme-{number}", 1000 + number, (1, 2)) for number in range(3000))]
    found = world.refresh("--write-review")
    assert "3000 changes: 3000 safe" in found.out
    comment = (world.root / "review.md").read_text()
    assert 60_000 < len(comment) <= 65_536
    assert comment.startswith("<!-- modelwright:refresh -->\n")
    rows = sum(line.startswith("| 🟢") for line in comment.split("\n"))
    assert f"… and {3000 - rows:,}".replace(",", "") in comment.replace(",", "")
    assert world.review.read_text().count("decision: pending") == 3000


def test_a_folder_that_is_no_registry_is_said_to_be_none(world: World) -> None:
    (world.root / "empty").mkdir()
    assert "there is no registry in empty" in world.refresh("--registry", "empty", code=1).err


def test_what_cannot_be_read_is_left_alone_and_the_rest_is_refreshed(world: World) -> None:
    broken = BOLT_MODELS.replace("models:", "models: [", 1)
    (world.registry / "models" / "bolt.yaml").write_text(broken)
    world.lists["acme"] = moved()
    before = world.files()
    assert "refused: bolt/bolt-1#added: registry/models/bolt.yaml is not in order" in world.refresh("--apply", "--approve", "safe", code=3).err
    assert world.files() == before
    found = world.refresh("acme", "--apply", "--approve", "safe")
    assert "note: parts of the registry cannot be read and are left out" in found.err
    assert "acme-next" in (world.registry / "models" / "acme.yaml").read_text()
    assert (world.registry / "models" / "bolt.yaml").read_text() == broken
    assert DAY in (world.registry / "upstream" / "acme.json").read_text()
