"""What users' files may say of routing policies: findings for what is none, and where each number comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from checkout import ROOT
from modelwright.runtime.routing.policies import NAMES
from modelwright.source.schemas import schema

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run

WORDS: dict[str, Any] = yaml.safe_load((ROOT / "registry" / "vocabulary" / "routing-policies.yaml").read_text())["words"]


def file(home: Path, **policy: Any) -> Path:
    home.mkdir(exist_ok=True)
    own = home / "own.json"
    own.write_text(json.dumps({"policy": policy}))
    return own


def test_vocabulary_schema_and_modules_have_the_same_policies_and_numbers() -> None:
    definitions = schema("overlay")["$defs"]
    allowed = {rule["if"]["properties"]["name"]["const"]: rule["then"]["propertyNames"]["enum"] for rule in definitions["routingPolicy"]["else"]["allOf"]}
    assert tuple(sorted(WORDS)) == NAMES == tuple(definitions["routingPolicyName"]["enum"])
    assert allowed == {name: ["name", "weight", *word.get("numbers", {})] for name, word in WORDS.items()}
    assert set(definitions["routingNumbers"]["properties"]) == {number for word in WORDS.values() for number in word.get("numbers", {})}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"routing_policies": ["cheepest"]}, "did you mean `cheapest`?"),
        ({"routing_policies": [{"name": "fairnes"}]}, "did you mean `fairness`?"),
        ({"routing_policies": [{"name": "health", "widow_seconds": 60}]}, "did you mean `window_seconds`?"),
        ({"routing_policies": [{"name": "context", "window_seconds": 60}]}, "the key `window_seconds` is not allowed; it must be one of name, weight, roomy_share"),
        ({"routing_policies": [{"name": "health", "window_seconds": 3601}]}, "`window_seconds` is 3601; it must be at most 3,600"),
        ({"routing_policies": [{"name": "health", "weight": 0}]}, "`weight` is 0"),
        ({"routing_policies": [{"weight": 2}]}, "`name` is missing"),
        ({"intents": {"coding": {"model": []}}}, "did you mean `models`?"),
        ({"intents": {"coding": ["openai/gpt-5.55"]}}, "there is no model `openai/gpt-5.55`"),
        ({"intents": {"coding": {"models": ["openai/gpt-5.55"]}}}, "there is no model `openai/gpt-5.55`"),
    ],
)
def test_what_is_no_policy_and_no_number_of_it_is_a_finding(policy: dict[str, Any], said: str, home: Path, run: Run) -> None:
    done = run("lint", file(home, **policy), code=1)
    assert said in done.out


def test_each_number_is_told_with_who_says_it(home: Path, run: Run) -> None:
    own = file(home, routing_policies=["cheapest", {"name": "health", "weight": 2.5, "window_seconds": 600}])
    answers = {one["field"]: one for one in run("why", "policy", "routing_policies", "--config", own, "--json").json["fields"]}
    values = {name.removeprefix("routing_policies."): (one["value"], [origin["layer"] for origin in one["origins"] if origin["wins"]]) for name, one in answers.items()}
    assert values["cheapest.weight"] == (2, ["command-line"])
    assert values["cheapest.usual_input_tokens"] == (1000, ["registry"])
    assert values["health.weight"] == (2.5, ["command-line"])
    assert values["health.window_seconds"] == (600, ["command-line"])
    assert values["health.half_life_seconds"] == (300, ["registry"])
    lines = run("why", "policy", "routing_policies.health.window_seconds", "--config", own).out.splitlines()
    assert lines[1] == "policy routing_policies.health.window_seconds = 600"
    assert [line.split()[0] for line in lines[2:]] == ["wins", "registry"]
    assert lines[3].split()[2].startswith("registry/vocabulary/routing-policies.yaml:")
    assert run("why", "policy", "routing_policies.health.window_seconds", "--config", own, "--json").json["value"] == 600


def test_what_the_policy_does_not_have_is_an_error(home: Path, run: Run) -> None:
    done = run("why", "policy", "routing_policies.health.window", "--config", file(home, routing_policies=["health"]), code=1)
    assert "the policy has no 'routing_policies.health.window'; it has: " in done.err
