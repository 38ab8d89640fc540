"""zot, lines 10 to 12, 31 to 34 and 39 of what must work for its users: what listings may do, and how they are read and kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.refresh_world import World, add_provider, model, moved, unmoved
from command_line import replace
from discover.servers import Call, Reply, as_json
from modelwright import pipeline
from modelwright.resources import registry_dir

HOURS = 3600


def compiled(world: World, ref: str) -> dict[str, Any]:
    """Return what is known of *ref* once what listings say is refreshed and compiled."""
    world.refresh("--no-cache")
    world.run("compile")
    shown: dict[str, Any] = world.run("models", "show", ref, "--json").json["models"][0]
    return shown


def origins(world: World, ref: str, field: str) -> dict[str, Any]:
    """Return each layer's word on a value, the one that wins marked by an asterisk."""
    said = world.run("why", ref, field, "--json").json["origins"]
    return {f"{origin['layer']}{'*' if origin['wins'] else ''}": origin["value"] for origin in said}


def models_json(world: World, **providers: Any) -> None:
    world.home.mkdir(exist_ok=True)
    world.home.mkdir(exist_ok=True)
    (world.home / "models.json").write_text(json.dumps({"version": 1, "providers": providers}))


def real(world: World, identity: str, base_url: str) -> None:
    """Put a provider of the real registry into the small one, reached at *base_url* of the server."""
    text = (Path(registry_dir()) / "providers" / f"{identity}.yaml").read_text()
    place = world.registry / "providers" / f"{identity}.yaml"
    place.write_text(text.replace(base_url, f"{world.server.url}/{identity}"))
    assert place.read_text() != text


def seen(world: World, provider: str) -> list[dict[str, Any]]:
    """Return what the cache of sightings holds of *provider*."""
    listings = json.loads((world.home / "cache" / "sightings.json").read_text())["listings"]
    return [one for listing in listings if listing["provider"] == provider for one in listing["models"]]


def test_zot_10_a_listing_updates_the_name_keeps_price_and_window_and_appends_what_is_unknown(world: World) -> None:
    """Zot 10: live id present in catalog: source live, static price/ctx kept, display name updated; unknown live id appended with unknown price."""
    world.lists["acme"] = [model("ACME-large", 999, (7, 8), name="Acme Large, as sold", max_output_tokens=1), *unmoved()[1:], model("acme-next", 400_000, (4, 20))]
    large = compiled(world, "acme/acme-large")
    assert (large["name"], large["limits"]["context_tokens"], large["limits"]["output_tokens"]) == ("Acme Large, as sold", 200_000, 64_000)
    assert (large["price"]["input_usd_per_mtok"], large["price"]["output_usd_per_mtok"]) == ("3", "15")
    assert (large["seen_on"], large["origins"]) == ("2026-11-20", {"name": "sightings"})
    assert origins(world, "acme/acme-large", "name") == {"sightings*": "Acme Large, as sold", "registry": "Acme Large"}
    assert origins(world, "acme/acme-large", "limits.context_tokens") == {"registry*": 200_000}
    new = world.run("models", "show", "acme/acme-next", "--json").json["models"][0]
    assert (new["name"], new["limits"]["context_tokens"], new["seen_on"]) == ("Acme Next", 400_000, "2026-11-20")
    assert (new["price"]["state"], new["price"]["input_usd_per_mtok"]) == ("unknown", None)
    assert world.run("cost", "acme/acme-next", "--input", "1000", "--json").json["usd"] is None
    world.run("compile", "--no-sightings")
    assert world.run("models", "show", "acme/acme-large", "--json").json["models"][0]["name"] == "Acme Large"


SAID_BY_USER: dict[str, Any] = {
    "name": "Mine",
    "limits": {"context_tokens": 1000, "output_tokens": 100},
    "capabilities": {"tools": False, "json": False},
    "input": ["text"],
    "price": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0},
    "released_on": "2026-01-01",
}
LISTED = model(
    "acme-small",
    5000,
    (9, 9),
    name="Theirs",
    max_output_tokens=500,
    supported_features=["tools", "json_mode", "structured_outputs"],
    input_modalities=["text", "image"],
    output_modalities=["text"],
    released="2026-02-02",
)


