"""A user of Sloppy's routes by prefix: acceptance/sloppy.md 14 and 15, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright import AmbiguousRefError, UnknownRefError, load
from routing_world import kept, skipped

if TYPE_CHECKING:
    from command_line import Drop, Run

ROWS = [("gemini", "gemini-2.5-flash"), ("openai-api", "gpt-4.1-mini"), ("openai-api", "gpt-4.1")]


def rows(*entries: tuple[str, str]) -> dict[str, Any]:
    return {"models": [{"title": title, "apiKey": "", "apiUrl": "", "model": model} for title, model in entries]}


def test_sloppy_14_a_route_stays_with_the_provider_of_its_prefix(use: Drop, run: Run) -> None:
    """M models array routes by prefix: `gemini:x` never reaches openai adapter; unknown prefix → unsupported-model error."""
    use(rows(*ROWS))
    registry = load()
    assert {one.model.provider for one in registry.route("gemini:gemini-2.5-flash")} == {"google"}
    assert kept(registry.route("openai-api:gpt-4.1")) == ["openai-api/gpt-4.1"]
    for ref in ("gemini:gpt-4.1", "nobody:gpt-4.1"):
        with pytest.raises(UnknownRefError):
            registry.route(ref)
        assert f"unknown model '{ref}'" in run("route", ref, code=1).err


def test_sloppy_14_what_no_row_has_is_no_route_and_nothing_stands_behind_a_row(use: Drop) -> None:
    """M models array routes by prefix."""
    use(rows(*ROWS))
    routing = load().route("anthropic:claude-opus-4-6")
    assert kept(routing) == []
    assert "none of your accounts gives it" in skipped(routing)["anthropic/claude-opus-4-6"]


def test_sloppy_15_nothing_asked_for_is_the_first_row_and_a_bare_id_the_row_that_has_it(use: Drop, run: Run) -> None:
    """M requested "" → first model; "gpt-4.1-mini" unique → prefixed; suffix on two providers → ambiguous error listing both."""
    use(rows(*ROWS, ("a", "ollama:gpt-oss"), ("b", "openai-api:gpt-oss")))
    registry = load()
    assert [one.model.ref for one in registry.route("")] == ["google/gemini-2.5-flash"]
    assert run("route", "", "--json", "-q").json["candidates"][0]["ref"] == "google/gemini-2.5-flash"
    assert [one.model.ref for one in registry.route("gpt-4.1-mini").kept] == ["openai/gpt-4.1-mini"]
    with pytest.raises(AmbiguousRefError) as ambiguous:
        registry.route("gpt-oss")
    assert ambiguous.value.choices == ("ollama/gpt-oss", "openai/gpt-oss")
