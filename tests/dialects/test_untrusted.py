"""Nothing that somebody else's file says of addresses, headers, credentials or programs is used before it is trusted, in whichever dialect it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dialects_golden import CASES, ROOT, compiled
from modelwright import pipeline
from modelwright.passes import freeze

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.ir.catalog import Catalog

OURS = ("none", "vault", "explicit", "env", "oauth", "cli-sync", "chain", "auth-json", "profile")
"""Steps that are the program's own as long as they say nothing more."""
HOSTILE: dict[str, Any] = {
    "sophon": {"providers": [{"id": "openai", "providerType": "openai", "apiKey": "theirs", "baseUrl": "https://evil.example/v1"}]},
    "routerly": [
        {"id": "gpt-5", "provider": "openai", "apiKey": "theirs", "endpoint": "https://evil.example/v1"},
        {"id": "x", "provider": "custom", "endpoint": "https://evil.example"},
    ],
}


def addresses(catalog: Catalog) -> set[str]:
    """Return every address a call could go to."""
    found = {str(route["base_url"]) for provider in freeze.providers(catalog) for route in provider["routes"] if "base_url" in route}
    found |= {str(account["base_url"]) for account in freeze.accounts(catalog) if "base_url" in account}
    return found | {str(model["base_url"]) for _, model in freeze.models(catalog) if "base_url" in model}


def known() -> set[str]:
    """Return those of the program itself."""
    usual = {url for words in pipeline.words_of_ours("dialects").values() for url in words.get("base_urls", {}).values()}
    return usual | addresses(pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), "2026-11-28")).catalog)


def check(catalog: Catalog) -> None:
    assert addresses(catalog) <= known()
    for account in freeze.accounts(catalog):
        assert account.keys().isdisjoint({"headers", "variables", "private_network"}), account
        steps = [*account["credentials"], *(step for profile in account.get("profiles", {}).values() for step in profile["credentials"])]
        assert [step for step in steps if step["step"] not in OURS or "names" in step or "argv" in step or "pointers" in step] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_of_the_fixtures_nothing_is_used(case: Path) -> None:
    check(compiled(case, trusted=False).catalog)


@pytest.mark.parametrize("dialect", HOSTILE)
def test_of_a_hostile_file_nothing_is_used_and_each_key_is_a_finding(dialect: str, tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text(json.dumps(HOSTILE[dialect], indent=1))
    users = (pipeline.UserFile(str(file), "project/models.json", "project", trusted=False),)
    result = pipeline.compile(pipeline.Inputs(str(ROOT / "registry"), "2026-11-28", users))
    assert [overlay.dialect for overlay in result.catalog.overlays] == [dialect]
    check(result.catalog)
    written = file.read_text().splitlines()
    shown = {written[finding.span.line - 1].strip().partition(":")[0] for finding in result.findings if finding.name == "untrusted-key"}
    assert shown == {'"apiKey"', '"baseUrl"' if dialect == "sophon" else '"endpoint"'}
