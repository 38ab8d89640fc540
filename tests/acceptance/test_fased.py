"""Fased, lines 8 to 23, 38 and 41 of what must work for its users: what a refresh shows, writes and never touches."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import yaml

from cli.refresh_world import BOLT_MODELS, GONE, MODELS, NEW, RAISED, World, add_provider, files_of, model, moved, unmoved
from command_line import replace
from discover.servers import Call, Reply, as_json
from modelwright import load
from modelwright.resources import registry_dir
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REASONS = {"credential-missing", "base-url-missing", "catalog-unsupported"}
WITHOUT_LISTS = ("kimi-coding", "qwen", "xiaomi", "synthetic", "together", "cloudflare-ai-gateway", "huggingface", "venice", "vercel-ai-gateway", "opencode", "litellm")
"""Providers whose lists upstream's apply had no place for."""


def sources(world: World, *arguments: str | Path) -> dict[str, dict[str, Any]]:
    """Return what is said of each source."""
    return {source["id"]: source for source in world.plan("--no-cache", *arguments)["sources"]}


def without_route(world: World, identity: str, order: int, *lines: str) -> None:
    """Add a provider that cannot be listed: `base_url_env` in place of a base URL, or no listing, as *lines* say."""
    add_provider(world, identity, order=order)
    file = world.registry / "providers" / f"{identity}.yaml"
    text = file.read_text().replace(f'base_url: "{world.server.url}/{identity}/v1"', f"base_url_env: [{identity.upper()}_URL]")
    kept = text.split("discovery:")[0] + "sources:" + text.split("sources:")[1] if "no listing" in lines else text
    file.write_text(kept)
    (world.registry / "models" / f"{identity}.yaml").write_text(BOLT_MODELS.replace("bolt", identity))


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_fased_08_refresh_prints_a_report_and_writes_nothing(form: str, world: World) -> None:
    """Fased 8: refresh default: prints report, writes nothing, exit 0; files byte-identical."""
    world.lists["acme"] = moved()
    before = files_of(world.root)
    assert "acme-next" in world.refresh("--format", form).out
    assert files_of(world.root) == before


def test_fased_09_new_models_gaps_with_their_reason_and_changed_capabilities_are_itemised(world: World) -> None:
    """Fased 9: refresh reports new models not in curated, source-missing with reason ∈ 3, and itemised capability changes (old→new)."""
    add_provider(world, "clef", order=3, auth="required")
    without_route(world, "dune", 4)
    without_route(world, "etch", 5, "no listing")
    world.lists["acme"] = [{**unmoved()[0], "supports_tools": False, "supports_vision": True}, *unmoved()[1:], model("acme-next", 1000)]
    found = world.plan("--no-cache")
    states = {source["id"]: source for source in found["sources"]}
    assert {name: states[name]["state"] for name in ("clef", "dune", "etch")} == {"clef": "credential-missing", "dune": "base-url-missing", "etch": "catalog-unsupported"}
    assert {states[name]["state"] for name in ("clef", "dune", "etch")} == REASONS
    assert states["clef"]["detail"] == "set CLEF_API_KEY, or run `providers login clef`"
    assert "DUNE_URL" in states["dune"]["detail"]
    assert [(change["id"], change["class"], change["old"], change["new"]) for change in found["changes"][:2]] == [
        ("acme/acme-large#capabilities.tools", "capability-lost", True, False),
        ("acme/acme-large#input", "modality-gained", ["text"], ["text", "image"]),
    ]
    assert found["changes"][2]["id"] == NEW
    printed = world.refresh().out
    assert "capability-lost capabilities.tools  true → false" in printed
    assert "modality-gained input  text → text, image" in printed
    assert "+ acme-next  model-added" in printed
    assert "clef    credential-missing        -  set CLEF_API_KEY" in printed


