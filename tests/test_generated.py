"""The pages made from the registry and from the rules are what those say now."""

from __future__ import annotations

from checkout import ROOT
from conftest import ON
from modelwright import pipeline
from modelwright.emit import providers_markdown
from modelwright.rules import reference


def test_the_page_of_providers_is_what_the_registry_says() -> None:
    catalog = pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), ON)).catalog
    assert (ROOT / "docs" / "providers.md").read_text() == providers_markdown.emit(catalog)


def test_the_page_of_providers_makes_markup_in_names_inert() -> None:
    catalog = pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), ON)).catalog
    entry = next(iter(catalog.providers.values()))
    entry.facts = {**entry.facts, "name": "[x](javascript:1) <b>|`#"}
    assert "\\[x\\](javascript:1) \\<b\\>\\|\\`\\#" in providers_markdown.emit(catalog)


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    assert (ROOT / "docs" / "rules.md").read_text() == reference.markdown()
