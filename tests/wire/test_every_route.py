"""Every route of the registry resolves to a call, and it is the one in `fixtures/routes/`, which people have read beside the providers' documentation."""

from __future__ import annotations

from typing import Any

import pytest

import routes_golden
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError

SEARCHES = {"web-search"}
"""Protocols of routes that no model answers."""


@pytest.fixture(scope="module")
def goldens() -> dict[Any, str]:
    return routes_golden.goldens()


@pytest.mark.often
def test_every_route_sends_what_its_fixture_says(goldens: dict[Any, str]) -> None:
    assert {path.name for path in goldens} == {path.name for path in routes_golden.FIXTURES.iterdir()}
    for path, text in goldens.items():
        assert text == path.read_text(), path.name


def test_every_route_is_there_and_only_searches_send_nothing(goldens: dict[Any, str]) -> None:
    silent = set()
    for provider in routes_golden.registry().providers():
        text = goldens[routes_golden.FIXTURES / f"{provider['id']}.http"]
        for route in provider["routes"]:
            assert f"### {route['id']}: " in text, f"{provider['id']} {route['id']}"
            if any(part.startswith(f"{route['id']}: ") and f"\n{routes_golden.SILENT}" in part for part in text.split("### ")):
                silent.add(route["protocol"])
    assert silent == SEARCHES


NEEDED = [
    (provider["id"], route["id"], name)
    for provider in routes_golden.registry().providers()
    for route in provider["routes"]
    for name, variable in provider.get("variables", {}).items()
    if "default" not in variable and variable.get("env") and f"${{{name}}}" in str(route)
]


@pytest.mark.parametrize(("provider_id", "route_id", "name"), NEEDED)
def test_what_is_not_set_up_is_named_before_anything_is_sent(provider_id: str, route_id: str, name: str) -> None:
    registry = routes_golden.registry()
    provider = registry.provider(provider_id)
    route = next(one for one in provider["routes"] if one["id"] == route_id)
    environ = routes_golden.environment(provider)
    variables = provider["variables"][name]["env"]
    for variable in variables:
        environ.pop(variable, None)
    model = next(model for _, models in routes_golden.ways(provider, route) for model in models if not routes_golden.is_for_vectors(model))
    heard = routes_golden.Heard()
    with Dispatcher(registry, transport=heard, environ=environ) as dispatcher, pytest.raises(CallError) as caught:
        dispatcher.complete(f"{routes_golden.account_of(provider, route)}/{model.asked_id}", "Hello?")
    assert all(variable in str(caught.value) for variable in variables)
    assert heard.opened == []
