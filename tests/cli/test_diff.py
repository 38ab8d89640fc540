"""`diff` compares folders, compiled files and git revisions, says what breaks, and takes reasons for what may."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import checkout
from command_line import replace
from modelwright.cli import diff_command, registry_at

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run

LARGE, SMALL = "acme/acme-large", "acme/acme-small"
NOISE = "<img src=x>|`x`[y](http://z)"


@pytest.fixture
def old(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the small registry as it was; the one in the working directory has smaller limits, a price more, and a model less."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    shutil.copytree(tree / "registry", tree / "old")
    models = tree / "registry" / "models" / "acme.yaml"
    replace(models, "context_tokens: 200000", "context_tokens: 150000")
    replace(models, "{tools: true, json: true}", "{tools: true, json: true, streaming: true}")
    replace(models, "{input_usd_per_mtok: 0.5, output_usd_per_mtok: 2}", "{input_usd_per_mtok: 0.0000003, output_usd_per_mtok: 3}")
    (tree / "registry" / "models" / "zenith.yaml").write_text("provider: zenith\nmodels: []\n")
    return tree / "old"


@pytest.fixture
def repository(old: Path, tree: Path, home: Path) -> Path:
    """Return the working directory as a repository whose one commit, tagged v1, has the registry as it was."""
    new = tree / "new"
    (tree / "registry").rename(new)
    shutil.copytree(old, tree / "registry")
    checkout.commit(tree, checkout.environment(home))
    checkout.run("git", "tag", "v1", cwd=tree, env=checkout.environment(home))
    shutil.rmtree(tree / "registry")
    new.rename(tree / "registry")
    return tree


def ids(run: Run, *arguments: str | Path, code: int = 0) -> list[str]:
    return [change["id"] for change in run("diff", *arguments, "--json", code=code).json["changes"]]


TOLD = [f"{LARGE}#limits.context_tokens", f"{LARGE}#capabilities.streaming", f"{SMALL}#price", "zenith/zen-1#model"]


def test_text_is_grouped_and_marks_what_breaks(run: Run, old: Path) -> None:
    said = run("diff", old)
    assert said.out == (
        "models\n  ! MODEL_REMOVED  zenith/zen-1\n\n"
        "prices\n  ! PRICE_UP  acme/acme-small  price  input_usd_per_mtok 0.5 → 0.0000003, output_usd_per_mtok 2 → 3\n\n"
        "limits\n  ! CONTEXT_SHRUNK  acme/acme-large  limits.context_tokens  200,000 → 150,000\n\n"
        "capabilities\n    CAPABILITY_LEARNED  acme/acme-large  capabilities.streaming  - → true\n\n"
    )
    assert said.err == "3 breaking, 1 safe\n"


def test_the_same_on_both_sides_is_no_difference(run: Run, old: Path) -> None:
    said = run("diff", old, old, "--exit-code", "--breaking")
    assert (said.out, said.err) == ("", "nothing changed\n")


def test_heirs_share_a_line(run: Run, old: Path, tree: Path) -> None:
    mirror = "provider: zenith\ninherit_all: {provider: acme}\nmodels: []\n"
    for folder in (old, tree / "registry"):
        (folder / "models" / "zenith.yaml").write_text(mirror)
    said = run("diff", old).out
    assert "  ! CONTEXT_SHRUNK  acme/acme-large  limits.context_tokens  200,000 → 150,000 [and 1 heir (zenith/acme-large)]\n" in said
    assert said.count("CONTEXT_SHRUNK") == 1
    alone = run("diff", old, "--waive", "CONTEXT_SHRUNK:acme/*=measured").out
    assert alone.count("CONTEXT_SHRUNK") == 2


def test_models_and_aliases_share_the_line_of_their_provider(run: Run, old: Path, tree: Path) -> None:
    (tree / "registry" / "models" / "zenith.yaml").unlink()
    (tree / "registry" / "providers" / "zenith.yaml").unlink()
    assert "  ! PROVIDER_REMOVED  zenith  [and 1 alias (zen), 1 model (zenith/zen-1)]\n" in run("diff", old).out


def test_what_was_renamed_is_said_with_its_new_id(run: Run, old: Path, tree: Path) -> None:
    (tree / "registry" / "models" / "zenith.yaml").write_text("provider: zenith\nmodels: [{id: zen-one, aliases: [zen-1], output: [text]}]\n")
    said = run("diff", old, "--category", "models", "--category", "capabilities").out
    assert "  ~ MODEL_RENAMED  zenith/zen-1  → zenith/zen-one\n    MODEL_ADDED    zenith/zen-one\n" in said
    assert "  ! MODALITY_LOST       zenith/zen-1  input  text → -\n" in said


def test_an_heir_elsewhere_is_not_hidden_under_another_provider(run: Run, old: Path, tree: Path) -> None:
    (tree / "registry" / "models" / "zenith.yaml").write_text("provider: zenith\nmodels: [{id: acme-large, inherit: acme/acme-large}]\n")
    for kind in ("models", "providers"):
        (old / kind / "acme.yaml").unlink()
    said = run("diff", old, "--category", "models").out
    assert "    PROVIDER_ADDED  acme  [and 1 alias (acme/acme-large-20260131), 2 models (acme/acme-large, acme/acme-small)]\n" in said
    assert "    MODEL_ADDED     zenith/acme-large\n" in said


def test_json_has_the_keys_of_the_contract(run: Run, old: Path) -> None:
    data = run("diff", old, "--json", "--waive", "PRICE_UP:*=announced", "--waive", "MODEL_ADDED:*=none").json
    assert list(data) == ["version", "old", "new", "sources", "changes", "waivers", "summary"]
    assert data["sources"][0] == {"id": "old", "state": "read", "detail": f"the registry in {old}", "models": 3}
    keys = ["id", "class", "rule", "category", "risk", "ref", "field", "old", "new", "source", "held", "impact", "follows", "waived"]
    assert all(list(change) == keys for change in data["changes"])
    assert data["summary"] == {"changes": 4, "breaking": 2, "notable": 0, "safe": 1, "waived": 1}
    change = data["changes"][2]
    assert change["new"] == {"input_usd_per_mtok": "0.0000003", "output_usd_per_mtok": "3"}
    assert change["source"] == {"from": "acme's price list", "read_on": "2026-11-01"}
    assert change["waived"] == {"reason": "announced", "place": "--waive"}
    assert [waiver["why"] for waiver in data["waivers"]] == ["it matches nothing"]
    assert data["changes"][0]["held"] == "a limit shrinks"


def test_every_kind_of_place_gives_the_same(run: Run, repository: Path, old: Path) -> None:
    run("compile", "--registry", old, "-o", "old.artifact")
    run("compile", "-o", "new.artifact")
    for before in (old, "old.artifact", "v1", "HEAD"):
        assert ids(run, before) == TOLD, before
        assert sorted(ids(run, before, "new.artifact")) == sorted(TOLD), before
    assert ids(run, "--against", "v1") == TOLD
    assert ids(run, "v1", "HEAD") == ids(run, "old.artifact", "HEAD") == ids(run, "v1", "old.artifact") == []


def test_a_folder_that_holds_a_registry_names_it(run: Run, old: Path, tree: Path) -> None:
    assert sorted(ids(run, tree, old)) == sorted(TOLD)


def test_a_compiled_registry_says_what_its_files_say(run: Run, artifact: Path) -> None:
    from modelwright.resources import registry_dir

    assert ids(run, artifact, registry_dir()) == ids(run, registry_dir(), artifact) == []


def test_a_revision_is_looked_up_where_the_registry_is_in_its_repository(run: Run, repository: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert ids(run, "v1") == TOLD
    nested = home.parent / "nested"
    nested.mkdir()
    shutil.copytree(repository / "old", nested / "data" / "registry")
    checkout.commit(nested, checkout.environment(home))
    monkeypatch.chdir(nested)
    assert ids(run, "HEAD", "--registry", "data/registry") == []
    assert "has no registry in registry" in run("diff", "HEAD", "--registry", repository / "registry", code=1).err


def test_a_repository_may_be_a_registry(run: Run, old: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.commit(old, checkout.environment(home))
    monkeypatch.chdir(old)
    assert ids(run, "HEAD", "--registry", ".") == []


def test_the_day_decides_which_prices_are_in_force(run: Run, old: Path, tree: Path) -> None:
    replace(tree / "registry" / "models" / "acme.yaml", "input_usd_per_mtok: 4", "input_usd_per_mtok: 5")
    assert f"{LARGE}#earlier_prices" in ids(run, old)
    assert f"{LARGE}#price" in ids(run, old, "--on", "2026-04-01")


def test_breaking_shows_what_breaks_and_fails(run: Run, old: Path) -> None:
    assert ids(run, old, "--breaking", code=1) == [TOLD[0], TOLD[2], TOLD[3]]
    assert ids(run, old, "--breaking", "--category", "capabilities") == []
    assert ids(run, old, "--exit-code", "--category", "capabilities", "--category", "limits", code=1) == TOLD[:2]
    assert run("diff", old, "--breaking", "--category", "capabilities").err == "nothing changed\n"


def test_waived_changes_are_shown_with_the_reason_and_do_not_count(run: Run, old: Path) -> None:
    waivers = ("--waive", "MODEL_REMOVED:zenith/*=shut down", "--waive", f"PRICE_UP:{SMALL}#price=announced", "--waive", "CONTEXT_SHRUNK:acme/acme-?arge=measured = so")
    said = run("diff", old, "--breaking", *waivers)
    assert said.err == "0 breaking, 3 waived\n"
    assert "  w MODEL_REMOVED  zenith/zen-1\n      waived: shut down (--waive)\n" in said.out
    assert "waived: measured = so (--waive)" in said.out
    run("diff", old, "--exit-code", *waivers, code=1)
    run("diff", old, "--breaking", *waivers[:4], code=1)


def test_a_waiver_that_matches_nothing_or_is_over_is_named_and_does_nothing(run: Run, old: Path, tree: Path) -> None:
    (tree / "w.yaml").write_text(
        "- {rule: MODEL_REMOVED, ref: zenith/*, reason: shut down, until: 2026-11-28}\n- {rule: PRICE_UP, ref: acme/nothing, reason: none, until: 2026-11-29}\n"
    )
    said = run("diff", old, "--breaking", "--category", "models", "--waivers", "w.yaml", code=1)
    assert "note: the waiver MODEL_REMOVED:zenith/* (w.yaml:1) does nothing: it no longer holds\n" in said.err
    assert "note: the waiver PRICE_UP:acme/nothing (w.yaml:2) does nothing: it matches nothing\n" in said.err
    run("diff", old, "--breaking", "--category", "models", "--waivers", "w.yaml", "--on", "2026-11-27")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {rule: MODEL_GONE, ref: a, reason: b}\n", "w.yaml:1:10: error: there is no rule 'MODEL_GONE'"),
        ("- {rule: PRICE_UPP, ref: a, reason: b}\n", "did you mean 'PRICE_UP'?; the rules are ALIAS_ADDED,"),
        ("- {rule: PRICE_UP, ref: a}\n", "w.yaml:1:3: error: the waiver has no `reason`"),
        ("- {rule: PRICE_UP, ref: a, reason: ' '}\n", "w.yaml:1:36: error: `reason` is not text"),
        ("- {rule: PRICE_UP, ref: a, reason: b, until: soon}\n", "w.yaml:1:46: error: 'soon' is not a day"),
        ("- {rule: PRICE_UP, ref: a, reason: b, why: c}\n", "unknown key 'why'; the keys are rule, ref, reason, until"),
        ("- all\n", "w.yaml:1:3: error: this is not a waiver"),
        ("rule: PRICE_UP\n", "w.yaml:1:1: error: this is not a list"),
        ('- {rule: "\\e[31m", ref: [1], reason: b}\n', "error: there is no rule '\\x1b[31m'"),
        ("- [\n", "w.yaml:"),
        ("", "the file is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_of_waivers_is_said_with_its_place(text: str, said: str, run: Run, old: Path, tree: Path) -> None:
    (tree / "w.yaml").write_text(text)
    found = run("diff", old, "--waivers", "w.yaml", code=1)
    assert said in found.err
    assert found.out == ""
    assert "\x1b" not in found.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Name what to compare with"),
        (("old", "--against", "v1"), 2, "Name what to compare with"),
        (("old", "--waive", "PRICE_UP:acme/x"), 2, "write RULE:REF=REASON"),
        (("old", "--waive", "PRICE_UP=why"), 2, "write RULE:REF=REASON"),
        (("old", "--waive", "PRICE_UPP:x=why"), 2, "did you mean 'PRICE_UP'?"),
        (("old", "--waive", "ZZZ:x=why"), 2, "there is no rule 'ZZZ'\n"),
        (("old", "--category", "weather"), 2, "weather"),
        (("old", "--on", "someday"), 2, "not a day"),
        (("nowhere",), 1, "nor a git revision known here; fetch it first (`git fetch origin nowhere`)"),
        (("--", "-rf"), 1, "'-rf' names no registry"),
        (("a\x1b[2J",), 1, "names no registry"),
        (("",), 1, "names no registry"),
        (("v1", "old/models"), 1, "old/models is neither a folder"),
        (("v1^{tree}",), 1, "nor a git revision known here"),
        (("old/models/acme.yaml",), 1, "this is not a compiled registry"),
        (("pipe",), 1, "pipe is neither a folder nor a file"),
        (("old", "hollow"), 1, "the registry in hollow is none"),
    ],
)
def test_what_cannot_be_compared_is_said_with_the_cure(arguments: tuple[str, ...], code: int, said: str, run: Run, repository: Path) -> None:
    os.mkfifo(repository / "pipe")
    (repository / "hollow" / "providers").mkdir(parents=True)
    found = run("diff", *arguments, code=code)
    assert said in found.err
    assert found.out == ""
    assert "\x1b" not in found.err


def test_without_a_repository_or_without_git_the_message_says_so(run: Run, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    assert "there is no git repository here to look it up in" in run("diff", "main", code=1).err
    monkeypatch.setenv("PATH", str(old))
    assert "git is not installed; install it, or name a folder or a compiled file" in run("diff", "main", code=1).err


@pytest.mark.parametrize(
    ("error", "said"), [(subprocess.TimeoutExpired("git", 1), "git took more than"), (OSError("no more processes"), "git cannot be run: no more processes")], ids=["slow", "broken"]
)
def test_git_that_does_not_answer_is_an_error(error: Exception, said: str, run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("modelwright.cli.registry_at.subprocess.run", fail)
    assert said in run("diff", "v1", code=1).err


def test_a_revision_without_all_its_files_is_an_error(run: Run, repository: Path) -> None:
    blob = subprocess.run(["git", "rev-parse", "v1:registry/models/acme.yaml"], cwd=repository, capture_output=True, text=True, check=True).stdout.strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "git does not have all of the registry's files at that revision" in run("diff", "v1", code=1).err


def test_a_revision_that_is_too_large_is_not_read(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_at, "_MOST_FILES", 3)
    assert "no registry is that large" in run("diff", "v1", code=1).err


def test_what_is_no_file_of_a_registry_is_left_out_of_a_revision_and_said(run: Run, repository: Path, home: Path) -> None:
    registry = repository / "registry"
    (registry / "models" / "link.yaml").symlink_to("acme.yaml")
    (registry / "models" / "notes.txt").write_text("x")
    (registry / "models" / ".hidden").write_text("x")
    (registry / "upstream").mkdir()
    (registry / "upstream" / "x.json").write_text("{}")
    checkout.commit(repository, checkout.environment(home))
    said = run("diff", "v1", "HEAD")
    assert "are left out" in said.err
    assert "\n  ! CONTEXT_SHRUNK" in said.out
    assert "what breaks cannot be told" in run("diff", "v1", "HEAD", "--breaking", code=1).err


def test_what_breaks_is_not_told_of_a_registry_that_cannot_all_be_read(run: Run, old: Path, tree: Path) -> None:
    (tree / "registry" / "models" / "acme.yaml").write_text("provider: acme\nmodels: [{id: 1}]\n")
    assert "note: parts of the registry in" in run("diff", old).err
    assert "what breaks cannot be told" in run("diff", old, "--breaking", code=1).err
    run("diff", "registry", old, "--breaking")


def test_a_compiled_registry_with_records_no_compile_writes_is_refused(run: Run, compiled: Path) -> None:
    from zlib import crc32

    head, *lines = compiled.read_bytes().splitlines()

    def rewritten(before: bytes, after: bytes) -> None:
        body = b""
        for line in lines:
            content = line.rpartition(b"\t")[0].replace(before, after)
            body += b"%b\t%08x\n" % (content, crc32(content))
        header = head.rpartition(b"\t")[0].replace(b'"body_bytes":%d' % len(b"".join(line + b"\n" for line in lines)), b'"body_bytes":%d' % len(body))
        compiled.write_bytes(b"%b\t%08x\n" % (header, crc32(header)) + body)

    for before, after in (
        (b'"context_tokens":', b'"context_tokens":"x","y":'),
        (b'"id":"zen-1"', b'"id":"zen-2"'),
        (b'"order":1', b'"order":[]'),
        (b'"provider":"zenith"', b'"owner":"zenith"'),
        (b'"input_usd_per_mtok":0.5', b'"input_usd_per_mtok":"half"'),
        (b'"input_usd_per_mtok":0.5', b'"input_usd_per_mtok":"nan"'),
        (b'"prices":[', b'"prices":7,"x":['),
    ):
        rewritten(before, after)
        assert "holds records that no compile writes" in run("diff", compiled, code=1).err, before
    rewritten(b"", b"")
    compiled.write_bytes(compiled.read_bytes()[:-5])
    assert run("diff", compiled, code=1).err.startswith("error: ")


def test_nothing_a_registry_says_is_markup_or_commands_the_terminal(run: Run, old: Path, tree: Path) -> None:
    replace(tree / "registry" / "models" / "acme.yaml", "name: Acme Small", f'name: "{NOISE}\u202e"')
    table = run("diff", old, "--format", "markdown").out
    row = next(line for line in table.splitlines() if "NAME\\_CHANGED" in line or "NAME_CHANGED" in line)
    assert "\\<img src=x>\\|\\`x\\`\\[y\\](http\\://z)\ufffd" in row
    assert table.startswith("3 breaking, 2 safe\n\n### models\n\n| risk | rule | ref | field | change | waived |\n")
    assert "\u202e" not in run("diff", old).out


def test_a_secret_is_not_shown(run: Run, old: Path, tree: Path) -> None:
    secret = "gsk_a1b2c3d4e5f6g7h8i9j0"
    replace(tree / "registry" / "models" / "acme.yaml", "name: Acme Small", f"name: {secret}")
    for format_ in ("text", "json", "markdown"):
        said = run("diff", old, "--format", format_)
        assert secret not in said.out + said.err
        assert "gsk_a1****" in said.out.replace("\\", "")


def test_long_values_are_shortened_for_people(run: Run, old: Path, tree: Path) -> None:
    replace(tree / "registry" / "models" / "acme.yaml", "name: Acme Small", f"name: {'long' * 45}")
    assert f"Acme Small → {'long' * 39}lon…\n" in run("diff", old).out
    assert run("diff", old, "--json", "--category", "identity").json["changes"][0]["new"] == "long" * 45


def test_kinds_of_change_that_cannot_be_read_are_an_error(run: Run, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    diff_command._words.cache_clear()
    monkeypatch.setattr("modelwright.resources.registry_dir", lambda: str(tmp_path / "nowhere"))
    assert "changes.yaml cannot be read: " in run("diff", old, code=1).err