def test_fased_10_without_network_no_socket_is_opened_and_nothing_is_applied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fased 10: `--no-network`: no socket opened (test transport raises); every route reported from local data; `--apply --approve all` with it changes nothing."""
    world.refresh()
    world.lists["acme"] = moved()
    world.refresh("--no-cache")
    asked, before = len(world.server.calls), world.files()

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    found = world.plan("--no-network")
    assert [(source["id"], source["state"], source["read_at"]) for source in found["sources"]] == [("acme", "ok", "2026-11-20T12:00:00Z"), ("bolt", "ok", "2026-11-20T12:00:00Z")]
    assert [change["id"] for change in found["changes"]] == [RAISED, GONE, NEW]
    applied = world.refresh("--no-network", "--apply", "--approve", "all")
    assert "nothing is applied: --no-network" in applied.err
    shutil.rmtree(world.home)
    assert set(world.states("--no-network")) == {"acme", "bolt"}
    world.refresh("--no-network", "--apply", "--approve", "all")
    assert world.files() == before
    assert len(world.server.calls) == asked


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("failure", ["500", "timeout", "html", "hang up"])
def test_fased_11_a_provider_that_fails_is_a_gap_and_the_others_are_refreshed(failure: str, world: World) -> None:
    """Fased 11: one provider 500/timeout → its routes source-missing (fetch-failed), others refreshed."""

    def too_late(_: Call) -> Reply:
        world.server.closing.wait(5)
        return as_json({"data": []})

    replies: dict[str, Reply | Callable[[Call], Reply]] = {
        "500": as_json({"error": "down"}, 500),
        "timeout": too_late,
        "html": Reply(body=b"<html>"),
        "hang up": Reply(headers={"Content-Length": "100"}, write=lambda _: None),
    }
    world.replies["bolt"] = replies[failure]
    world.lists["acme"] = moved()
    found = world.plan("--no-cache")
    bolt = next(source for source in found["sources"] if source["id"] == "bolt")
    assert (bolt["state"], bolt["missing"], bolt["models"]) == ("malformed" if failure == "html" else "unreachable", True, None)
    assert [change["id"] for change in found["changes"]] == [RAISED, GONE, NEW]
    world.refresh("--apply", "--approve", "all")
    assert "acme-next" in (world.registry / "models" / "acme.yaml").read_text()
    assert (world.registry / "models" / "bolt.yaml").read_text() == BOLT_MODELS


def test_fased_12_a_model_no_longer_listed_stays_and_still_resolves(world: World) -> None:
    """Fased 12: discovery omits a curated model → "preserved", still in registry after --apply; agents referencing it still resolve."""
    world.home.mkdir()
    agents = {"main": {"primary": "acme/acme-large", "fallbacks": ["acme/acme-small"]}}
    (world.home / "models.json").write_text(json.dumps({"version": 1, "aliases": {"writer": "acme/acme-large"}, "agents": agents}))
    world.lists["acme"] = unmoved()[1:]
    assert "! acme-large  model-missing" in world.refresh().out
    world.refresh("--apply", "--approve", "all")
    kept = (world.registry / "models" / "acme.yaml").read_text()
    assert kept.replace("    missing_since: 2026-11-20\n", "") == MODELS
    world.run("compile")
    agent = load().setting("agents")["main"]
    assert agent == agents["main"]
    for ref in ("acme/acme-large", "acme/big", "big", "writer", agent["primary"]):
        assert world.run("resolve", ref, "--json").json["upstream_model"] in ("acme-large", "big")
    assert world.found() == []


@pytest.mark.parametrize("reply", [{"data": []}, [], {"models": []}, {"data": None}, {"data": [{"name": ""}]}])
def test_fased_13_an_empty_listing_is_a_gap_and_not_a_provider_without_models(reply: Any, world: World) -> None:
    """Fased 13: empty discovery list → treated as missing, not as 0 models."""
    world.replies["acme"] = as_json(reply)
    found = world.plan("--no-cache")
    assert [(source["state"], source["missing"]) for source in found["sources"]] == [("malformed" if reply == {"data": None} else "empty", True), ("ok", False)]
    assert found["changes"] == []
    before = world.files()
    world.refresh("--apply", "--approve", "all")
    assert world.files() == before


@pytest.mark.parametrize("arguments", [[], ["--review", "else/where.yaml"]], ids=["default", "named"])
def test_fased_14_a_review_holds_the_changes_and_no_more_and_can_be_applied(arguments: list[str], world: World) -> None:
    """Fased 14: `--write-review` to the default path or to `--review FILE`; content is a true minimal diff; aligned → note; `git apply`-able or our apply-able."""
    (world.root / "else").mkdir()
    path = world.root / (arguments[1] if arguments else "review.yaml")
    aligned = world.refresh("--write-review", *arguments)
    assert aligned.out.endswith("\nnothing changed upstream\n")
    assert yaml.safe_load(path.read_text())["changes"] == []
    world.lists["acme"] = moved()
    world.refresh("--write-review", "--no-cache", *arguments)
    assert [(item["id"], item["decision"]) for item in yaml.safe_load(path.read_text())["changes"]] == [(RAISED, "pending"), (GONE, "pending"), (NEW, "pending")]
    assert "acme-large" not in path.read_text()
    path.write_text(path.read_text().replace("decision: pending", "decision: approved", 1))
    world.refresh("--apply", *arguments)
    old = MODELS.split("\n")
    new = (world.registry / "models" / "acme.yaml").read_text().split("\n")
    assert [line for line in old if line not in new] == []
    assert len(new) - len(old) == 5


def test_fased_15_what_is_applied_is_what_was_reviewed_or_nothing(world: World) -> None:
    """Fased 15: `--apply` after a review applies exactly the reviewed change: a touched value changed since → refused, exit 3; with `--verify-live` also when the upstream value moved."""
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved"})
    file = world.registry / "models" / "acme.yaml"
    replace(file, "input_usd_per_mtok: 0.5", "input_usd_per_mtok: 0.55")
    before = world.files()
    assert f"refused: {RAISED}: price of acme/acme-small is input_usd_per_mtok 0.55" in world.refresh("--apply", code=3).err
    replace(file, "input_usd_per_mtok: 0.55", "input_usd_per_mtok: 0.5")
    world.lists["acme"][1] = model("acme-small", 128_000, (0.7, 1.5))
    assert "acme now says input_usd_per_mtok 0.7" in world.refresh("--apply", "--verify-live", "--no-cache", code=3).err
    assert world.files() | {"models/acme.yaml": before["models/acme.yaml"]} == before
    world.refresh("--apply")
    prices = next(entry for entry in yaml.safe_load(file.read_text())["models"] if entry["id"] == "acme-small")["prices"]
    assert [price["input_usd_per_mtok"] for price in prices] == [0.5, 0.6]


def test_fased_16_a_second_apply_changes_nothing_and_comments_and_order_stay(world: World) -> None:
    """Fased 16: `--apply` idempotent: 2nd run no changes; YAML comments/order kept (ruamel)."""
    world.lists["acme"] = moved()
    world.write_review({RAISED: "approved", GONE: "approved", NEW: "approved"})
    world.refresh("--apply")
    once = world.files()
    again = world.refresh("--apply")
    assert (again.out, world.files()) == ("", once)
    assert "0 applied, 3 were already" in again.err
    assert world.found() == []
    text = once["models/acme.yaml"].decode()
    assert all(f"#{comment}" in text for line in MODELS.split("\n") for comment in line.split("#")[1:])
    assert [entry["id"] for entry in yaml.safe_load(text)["models"]] == ["acme-large", "acme-small", "acme-old", "acme-mini", "acme-next"]


def test_fased_17_what_could_not_be_read_is_never_written(world: World) -> None:
    """Fased 17: `--apply` never writes routes whose source is missing; capability entries of other routes untouched."""
    world.replies["bolt"] = as_json({"error": "who are you"}, 401)
    add_provider(world, "clef", order=3, auth="required")
    (world.registry / "models" / "clef.yaml").write_text(BOLT_MODELS.replace("bolt", "clef"))
    world.lists["acme"] = moved()
    before = world.files()
    world.refresh("--apply", "--approve", "all")
    after = world.files()
    assert {path for path in before | after if before.get(path) != after.get(path)} == {"models/acme.yaml", "upstream/acme.json", "upstream/applied.jsonl"}
    entries = {entry["id"]: entry for entry in yaml.safe_load(after["models/acme.yaml"])["models"]}
    untouched = {entry["id"]: entry for entry in yaml.safe_load(before["models/acme.yaml"])["models"] if entry["id"] in ("acme-large", "acme-mini")}
    assert {name: entries[name] for name in untouched} == untouched


def test_fased_18_every_provider_takes_a_new_model_or_says_that_it_does_not(world: World, tmp_path: Path) -> None:
    """Fased 18: `--apply` touches every provider incl. those of defect 4, or reports "unsupported" explicitly."""
    folder = tmp_path / "registry"
    shutil.copytree(registry_dir(), folder)
    routes = {}
    for path in sorted((folder / "providers").glob("*.yaml")):
        provider, models = yaml.safe_load(path.read_text()), folder / "models" / path.name
        listed = [entry["id"] for entry in yaml.safe_load(models.read_text())["models"]] if models.exists() else []
        routes[provider["id"]] = {"routes": {provider["routes"][0]["id"]: [*listed, "brand-new"]}}
    assert routes.keys() >= set(WITHOUT_LISTS)
    (world.root / "snapshot.json").write_text(json.dumps({"providers": routes}))
    inheriting = [f"--allow-shrink={provider}" for provider in routes]  # their files name no models
    printed = world.refresh("--registry", folder, "--from-file", "snapshot.json", *inheriting, "--apply", "--approve", "safe").out
    added = {path.stem for path in (folder / "models").glob("*.yaml") if "- id: brand-new" in path.read_text()}
    unsupported = {line.split()[0] for line in printed.split("\n") if " catalog-unsupported " in line and "no news for the registry" in line}
    assert added | unsupported == routes.keys()
    assert added & unsupported == set()
    assert set(WITHOUT_LISTS) & unsupported == {"cloudflare-ai-gateway", "litellm"}


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def test_fased_19_the_wizard_asks_what_to_do_and_needs_a_terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fased 19: --wizard asks write-review/apply/none with write-review default; non-TTY → error/exit, no prompt hang; --json ignores wizard."""
    world.lists["acme"] = moved()
    before = world.files()
    assert "this is no terminal" in world.refresh("--wizard", code=2).err
    world.refresh()
    assert world.refresh("--wizard", "--json").json == world.plan()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for typed, is_written in (("q\nnone\n", False), ("q\n\n", True)):
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        printed = world.refresh("--wizard").out
        assert "Then (write-review, apply, none) [write-review]: " in printed
        assert world.review.exists() == is_written
    assert world.files() == before
    monkeypatch.setattr(sys, "stdin", Terminal("s\ns\na\napply\n"))
    assert world.refresh("--wizard").out.endswith(f"applied {NEW}\n")
    assert "acme-next" in (world.registry / "models" / "acme.yaml").read_text()


