"""The order of thinking levels."""

from __future__ import annotations

from pathlib import Path

import yaml

from modelwright.wire.thinking_levels import RANKS, can_be_off, nearest_level

VOCABULARY = Path(__file__).parent.parent.parent / "registry" / "vocabulary" / "thinking.yaml"


def test_the_ranks_are_those_of_the_vocabulary() -> None:
    words = yaml.safe_load(VOCABULARY.read_text())["words"]
    assert {word: entry["rank"] for word, entry in words.items() if "level" in entry["is"]} == RANKS


def test_a_level_nobody_knows_comes_to_the_lowest() -> None:
    assert nearest_level("ultra", ["high", "low"]) == "low"
    assert nearest_level("high", ["ultra"]) is None


def test_a_default_level_of_none_means_that_it_can_be_off() -> None:
    assert can_be_off({"mode": "budget", "default_level": "none"})
    assert not can_be_off({"mode": "budget", "min_tokens": 128})