@pytest.mark.parametrize("user", [False, True], ids=["without", "with"])
def test_zot_11_the_user_comes_first_then_the_catalogue_and_a_listing_fills_what_is_left(user: bool, world: World) -> None:
    """Zot 11: merge order: user over catalog and live for every scalar; live only fills what the catalog leaves unknown, and the display name (property test)."""
    world.lists["acme"] = [*unmoved()[:1], LISTED, *unmoved()[2:]]
    if user:
        models_json(world, acme={"models": {"acme-small": SAID_BY_USER}})
    found = compiled(world, "acme/acme-small")
    price = {name: found["price"][name] for name in ("input_usd_per_mtok", "output_usd_per_mtok")}
    assert (found["name"], found["limits"], price, found["released_on"]) == (
        ("Mine", {"context_tokens": 1000, "input_tokens": None, "output_tokens": 100}, {"input_usd_per_mtok": "0", "output_usd_per_mtok": "0"}, "2026-01-01")
        if user
        else ("Theirs", {"context_tokens": 128_000, "input_tokens": None, "output_tokens": 500}, {"input_usd_per_mtok": "0.5", "output_usd_per_mtok": "1.5"}, "2026-02-02")
    )
    assert (found["input"], found["output"]) == (["text"] if user else ["text", "image"], ["text"])
    assert {name: found["capabilities"][name] for name in ("tools", "json", "json_schema", "batch")} == {"tools": not user, "json": not user, "json_schema": True, "batch": None}
    expected = {"sightings": 500, "user*": 100} if user else {"sightings*": 500}
    assert origins(world, "acme/acme-small", "limits.output_tokens") == expected


@pytest.mark.parametrize(
    ("text", "names", "kept"),
    [
        ('{"providers": {"acme": {"models": {"": {"name": "x"}, "acme-large": {"name": "Mine"}}}}}', "the key `` has an invalid form", {"name": "Mine"}),
        ('{"providers": {"acme": {"models": {"acme-large": {"name": "Mine", "limits": {"context_tokens": -5, "output_tokens": 7}}}}}}', "-5", {"context_tokens": 200_000}),
        ('{"providers": {"": {"models": {"a": {}}}, "acme": {"models": {"acme-large": {"name": "Mine"}}}}}', "the key `` has an invalid form", {"name": "Mine"}),
        ('{"providers": {', "invalid JSON", {"name": "Acme Large"}),
    ],
    ids=["empty model id", "negative width", "empty provider key", "bad JSON"],
)
def test_zot_12_what_is_wrong_in_models_json_is_left_out_and_told_and_the_rest_is_usable(text: str, names: str, kept: dict[str, Any], world: World) -> None:
    """
    Zot 12: empty model id skipped + warning; negative widths clamped + warning; empty provider key skipped; bad JSON → file ignored + warning, built-ins usable; exit code ≠0 only in lint.

    A compile checks as lint does and leaves the file of last time; what reads the compiled file, and a refresh, go on.
    """
    world.run("compile")
    world.home.mkdir(exist_ok=True)
    world.home.mkdir(exist_ok=True)
    (world.home / "models.json").write_text(text)
    found = world.run("lint", "--json", code=1).json["findings"]
    assert names in found[0]["message"]
    assert found[0]["path"].endswith("models.json")
    files = (pipeline.UserFile(str(world.home / "models.json"), "user/models.json", "user"),)
    catalog = pipeline.resolve(pipeline.Inputs(str(world.registry), "2026-11-20", files)).catalog
    facts = catalog.models["acme/acme-large"].facts
    assert {**facts, **facts["limits"]}.items() >= kept.items()
    assert catalog.models.keys() >= {"acme/acme-small", "bolt/bolt-1"}
    assert world.run("resolve", "big", "--json").json["ref"] == "acme/acme-large"
    assert "is newer than the compiled registry" in world.run("models", "list").err
    assert world.refresh().out.endswith("\nnothing changed upstream\n")


