"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "compiler" / "modelwright"
MODULES = [".".join(("modelwright", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in sorted(PACKAGE.rglob("*.py")) if ">>>" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(artifact))
    outcome = doctest.testmod(import_module(name), raise_on_error=False)
    assert outcome.failed == 0
    assert outcome.attempted


def test_there_are_examples() -> None:
    assert {"modelwright.runtime.cost", "modelwright.review.facts", "modelwright.ir.refs"} <= set(MODULES)