def test_fased_20_the_json_is_the_same_every_time_and_tells_of_every_route(world: World) -> None:
    """Fased 20: `--json` report parses, stable key order, schema above."""
    world.lists["acme"] = moved()
    world.refresh()
    first, second = (world.refresh("--json").out for _ in range(2))
    assert first == second
    found = json.loads(first)
    assert list(found) == ["version", "sources", "changes", "summary"]
    assert {tuple(source) for source in found["sources"]} == {("id", "state", "detail", "models", "provider", "route", "read_at", "missing")}
    assert [tuple(change)[:9] for change in found["changes"]] == [("id", "class", "rule", "risk", "provider", "ref", "field", "old", "new")] * 3
    by_kind = {kind: [change["ref"] for change in found["changes"] if change["class"] == kind] for kind in ("model-added", "model-missing")}
    assert by_kind == {"model-added": ["acme/acme-next"], "model-missing": ["acme/acme-old"]}


def test_fased_21_a_snapshot_may_hold_ids_models_and_reasons(world: World) -> None:
    """Fased 21: `--from-file` accepts bare ids and objects, `missing` map; bad JSON → error, exit ≠0."""
    said = {"id": "acme-next", "name": "Next", "input": ["text"], "reasoning": True, "tools": True, "json": False, "contextWindow": 1000, "maxTokens": "10"}
    said |= {"price": {"input": 1, "output": 2, "cacheRead": 0.1}, "source": "a page"}
    routes = {"api": ["acme-large", "acme-small", {"key": "acme-old"}, "acme-mini", said]}
    gaps = {"api": {"reason": "credential-missing", "detail": "set a key"}, "plan": {"reason": "sunspots"}}
    (world.root / "snapshot.json").write_text(json.dumps({"providers": {"acme": {"routes": routes}, "bolt-ai": {"models": ["bolt-1"], "missing": gaps}}}))
    found = world.plan("--from-file", "snapshot.json")
    assert [(source["id"], source["state"], source["missing"]) for source in found["sources"]] == [
        ("acme", "ok", False),
        ("bolt", "ok", False),
        ("bolt.api", "credential-missing", True),
        ("bolt.plan", "unreachable", True),
    ]
    assert found["sources"][2]["detail"] == "set a key"
    (change,) = found["changes"]
    assert change["new"] == {
        "id": "acme-next",
        "name": "Next",
        "input": ["text"],
        "thinking": {"mode": "unspecified"},
        "limits.context_tokens": 1000,
        "limits.output_tokens": 10,
        "capabilities.tools": True,
        "capabilities.json": False,
        "price": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2, "cache_read_usd_per_mtok": 0.1},
    }
    for damaged in ("{", '{"providers": {"acme": 3}}', '{"providers": {"acme": {"routes": []}}}', "[]", '"text"', "\x00"):
        (world.root / "snapshot.json").write_text(damaged)
        refused = world.refresh("--from-file", "snapshot.json", code=1)
        assert refused.err.startswith("Error: snapshot.json")
        assert refused.out == ""
    assert not world.server.calls


