"""A listing is all of its pages, asked for one after the other, or it is not read at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from discover.asking import Plain, ask, ids, read
from discover.servers import Call, Reply, as_json, serving
from modelwright.discover.adapter import Listing, MalformedListingError, Page, Request
from modelwright.discover.fetch import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = {"data": [{"id": "large"}]}


def test_pages_are_joined_and_an_id_counts_once_whatever_its_case() -> None:
    pages = {None: {"data": [{"id": "A"}, {}], "next": "x"}, "x": {"data": [{"id": "a"}, {"id": "b"}], "next": "y"}, "y": {"data": [{"id": "B"}, {"id": "c"}, {}]}}
    with serving(lambda call: as_json(pages[call.query.get("after")])) as server:
        found = read(ask(f"{server.url}/models?kind=chat", query={"key": "k"}))
        assert [call.query for call in server.calls] == [{"kind": "chat", "key": "k"} | more for more in ({}, {"after": "x"}, {"after": "y"})]
    assert (ids(found), found.skipped, found.read_at) == (["A", "b", "c"], 2, "2026-11-20T18:30:00Z")


PAGING: dict[str, tuple[Callable[[Call], Reply], str, str]] = {
    "a cursor that comes again": (lambda call: as_json({**ONE, "next": "ab"[call.number % 2]}), "malformed", "the listing's pages go round in a circle after 3"),
    "no end": (lambda call: as_json({**ONE, "next": str(call.number)}), "malformed", "the listing has more than 7 pages"),
    "a later page that is refused": (lambda call: as_json({**ONE, "next": "x"}) if call.number == 1 else Reply(status=403), "unauthorized", "the server answered 403"),
    "a later page of another shape": (lambda call: as_json({**ONE, "next": "x"} if call.number == 1 else []), "malformed", "no `data`"),
    "too many values in all": (lambda call: as_json({**ONE, "next": str(call.number), "x": [0] * 30}), "malformed", "more values"),
    "too many models in all": (
        lambda call: as_json({"data": [{"id": f"{call.number}-{index}"} for index in range(4)], "next": str(call.number)}),
        "malformed",
        "more than 20 models",
    ),
    "too much in all": (lambda call: as_json({**ONE, "next": str(call.number), "x": "y" * 3000}), "malformed", "larger than"),
}


@pytest.mark.parametrize("name", PAGING)
def test_of_a_listing_that_cannot_be_read_to_its_end_nothing_is_used(name: str) -> None:
    answer, state, why = PAGING[name]
    with serving(answer) as server:
        found = read(ask(server.url), limits=Limits(max_pages=7, max_bytes=10_000, max_values=99, max_models=20))
    assert (found.state, found.models) == (state, ())
    assert found.detail.startswith(why)


class _Straying(Plain):
    def request(self, listing: Listing, cursor: str | None = None) -> Request:
        if cursor == "fail":
            raise KeyError(cursor)
        return Request(url=cursor or listing.url)


def test_a_next_page_elsewhere_is_not_asked_for() -> None:
    with serving(lambda _: as_json(ONE)) as other, serving(lambda _: as_json({**ONE, "next": other.url})) as server:
        found = read(ask(server.url, adapter=_Straying(), headers={"Authorization": "Bearer word"}))
        assert other.calls == []
    assert found.detail.startswith("the listing's next page is on another server; ")


def test_an_adapter_that_cannot_ask_for_a_page_is_malformed() -> None:
    with serving(lambda _: as_json({**ONE, "next": "fail"})) as server:
        assert read(ask(server.url, adapter=_Straying())).detail.startswith("the adapter `plain` failed with KeyError; ")


class _Posting(Plain):
    def request(self, listing: Listing, cursor: str | None = None) -> Request:
        return Request(url=listing.url, method="POST", body={"page": cursor})

    def parse(self, listing: Listing, payload: Any) -> Page:
        if payload == {"error": "x"}:
            raise MalformedListingError("")
        return super().parse(listing, payload)


def test_a_listing_can_be_asked_for_with_a_body() -> None:
    with serving(lambda _: as_json(ONE)) as server:
        assert read(ask(server.url, adapter=_Posting(), method="POST")).state == "ok"
        (call,) = server.calls
    assert (call.method, json.loads(call.body), call.headers["content-type"]) == ("POST", {"page": None}, "application/json")


def test_an_adapter_that_says_nothing_of_a_page_is_named() -> None:
    with serving(lambda _: as_json({"error": "x"})) as server:
        assert read(ask(server.url, adapter=_Posting())).detail.startswith("the adapter `plain` failed with MalformedListingError; ")
