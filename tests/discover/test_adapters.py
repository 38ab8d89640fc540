"""Adapters turn a provider's reply into sightings: what it says in our words, and nothing it does not say."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from discover_golden import CASES, ROOT, expected, recorded, sighted
from modelwright.discover import all_adapters
from modelwright.discover.adapter import Listing, MalformedListingError
from sighting_form import listing_of, problems

if TYPE_CHECKING:
    from pathlib import Path

ADAPTERS = sorted(all_adapters())
VOCABULARY = yaml.safe_load((ROOT / "registry" / "vocabulary" / "discovery.yaml").read_text(encoding="utf-8"))["words"]
JUNK_ENTRIES: list[Any] = [None, 7, "text", [], {}, {"id": {}}, {"id": 7, "name": [], "slug": None, "modelId": True, "key": 0.5}]
JUNK_FIELDS: list[Any] = [None, {"a": [None]}, [[]], True, float("nan"), "\x1b[2J", 10**400]
REPLIES = [pytest.param(case, index, id=f"{case.parent.name}-{case.stem}-{index}") for case in CASES for index in range(len(recorded(case)[1]))]


def parsed(case: Path, reply: Any) -> tuple[list[dict[str, Any]], str | None, int]:
    listing = recorded(case)[0]
    page = all_adapters()[listing.adapter].parse(listing, reply)
    return page.models, page.cursor, page.skipped


def entries_of(reply: Any) -> Any:
    """Return the list of entries in *reply*, or the object of them."""
    if isinstance(reply, list):
        return reply
    inner = reply.get("result") if isinstance(reply.get("result"), (dict, list)) else reply
    return inner if isinstance(inner, list) else next((inner[key] for key in ("data", "models", "modelSummaries") if key in inner), [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_recorded_listing_gives_exactly_what_its_fixture_says(case: Path) -> None:
    assert sighted(case) == expected(case).read_text(encoding="utf-8")


def test_every_word_of_the_vocabulary_has_an_adapter_and_every_adapter_a_word_and_a_recorded_listing() -> None:
    assert ADAPTERS == sorted(VOCABULARY) == sorted({case.parent.name for case in CASES})
    assert all(adapter.__name__.rpartition(".")[2].replace("_", "-") == name for name, adapter in all_adapters().items())  # type: ignore[attr-defined]


def test_every_listing_in_the_registry_names_an_adapter_that_makes_a_request_of_it() -> None:
    named = [found for path in sorted((ROOT / "registry" / "providers").glob("*.yaml")) for found in yaml.safe_load(path.read_text(encoding="utf-8")).get("discovery") or ()]
    assert len(named) > 50
    for found in named:
        listing = Listing(source="acme", provider="acme", adapter=found["adapter"], url=found["url"], method=found.get("method", "GET"), page_size=found.get("page_size"))
        request = all_adapters()[found["adapter"]].request(listing)
        assert (request.url, request.method) == (found["url"], found.get("method", "GET"))
        assert (str(found.get("page_size")) in request.query.values()) == ("page_size" in found)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_listing_without_page_size_is_asked_without_one(adapter: str) -> None:
    assert all_adapters()[adapter].request(listing_of(adapter)).query == {}


@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_sightings_have_the_form_of_the_schema_and_words_of_the_vocabularies_only(case: Path, index: int) -> None:
    models = parsed(case, recorded(case)[1][index])[0]
    assert problems(models) == []
    assert all(next(iter(model)) == "id" for model in models)


@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_the_order_of_entries_does_not_matter(case: Path, index: int) -> None:
    reply = recorded(case)[1][index]
    entries, before = entries_of(reply), parsed(case, copy.deepcopy(reply))[0]
    if isinstance(entries, list):
        entries.reverse()
    else:
        reply["models"] = dict(reversed(entries.items()))
    after = parsed(case, reply)[0]
    spelt = [sorted(json.dumps({**model, "id": model["id"].lower()}) for model in models) for models in (before, after)]
    assert spelt[0] == spelt[1]


@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_a_listing_that_ends_early_gives_what_it_holds(case: Path, index: int) -> None:
    reply = recorded(case)[1][index]
    entries, models = entries_of(reply), parsed(case, copy.deepcopy(reply))[0]
    for count in range(len(entries)):
        shorter = copy.deepcopy(reply)
        held = entries_of(shorter)
        for key in list(range(len(held)))[:count:-1] if isinstance(held, list) else list(held)[count:]:
            del held[key]
        found = parsed(case, shorter)[0]
        assert found == models[: len(found)]


@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_unknown_fields_change_nothing(case: Path, index: int) -> None:
    reply = recorded(case)[1][index]
    before = parsed(case, copy.deepcopy(reply))
    entries = entries_of(reply)
    for entry in entries if isinstance(entries, list) else entries.values():
        if isinstance(entry, dict):
            entry |= {"x_new": {"id": "other", "pricing": {"prompt": "9"}}, "zz": [1, {"name": "Other"}], "": None}
    if isinstance(reply, dict):
        reply |= {"x_new": [1, 2], "object": "list"}
    assert parsed(case, reply) == before


@pytest.mark.often
@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_a_bad_entry_is_skipped_and_takes_no_other_with_it(case: Path, index: int) -> None:
    reply = recorded(case)[1][index]
    held = entries_of(reply)
    for key in range(len(held)) if isinstance(held, list) else list(held):
        without = copy.deepcopy(reply)
        del entries_of(without)[key]
        models, cursor, skipped = parsed(case, without)
        for junk in JUNK_ENTRIES if isinstance(held, list) else [one for one in JUNK_ENTRIES if not isinstance(one, dict)]:
            damaged = copy.deepcopy(reply)
            entries_of(damaged)[key] = junk
            assert parsed(case, damaged) == (models, cursor, skipped + 1)


@pytest.mark.often
@pytest.mark.parametrize(("case", "index"), REPLIES)
def test_a_field_that_is_null_or_of_another_kind_is_unknown(case: Path, index: int) -> None:
    reply = recorded(case)[1][index]
    whole = {model["id"].lower(): model for model in parsed(case, copy.deepcopy(reply))[0]}
    held = entries_of(reply)
    for key in range(len(held)) if isinstance(held, list) else list(held):
        for field in held[key] if isinstance(held[key], dict) else ():
            for junk in JUNK_FIELDS:
                damaged = copy.deepcopy(reply)
                entries_of(damaged)[key][field] = junk
                models = parsed(case, damaged)[0]
                assert problems(models) == []
                changed = [model for model in models if whole.get(model["id"].lower()) != model]
                assert len(changed) <= 1


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("<!doctype html><title>Sign in</title>", "a web page where a listing belongs"),
        ("ok", "text where a listing belongs"),
        (17, "a number where a listing belongs"),
        (None, "null where a listing belongs"),
        (True, "true or false where a listing belongs"),
        ({"error": {"message": "Invalid key\x1b[2J sk-acme-a1b2c3d4e5f6g7h8i9j0k1l2 given", "type": "auth"}}, "an error where a listing belongs: Invalid key\ufffd[2J … given"),
        ({"error": "no such route"}, "an error where a listing belongs: no such route"),
        ({"success": False, "errors": [{"code": 10000, "message": "Authentication error"}], "result": None}, "an error where a listing belongs: Authentication error"),
        ({"detail": "Not Found"}, "an error where a listing belongs: Not Found"),
        ({"error": {"code": 7}}, "an error where a listing belongs: it has no message"),
        ({"error": {"message": "x" * 9999}}, f"an error where a listing belongs: {'x' * 200}"),
    ],
)
def test_what_is_no_listing_is_said_to_be_none(adapter: str, payload: Any, said: str) -> None:
    with pytest.raises(MalformedListingError) as error:
        all_adapters()[adapter].parse(listing_of(adapter), payload)
    assert str(error.value) == said


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_object_without_a_list_or_with_something_else_in_its_place_is_no_listing(adapter: str) -> None:
    payloads: list[Any] = [{}, {"data": None, "models": 3, "modelSummaries": "x", "result": {"data": True}}, {"data": {"id": "m"}}]
    for payload in payloads:
        with pytest.raises(MalformedListingError, match=r"an object without `\w+`|`\w+` is .* where (a list|an object) belongs"):
            all_adapters()[adapter].parse(listing_of(adapter), payload)


@pytest.mark.parametrize("adapter", [name for name in ADAPTERS if name != "cloud-code-models"])
def test_an_empty_list_is_a_page_without_models(adapter: str) -> None:
    payloads: list[Any] = [{"data": []}, {"models": []}, {"items": []}, {"result": []}, {"result": {"data": []}}, []]
    for payload in payloads:
        page = all_adapters()[adapter].parse(listing_of(adapter), payload)
        assert (page.models, page.cursor, page.skipped) == ([], None, 0)
    with pytest.raises(MalformedListingError, match="over quota"):
        all_adapters()[adapter].parse(listing_of(adapter), {"data": [], "error": "over quota"})


@pytest.mark.parametrize(
    ("adapter", "reply"),
    [
        ("anthropic-models", {"data": [], "has_more": True, "last_id": "?"}),
        ("google-models", {"models": [], "nextPageToken": "?"}),
        ("cohere-models", {"models": [], "next_page_token": "?"}),
    ],
)
def test_a_cursor_that_cannot_be_sent_is_an_error(adapter: str, reply: dict[str, Any]) -> None:
    field = next(key for key in reply if reply[key] == "?")
    for cursor in (7, ["a"], {"a": 1}, True, "a" * 4097, "a\nb", "\ud800"):
        with pytest.raises(MalformedListingError, match="cursor of the next page"):
            all_adapters()[adapter].parse(listing_of(adapter), {**reply, field: cursor})
    assert all_adapters()[adapter].parse(listing_of(adapter), {**reply, field: "a" * 4096}).cursor == "a" * 4096


def test_more_without_a_last_id_is_an_error() -> None:
    with pytest.raises(MalformedListingError, match="`last_id`"):
        all_adapters()["anthropic-models"].parse(listing_of("anthropic-models"), {"data": [], "has_more": True})


@pytest.mark.parametrize(
    ("info", "cursor"),
    [
        ({"page": 1, "total_pages": 3}, "2"),
        ({"page": "2", "total_pages": "3"}, "3"),
        ({"page": 3, "total_pages": 3}, None),
        ({"page": 1, "per_page": 50, "total_count": 51}, "2"),
        ({"page": 2, "per_page": 50, "total_count": 100}, None),
        ({"page": 1}, None),
        ({"page": 10_000, "total_pages": 10**9}, None),
        ({"page": -1, "total_pages": 3}, None),
        (None, None),
    ],
)
def test_pages_by_number_end_with_the_last(info: Any, cursor: str | None) -> None:
    reply = {"success": True, "result": [], "result_info": info}
    assert all_adapters()["cloudflare-models"].parse(listing_of("cloudflare-models"), reply).cursor == cursor


def test_a_reply_that_says_it_failed_is_none_whatever_list_is_in_it() -> None:
    with pytest.raises(MalformedListingError, match="Authentication error"):
        all_adapters()["cloudflare-models"].parse(listing_of("cloudflare-models"), {"success": False, "errors": [{"message": "Authentication error"}], "result": []})


def test_only_ids_that_begin_as_wanted_are_kept() -> None:
    listing, reply = listing_of("openai-models", keep=("gpt-", "o3")), {"data": [{"id": "gpt-5"}, {"id": "o3-pro"}, {"id": "tts-1"}, {"id": "my-gpt-5"}]}
    page = all_adapters()["openai-models"].parse(listing, reply)
    assert ([model["id"] for model in page.models], page.skipped) == (["gpt-5", "o3-pro"], 0)


def test_of_ids_that_differ_in_case_the_first_stays() -> None:
    reply = {"data": [{"id": "Model-A", "context_length": 8192}, {"id": "model-a", "context_length": 4096}]}
    assert all_adapters()["openai-models"].parse(listing_of("openai-models"), reply).models == [{"id": "Model-A", "limits": {"context_tokens": 8192}}]


@pytest.mark.parametrize("identity", ["", " ", "a b", "a\tb", "a\x00", "\u2028", "\ufeffa", "\ud800", "a" * 257, 7, None, ["a"], "models/"])
def test_an_id_that_cannot_be_one_is_skipped(identity: Any) -> None:
    page = all_adapters()["openai-models"].parse(listing_of("openai-models"), {"data": [{"id": identity}, {"id": "a" * 256}, {"id": "models/b:free"}, {"id": "~c/d"}]})
    assert ([model["id"] for model in page.models], page.skipped) == (["a" * 256, "b:free", "~c/d"], 1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("  Acme\x1b[31m  Large\n", "Acme [31m Large"),
        ("A" * 500, "A" * 200),
        ("\x00\u2028", None),
        ("acme-large", None),
        ("acme/large", None),
        ("GPT-5", "GPT-5"),
        ({"en": "Acme"}, None),
    ],
)
def test_a_name_is_one_line_that_can_be_printed_and_not_the_id_again(name: Any, shown: str | None) -> None:
    model = all_adapters()["openai-models"].parse(listing_of("openai-models"), {"data": [{"id": "acme/large", "name": name}]}).models[0]
    assert model.get("name") == shown


@pytest.mark.parametrize(
    ("entry", "identity"),
    [
        ({"id": "@cf/meta/llama"}, "@cf/meta/llama"),
        ({"id": "meta/llama"}, "@cf/meta/llama"),
        ({"id": "workers-ai/@cf/meta/llama"}, "@cf/meta/llama"),
        ({"id": "@hf/meta/llama"}, "@hf/meta/llama"),
        ({"id": "meta/llama@fp8"}, "@cf/meta/llama@fp8"),
        ({"id": "429b9e8b", "name": "@cf/meta/llama"}, "@cf/meta/llama"),
        ({"name": "Llama"}, None),
    ],
)
def test_ids_of_the_catalogue_have_its_prefix(entry: dict[str, Any], identity: str | None) -> None:
    page = all_adapters()["cloudflare-models"].parse(listing_of("cloudflare-models"), {"result": [entry]})
    assert [model["id"] for model in page.models] == ([identity] if identity else [])


@pytest.mark.often
def test_a_large_listing_is_read_in_the_order_it_has() -> None:
    ids = [f"m-{number}" for number in range(20_000)]
    random.Random(7).shuffle(ids)
    page = all_adapters()["openai-models"].parse(listing_of("openai-models"), {"data": [{"id": identity} for identity in ids]})
    assert [model["id"] for model in page.models] == ids