def test_fased_22_a_route_of_any_ids_without_a_listing_is_no_gap(world: World) -> None:
    """Fased 22: dynamic route with no discovery → not missing."""
    without_route(world, "dune", 3, "no listing")
    assert sources(world)["dune"]["missing"]
    replace(world.registry / "providers" / "dune.yaml", "kind: hosted", "kind: hosted\nopen_ids: true")
    assert "dune" not in sources(world)


def test_fased_23_ids_are_compared_in_any_case_and_new_ones_come_last_and_sorted(world: World) -> None:
    """Fased 23: additions compare case-insensitively; curated order first, additions sorted after."""
    world.lists["acme"] = [model("Zulu", 1), {**unmoved()[0], "id": "ACME-Large"}, model("alpha", 1), *unmoved()[:0:-1], model("Mike", 1), model("ZULU", 2)]
    assert world.found() == ["acme/alpha#added", "acme/Mike#added", "acme/Zulu#added"]
    world.refresh("--apply", "--approve", "all")
    file = yaml.safe_load((world.registry / "models" / "acme.yaml").read_text())
    assert [entry["id"] for entry in file["models"]] == ["acme-large", "acme-small", "acme-old", "acme-mini", "alpha", "Mike", "Zulu"]


@pytest.mark.parametrize("envelope", ["data", "models", "items", "array", None])
@pytest.mark.parametrize(("unit", "million"), [("usd_per_mtok", 1), ("usd_per_token", 1_000_000)])
def test_fased_38_listings_are_read_in_any_envelope_and_prices_in_any_unit(envelope: str | None, unit: str, million: int, world: World) -> None:
    """Fased 38: generic parser: data/models/items/array; string numbers; per-token vs per-million prices; `models/` strip; dup ids."""
    replace(world.registry / "providers" / "acme.yaml", "price_unit: usd_per_mtok", f"price_unit: {unit}")
    entries = [
        {"id": "models/acme-large", "context_length": "200000", "max_output_tokens": "64000", "pricing": {"input": str(3 / million), "output": f"${15 / million:.6f}"}},
        {"key": "acme-small", "contextWindow": 128_000, "pricing": {"prompt": 0.5 / million, "completion": f"{1.5 / million:.9f}"}},
        {"name": "models/acme-old", "max_model_len": 32_000},
        {"model": "acme-mini", "max_input_tokens": "32000.0"},
        {"id": "ACME-LARGE", "context_length": 7, "pricing": {"input": 9}},
        {"id": "acme-next", "pricing": {"input": f"{4 / million:.7f}", "output": 20 / million}},
    ]
    world.replies["acme"] = as_json(entries if envelope is None else {envelope: entries})
    found = world.plan("--no-cache")
    assert found["sources"][0]["models"] == 5
    (change,) = found["changes"]
    assert change["new"] == {"id": "acme-next", "price": {"input_usd_per_mtok": 4, "output_usd_per_mtok": 20}}


def test_fased_41_what_one_key_listed_is_not_taken_for_what_another_would(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fased 41: runtime discovery cache 5 min, key changes with credential."""
    add_provider(world, "clef", order=3, auth="required")
    world.lists["clef"] = [model("clef-1", 1000)]
    for key, asked in (("one", 1), ("one", 1), ("other", 2), ("other", 2), ("one", 3)):
        monkeypatch.setenv("CLEF_API_KEY", f"canary-{key}")
        world.refresh()
        assert world.asked("clef") == asked


@pytest.mark.parametrize(("ends_in_hours", "code"), [(25, 0), (None, 1), (-1, 1), (23, 5)])
def test_fased_41_a_check_ends_with_a_code_of_its_own_for_what_ends_soon(ends_in_hours: int | None, code: int, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fased 41: `models status --check` exit 0/1/2."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    world.run("compile")
    if ends_in_hours is not None:
        Vault(os.environ).store("acme", "acme", {"key": "canary"}, expires_at=time.time() + ends_in_hours * 3600)
    world.run("auth", "status", "acme", "--check", code=code)
