"""Nothing that somebody else's file says of addresses, accounts or policy is used before it is trusted, in whichever dialect it is written."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from dialects_golden import CASES, ROOT, compiled
from modelwright import pipeline
from modelwright.passes import freeze

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.ir.catalog import Catalog


def addresses(catalog: Catalog) -> set[str]:
    """Return every address a call could go to."""
    found = {str(route["base_url"]) for provider in freeze.providers(catalog) for route in provider["routes"] if "base_url" in route}
    return found | {str(model["base_url"]) for _, model in freeze.models(catalog) if "base_url" in model}


@cache
def known() -> set[str]:
    """Return those of the registry."""
    return addresses(pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), "2026-11-28")).catalog)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_of_the_fixtures_nothing_is_used(case: Path) -> None:
    catalog = compiled(case, trusted=False).catalog
    assert addresses(catalog) <= known()
    assert catalog.accounts == {}
    assert catalog.settings.keys() <= {"agents"}
