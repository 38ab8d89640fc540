"""The examples in the docstrings of the runtime and of what it shares with the compiler are true."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import modelwright.runtime

if TYPE_CHECKING:
    from pathlib import Path

MODULES = [f"modelwright.runtime.{module.name}" for module in pkgutil.iter_modules(modelwright.runtime.__path__)] + ["modelwright.ir.refs", "modelwright.ir.resolved"]
WITH_EXAMPLES = {f"modelwright.{name}" for name in ("ir.refs", "runtime.cost", "runtime.day", "runtime.registry", "runtime.usage")}


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(artifact))
    outcome = doctest.testmod(import_module(name), raise_on_error=False)
    assert outcome.failed == 0
    assert (outcome.attempted > 0) or name not in WITH_EXAMPLES