def pages_of(size: int, cursor: str, last: str) -> Any:
    """Return three pages, each telling how the next is asked for."""

    def anthropic(call: Call) -> Reply:
        start = {"": 0, "m2": 3, "m5": 6}[call.query.get(cursor, "")]
        return as_json({"data": [{"id": f"m{number}"} for number in range(start, start + size)], "has_more": start < 6, last: f"m{start + size - 1}"})

    def google(call: Call) -> Reply:
        start = {"": 0, "two": 3, "three": 6}[call.query.get(cursor, "")]
        following = {0: {last: "two"}, 3: {last: "three"}}.get(start, {})
        return as_json({"models": [{"name": f"models/m{number}", "supportedGenerationMethods": ["generateContent"]} for number in range(start, start + size)], **following})

    return anthropic if cursor == "after_id" else google


@pytest.mark.parametrize(
    ("adapter", "cursor", "last", "size"),
    [("anthropic-models", "after_id", "last_id", "limit"), ("google-models", "pageToken", "nextPageToken", "pageSize")],
    ids=["Anthropic", "Google"],
)
def test_zot_31_pages_are_read_to_the_last(adapter: str, cursor: str, last: str, size: str, world: World) -> None:
    """Zot 31: discovery paging: Anthropic after_id/has_more loop, Google nextPageToken loop — 3-page fixtures."""
    add_provider(world, "clef", order=3, adapter=adapter)
    replace(world.registry / "providers" / "clef.yaml", "price_unit", "page_size: 3, price_unit")
    world.replies["clef"] = pages_of(3, cursor, last)
    found = world.plan("clef", "--no-cache")
    assert [change["ref"] for change in found["changes"]] == [f"clef/m{number}" for number in range(9)]
    asked = [call.query for call in world.server.calls if call.path.startswith("/clef/")]
    assert [query.get(cursor) for query in asked] == [None, *(["m2", "m5"] if cursor == "after_id" else ["two", "three"])]
    assert {query[size] for query in asked} == {"3"}


