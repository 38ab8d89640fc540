"""`providers compile` writes the whole file or none, the same anywhere, and says what keeps it from writing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command_line import replace
from modelwright.runtime.artifact import Artifact
from modelwright.source.schemas import bundled, schema

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run


def _errors(validator_schema: dict[str, Any], value: Any) -> list[str]:
    from jsonschema import Draft202012Validator

    return [error.message for error in Draft202012Validator(validator_schema).iter_errors(value)]


def _models(tree: Path) -> Path:
    return tree / "registry" / "models" / "acme.yaml"


def test_it_writes_to_the_home_and_says_so_on_standard_error(run: Run, tree: Path, home: Path) -> None:
    found = run("compile")
    path = home / "registry.artifact"
    assert found.out == ""
    assert found.err == f"{path}: 2 providers, 3 models, {path.stat().st_size:,} bytes\n"
    assert run("list").err == ""
    assert run("compile", "--quiet").err == ""


def test_output_goes_where_it_is_told(run: Run, tree: Path, home: Path) -> None:
    run("compile", "-o", "deep/er/there.artifact")
    printed = run("compile", "-o", "-")
    assert printed.out.encode() == (tree / "deep" / "er" / "there.artifact").read_bytes()
    assert printed.err == ""
    assert not (home / "registry.artifact").exists()


def test_compiling_twice_and_elsewhere_gives_the_same_bytes(run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("compile", "-o", "-").out
    assert run("compile", "-o", "-").out == first
    monkeypatch.chdir(tmp_path)
    assert run("compile", "--registry", "work/registry", "-o", "-").out == first


def test_json_target_has_the_shape_of_its_schema(run: Run, tree: Path) -> None:
    run("compile", "--target", "json")
    document = json.loads((tree / "registry.json").read_text())
    assert _errors(bundled("artifact"), document) == []
    assert [model["id"] for model in document["models"]] == ["acme-large", "acme-small", "zen-1"]
    assert _errors(bundled("artifact"), document | {"models": [{"id": "x"}]}) != []


def test_every_record_of_the_artifact_has_the_shape_of_its_schema(compiled: Path) -> None:
    whole = bundled("artifact")
    artifact = Artifact(str(compiled))
    checked = 0
    for prefix, kind in (("model:", "model"), ("provider:", "provider")):
        for key, record in artifact.scan(prefix):
            if "alias_of" not in record:
                line = next(line for line in compiled.read_text().splitlines() if line.startswith(f"{prefix}{key}\t"))
                assert _errors({**whole["$defs"][f"artifact-{kind}"], "$defs": whole["$defs"]}, json.loads(line.split("\t")[1])) == [], key
                checked += 1
    assert checked == 5
    assert schema("artifact")["$defs"].keys() >= {"model", "provider"}


def test_an_error_leaves_the_last_artifact_in_place(run: Run, compiled: Path, tree: Path) -> None:
    before = compiled.read_bytes()
    replace(_models(tree), "output_tokens: 64000", "output_tokens: 640000")
    found = run("compile", code=1)
    assert "registry/models/acme.yaml:12:53: error[PV301]" in found.err
    assert found.err.endswith("nothing was written: there are errors\n")
    assert compiled.read_bytes() == before
    assert run("cost", "acme/acme-large", "--input", "1", "--json").json["usd"] == "0.000003"


def test_warnings_are_shown_and_do_not_hold_it_up(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"providers": {"acme": {"models": {"unnamed": {}}}}}')
    assert "warning[PV604]" in run("compile").err
    assert run("compile", "--quiet").err == ""


@pytest.mark.parametrize("place", ["folder", "file/below", "/proc/none/x"])
def test_a_place_that_cannot_be_written_is_an_error_without_a_traceback(place: str, run: Run, tree: Path) -> None:
    (tree / "folder").mkdir()
    (tree / "file").write_text("mine")
    found = run("compile", "-o", place, code=1)
    assert f"{place} cannot be written: " in found.err
    assert "name another place with -o" in found.err
    assert (tree / "file").read_text() == "mine"
    assert sorted(entry.name for entry in tree.iterdir()) == ["file", "folder", "registry"]


def test_check_tells_whole_damaged_outdated_and_missing_apart(run: Run, compiled: Path, tree: Path) -> None:
    assert run("compile", "--check").err == f"{compiled}: whole and up to date\n"
    content = compiled.read_bytes()
    compiled.write_bytes(content[:-20] + b"x" + content[-19:])
    assert "damaged" in run("compile", "--check", code=1).err
    assert compiled.read_bytes() != content
    compiled.write_bytes(content)
    replace(_models(tree), "input_usd_per_mtok: 0.5", "input_usd_per_mtok: 0.6")
    assert "is not what these inputs compile to" in run("compile", "--check", code=1).err
    assert compiled.read_bytes() == content
    compiled.unlink()
    assert "there is no compiled registry" in run("compile", "--check", code=1).err
    assert not compiled.exists()


def test_check_knows_the_json_target_too(run: Run, tree: Path) -> None:
    assert "registry.json cannot be read" in run("compile", "--target", "json", "--check", code=1).err
    run("compile", "--target", "json")
    run("compile", "--target", "json", "--check")
    (tree / "registry.json").write_text("{}")
    assert "is not what these inputs compile to" in run("compile", "--target", "json", "--check", code=1).err


def test_check_and_lock_do_not_go_together(run: Run, tree: Path) -> None:
    assert "--check writes nothing" in run("compile", "--check", "--lock", code=2).err
    assert not (tree / "providers.lock").exists()


def test_lock_names_every_input_and_holds_while_they_are_the_same(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"aliases": {"big": "acme/acme-large"}}')
    run("compile", "--lock")
    lock = json.loads((tree / "providers.lock").read_text())
    assert lock.keys() == {"lock", "compiler", "artifact", "inputs"}
    assert {"registry/models/acme.yaml", "registry/providers/acme.yaml", "registry/vocabulary/auth.yaml", "user/models.json"} <= lock["inputs"].keys()
    assert all(len(digest) == 64 for digest in lock["inputs"].values())
    run("compile", "--locked")


def test_locked_names_what_changed_what_is_new_and_what_is_gone(run: Run, tree: Path, home: Path) -> None:
    run("compile", "--lock")
    before = (home / "registry.artifact").read_bytes()
    replace(_models(tree), "name: Acme Small", "name: Acme Tiny")
    (tree / "registry" / "models" / "zenith.yaml").rename(tree / "registry" / "models" / "zenith.yaml.off")
    (home / "models.json").write_text("{}")
    (tree / "registry" / "models" / "zenith.yaml.off").unlink()
    found = run("compile", "--locked", code=1)
    assert "registry/models/acme.yaml: changed" in found.err
    assert "registry/models/zenith.yaml: gone" in found.err
    assert "user/models.json: new" in found.err
    assert "providers compile --lock" in found.err
    assert (home / "registry.artifact").read_bytes() == before


def test_locked_compares_the_compiler_too(run: Run, tree: Path) -> None:
    run("compile", "--lock")
    replace(tree / "providers.lock", '"compiler": "', '"compiler": "9.')
    assert "compiler: 9." in run("compile", "--locked", code=1).err


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"inputs": 3}', '{"inputs": {"registry/models/acme.yaml": 3}}', b"\xff"], ids=repr)
def test_a_broken_lock_is_an_error_with_the_cure(content: str | bytes, run: Run, tree: Path) -> None:
    (tree / "providers.lock").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = run("compile", "--locked", code=1)
    assert "providers.lock" in found.err
    assert "providers compile --lock" in found.err


def test_a_missing_lock_is_an_error_with_the_cure(run: Run, tree: Path) -> None:
    assert "there is no providers.lock here; write it with `providers compile --lock`" in run("compile", "--locked", code=1).err
    (tree / "providers.lock").mkdir()
    assert "providers.lock cannot be written" in run("compile", "--lock", code=1).err


def test_sightings_are_taken_from_the_cache_and_left_out_on_request(run: Run, tree: Path, home: Path) -> None:
    seen = home / "cache" / "sightings.json"
    seen.parent.mkdir(parents=True)
    listing = {"provider": "acme", "source": "a listing", "seen_at": "2026-11-19T00:00:00Z", "models": [{"id": "acme-seen"}]}
    seen.write_text(json.dumps({"version": 1, "listings": [listing]}))
    assert "acme/acme-seen" in run("compile", "-o", "-").out
    assert "acme-seen" not in run("compile", "-o", "-", "--no-sightings").out
    seen.write_text('{"version": 1, "listings": [')
    corrupt = run("compile", "-o", "-")
    assert "warning[PV002]" in corrupt.err
    assert '"acme-large"' in corrupt.out


def test_files_named_on_the_command_line_stand_in_for_the_user_s_and_may_be_yaml(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text('{"aliases": {"big": "acme/acme-large"}}')
    (tree / "one.json").write_text('{"providers": {"acme": {"name": "One", "base_url": "https://one.example"}}}')
    (tree / "two.yaml").write_text("providers: {acme: {name: Two}}\n")
    document = json.loads(run("compile", "--target", "json", "-o", "-", "--config", "one.json", "--config", "two.yaml").out)
    acme = document["providers"][0]
    assert (acme["name"], acme["routes"][0]["base_url"], document["aliases"]) == ("Two", "https://one.example", {})
    assert acme["origins"] == {"name": "command-line", "base_url": "command-line"}


def test_a_missing_config_is_a_finding(run: Run, tree: Path) -> None:
    assert "nope.json:1:1: error[PV001]" in run("compile", "--config", "nope.json", code=1).err


def test_a_missing_registry_is_a_finding(run: Run, tree: Path) -> None:
    assert "there is no registry here" in run("compile", "--registry", "nowhere", code=1).err
