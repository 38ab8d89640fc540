"""fixtures/cost/cases.yaml: every case agrees with its own arithmetic, with a second calculation, with `cost` and with `providers cost`."""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cost_oracle import price_of
from modelwright import Registry, Usage, cost, pipeline
from modelwright.cli import build, group

ROOT = Path(__file__).parent.parent.parent
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "fixtures" / "cost" / "cases.yaml").read_text())["cases"]
DAY = "2026-11-20"
OPTIONS = {
    name: f"--{name.removesuffix('_tokens').replace('_', '-')}" for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped registry with a model `golden/<case>` for every case that brings its own prices."""
    folder = tmp_path_factory.mktemp("golden")
    models = {case["id"]: {"prices": case["prices"]} if case["prices"] else {} for case in CASES if "prices" in case}
    overlay = folder / "models.json"
    overlay.write_text(json.dumps({"providers": {"golden": {"base_url": "http://localhost", "models": models}}}))
    result = pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), DAY, (pipeline.UserFile(str(overlay), "user/models.json", "user"),)))
    assert [finding.message for finding in result.findings] == []
    build.write(str(folder / "golden.artifact"), build.artifact_bytes(result))
    return folder / "golden.artifact"


def _ref(case: dict[str, Any]) -> str:
    return str(case.get("ref", f"golden/{case['id']}"))


def _usage(case: dict[str, Any]) -> Usage:
    return (Usage.uncached if case.get("counts") == "uncached" else Usage)(**case["usage"])


def _worked(text: str) -> Fraction:
    """Return what the arithmetic *text* comes to, in fractions."""

    def of(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, ast.Name) and node.id == "M":
            return Fraction(1_000_000)
        assert isinstance(node, ast.BinOp), ast.dump(node)
        left, right = of(node.left), of(node.right)
        return left + right if isinstance(node.op, ast.Add) else left * right if isinstance(node.op, ast.Mult) else left / right

    return of(ast.parse(text, mode="eval").body)


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len({case["id"] for case in CASES}) == len(CASES)


@every_case
def test_the_figure_is_what_its_arithmetic_comes_to(case: dict[str, Any]) -> None:
    if case["usd"] is not None:
        assert Fraction(case["usd"]) == _worked(str(case["work"]))
    assert (case["usd"] is None) == (case.get("state", "priced") in ("unknown", "varies"))


@every_case
def test_cost_is_the_figure(case: dict[str, Any], golden: Path) -> None:
    model = Registry(str(golden)).resolve(_ref(case), DAY)
    found = cost(model, _usage(case), case.get("on", DAY), variant=case.get("variant"), at=case.get("at"))
    assert found.state == case.get("state", "priced")
    assert found.usd == (None if case["usd"] is None else Decimal(case["usd"]))
    assert found.as_of == case.get("on", DAY)
    if case["usd"] is not None:
        assert found.tier == case.get("tier")
        assert sum(Fraction(line["usd"]) for line in found.lines) == Fraction(case["usd"])


@every_case
def test_a_second_calculation_comes_to_the_same(case: dict[str, Any], golden: Path) -> None:
    prices = case["prices"] if "prices" in case else Registry(str(golden)).resolve(_ref(case), DAY).facts.get("prices", [])
    usage = case["usage"]
    if case.get("counts") == "uncached":
        usage = {**usage, "input_tokens": sum(number for name, number in usage.items() if name == "input_tokens" or name.startswith("cache_"))}
    expected = price_of(prices, usage, case.get("on", DAY), case.get("variant"), case.get("at"))
    assert (expected.state, expected.usd, expected.tier) == (case.get("state", "priced"), None if case["usd"] is None else Fraction(case["usd"]), case.get("tier"))


@every_case
def test_the_command_prints_the_figure(case: dict[str, Any], golden: Path) -> None:
    arguments = ["cost", _ref(case), "--json", "--quiet", "--artifact", str(golden), "--on", case.get("on", DAY)]
    for name, number in case["usage"].items():
        arguments += [OPTIONS[name], str(number)] if name in OPTIONS else ["--quantity", f"{name}={number}"]
    arguments += ["--input-excludes-cache"] if case.get("counts") == "uncached" else []
    arguments += [part for name in ("variant", "at") if name in case for part in (f"--{name}", case[name])]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    printed = json.loads(result.stdout)
    assert (printed["version"], printed["ref"]) == (1, _ref(case))
    assert (printed["usd"], printed["state"], printed["as_of"]) == (case["usd"], case.get("state", "priced"), case.get("on", DAY))
    if case["usd"] is not None:
        assert printed["tier"] == case.get("tier")
    assert all(set(line) == {"unit", "quantity", "usd_per_unit", "usd"} for line in printed["lines"])