def test_zot_32_each_provider_keeps_what_it_chats_with_and_prices_are_exact(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zot 32: discovery filters as in (d): OpenAI prefixes gpt-, o1, o3, o4, o5, chatgpt-; Google keeps gemini-/gemma- with generateContent; OpenRouter 0.000003 → 3.0 /1M; ctx=min."""
    for identity, base_url in (("openai", "https://api.openai.com"), ("google", "https://generativelanguage.googleapis.com"), ("openrouter", "https://openrouter.ai/api")):
        real(world, identity, base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-openai")
    monkeypatch.setenv("GEMINI_API_KEY", "canary-gemini")
    ids = ["gpt-9", "o1-x", "o3", "o4-mini", "o5", "chatgpt-9", "whisper-1", "dall-e-3", "tts-1", "omni-moderation", "babbage-002"]
    world.lists["openai"] = [{"id": name} for name in ids]
    makes = ["generateContent"]
    gemini = {"gemini-9": makes, "gemma-9": makes, "imagen-9": makes, "learnlm": makes, "gemini-live": ["bidiGenerateContent"], "gemini-embed": ["embedContent"]}
    world.replies["google"] = as_json({"models": [{"name": f"models/{name}", "supportedGenerationMethods": methods} for name, methods in gemini.items()]})
    entry = {"id": "acme/x", "context_length": 200_000, "top_provider": {"context_length": 131_072}, "pricing": {"prompt": "0.000003", "completion": "0.000015"}}
    world.lists["openrouter"] = [entry]
    found = world.plan("openai", "google", "openrouter", "--no-cache")
    added = {change["ref"]: change["new"] for change in found["changes"]}
    assert {ref for ref in added if ref.startswith("openai/")} == {f"openai/{name}" for name in ids[:6]}
    assert {ref for ref in added if ref.startswith("google/")} == {"google/gemini-9", "google/gemma-9", "google/gemini-embed"}
    assert added["openrouter/acme/x"]["price"] == {"input_usd_per_mtok": 3, "output_usd_per_mtok": 15}
    assert added["openrouter/acme/x"]["limits.context_tokens"] == 131_072
    sent = {call.path.split("/")[1]: call for call in world.server.calls}
    assert (sent["google"].path, sent["google"].headers["x-goog-api-key"], sent["google"].query["pageSize"]) == ("/google/v1beta/models", "canary-gemini", "1000")
    assert sent["openai"].headers["authorization"] == "Bearer sk-canary-openai"
    assert "authorization" not in sent["openrouter"].headers


def test_zot_33_a_sign_in_lists_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zot 33: OAuth credential skips list-models (api-key only)."""
    world.home.mkdir(exist_ok=True)
    (world.home / "models.json").write_text('{"providers": {"my-company": {"baseUrl": "https://llm.my-company.com/v1", "models": [{"id": "chat"}]}}}')
    for identity, base_url in (("anthropic", "https://api.anthropic.com"), ("anthropic-subscription", "https://api.anthropic.com"), ("openai-codex", "https://chatgpt.com")):
        real(world, identity, base_url)
    for name in ("ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CODEX_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "sk-ant-oat-canary")
    found = {source["id"]: source for source in world.plan("--no-cache")["sources"]}
    assert {found[name]["state"] for name in ("anthropic", "anthropic-subscription", "openai-codex")} == {"credential-missing"}
    assert "set ANTHROPIC_API_KEY" in found["anthropic"]["detail"]
    assert "with keys only" in found["openai-codex"]["detail"]
    assert {call.path.split("/")[1] for call in world.server.calls} == {"acme", "bolt"}
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
    world.lists["anthropic"] = [{"id": "claude-x", "type": "model"}]
    assert [change["id"] for change in world.plan("anthropic", "--no-cache")["changes"]] == ["anthropic/claude-x#added"]
    assert world.server.calls[-1].headers["x-api-key"] == "sk-ant-canary"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_zot_33_an_error_of_one_provider_leaves_the_others_and_the_cache_as_they_are(status: int, world: World) -> None:
    """Zot 33: error in one provider leaves others and the cache intact."""
    world.refresh()
    kept, listing = seen(world, "bolt"), (world.home / "cache" / "listings" / "bolt.json").read_bytes()
    world.replies["bolt"] = as_json({"error": {"message": "no"}}, status)
    world.lists["acme"] = moved()
    found = world.plan("--no-cache")
    assert [source["missing"] for source in found["sources"]] == [False, True]
    assert len(found["changes"]) == 3
    assert [one["id"] for one in seen(world, "acme")] == [one["id"] for one in moved()]
    assert (seen(world, "bolt"), (world.home / "cache" / "listings" / "bolt.json").read_bytes()) == (kept, listing)
    world.run("compile")
    assert world.run("models", "show", "bolt/bolt-1", "--json").json["models"][0]["seen_on"] == "2026-11-20"


def test_zot_34_what_was_read_holds_for_six_hours(world: World) -> None:
    """Zot 34: cache TTL 6 h; fresh → no network; stale → refresh; corrupt cache → ignored."""
    world.refresh()
    assert world.asked("acme") == 1
    world.now += 6 * HOURS - 1
    assert {source["detail"] for source in world.plan()["sources"]} == {"as read at 2026-11-20T12:00:00Z; --no-cache asks again"}
    assert world.asked("acme") == 1
    world.now += 1
    assert world.plan()["sources"][0]["read_at"] == "2026-11-20T18:00:00Z"
    assert world.asked("acme") == 2
    world.now -= 12 * HOURS  # read in the future, says a clock that was set back
    world.refresh()
    assert world.asked("acme") == 3


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe\x00", b"{}" * 1000, b'{"version": 9}', b'{"version": 1, "listings": 3, "pages": 3}'])
def test_zot_34_a_damaged_cache_is_as_good_as_none(damage: bytes, world: World) -> None:
    """Zot 34: corrupt cache → ignored."""
    world.refresh()
    cache = world.home / "cache"
    sightings = (cache / "sightings.json").read_bytes()
    for path in (cache / "sightings.json", *(cache / "listings").iterdir()):
        path.write_bytes(damage)
    world.run("compile")
    assert world.run("models", "show", "acme/acme-large", "--json").json["models"][0]["seen_on"] is None
    assert world.refresh().out.endswith("\nnothing changed upstream\n")
    assert (world.asked("acme"), world.asked("bolt")) == (2, 2)
    assert (cache / "sightings.json").read_bytes() == sightings


def test_zot_39_a_provider_of_the_users_own_is_listed_for_the_user_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zot 39: custom `discover:true` needs baseUrl (else warning+off), skips ids containing "embed"."""
    monkeypatch.setenv("MY_LAB_API_KEY", "canary-lab")
    models_json(world, **{"my-lab": {"base_url": f"{world.server.url}/lab/v1", "discover": True, "models": {"lab-1": {"limits": {"context_tokens": 9}}}}})
    world.lists["lab"] = [model("lab-1", 4096, (1, 2)), model("lab-2"), {"id": "text-EMBEDding-3"}, {"id": "nomic-embed-text"}]
    before = world.files()
    found = world.plan("--no-cache")
    assert [(source["id"], source["state"], source["models"]) for source in found["sources"]] == [("acme", "ok", 4), ("bolt", "ok", 1), ("my-lab", "ok", 2)]
    assert found["changes"] == []
    (call,) = [call for call in world.server.calls if call.path.startswith("/lab/")]
    assert (call.path, call.headers["authorization"]) == ("/lab/v1/models", "Bearer canary-lab")
    world.refresh("--apply", "--approve", "all", "--no-cache")
    world.refresh("--baseline", "--no-cache")
    assert {path: text for path, text in world.files().items() if not path.startswith("upstream/")} == before
    assert not any("my-lab" in path for path in world.files())
    assert [one["id"] for one in seen(world, "my-lab")] == ["lab-1", "lab-2"]
    world.run("compile")
    listed = {one["ref"]: one for one in world.run("models", "list", "--provider", "my-lab", "--json").json["models"]}
    assert {ref: one["limits"]["context_tokens"] for ref, one in listed.items()} == {"my-lab/lab-1": 9, "my-lab/lab-2": None}
    assert {one["price"]["state"] for one in listed.values()} == {"unknown"}
    assert world.run("resolve", "my-lab/lab-2", "--json").json["url"] == f"{world.server.url}/lab/v1/chat/completions"


def test_zot_39_without_an_address_there_is_a_warning_and_nothing_is_asked(world: World) -> None:
    """Zot 39: custom `discover:true` needs baseUrl (else warning+off)."""
    for own in ({"discover": True, "routes": {"default": {"protocol": "openai-chat"}}}, {"discover": True}):
        models_json(world, **{"my-lab": own})
        findings = world.run("lint", "--json", code=0 if "routes" in own else 1).json["findings"]  # the other is no provider at all
        assert ("discover-without-base-url", "warning") in [(finding["name"], finding["severity"]) for finding in findings]
        assert list(world.states()) == ["acme", "bolt"]


def test_zot_39_a_file_that_nobody_trusts_has_nothing_asked(world: World) -> None:
    """Zot 39, of a project's own file, which may have come with somebody's repository."""
    (world.root / ".providers").mkdir()
    own = {"my-lab": {"base_url": f"{world.server.url}/lab/v1", "discover": True}}
    (world.root / ".providers" / "models.json").write_text(json.dumps({"version": 1, "providers": own}))
    assert list(world.states()) == ["acme", "bolt"]
    world.run("trust", ".providers/models.json")
    assert world.states() == {"acme": "ok", "bolt": "ok", "my-lab": "empty"}
