"""
`import modelwright` loads the runtime alone: the standard library, and little of it.

The import contracts in pyproject.toml read the code; these tests read what happens.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import modelwright
from modelwright.version import VERSION

COMPILER = Path(__file__).parent.parent.parent / "compiler"
SLOW_TO_IMPORT = {"asyncio", "dataclasses", "datetime", "decimal", "enum", "inspect", "ipaddress", "json", "pathlib", "re", "typing"}
SNIPPET = """
import sys
before = set(sys.modules)
import modelwright
print(*sorted(set(sys.modules) - before))
registry = modelwright.load(sys.argv[1])
model = registry.resolve("ac:large-2")
cost = modelwright.cost(model, modelwright.Usage(200_000), on="2026-11-20")
assert registry.provider("acme")["id"] == "acme"
print(*sorted(set(sys.modules) - before))
print(model.ref, cost.state, cost.attodollars, cost.usd, "decimal" in sys.modules)
"""


def _found(version: str) -> str | None:
    """Return an interpreter of *version* that runs; None when this machine has none."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [shutil.which(f"python{version}"), *(str(folder / "bin" / "python") for folder in sorted(versions.glob(f"{version}*")))]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            answer = subprocess.run([candidate, "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=False, capture_output=True, text=True)
            if answer.stdout.strip() == version:
                return candidate
    return None


def _ran(python: str, artifact: Path) -> list[list[str]]:
    """Return what the snippet prints, line by line: without `site`, whatever else is installed is not in the way."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(COMPILER), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([python, "-S", "-c", SNIPPET, str(artifact)], check=False, capture_output=True, text=True, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("version", ["this", "3.11", "3.12", "3.13", "3.14"])
def test_importing_and_asking_load_only_the_runtime(version: str, small_artifact: Path) -> None:
    python = sys.executable if version == "this" else _found(version)
    if python is None:
        pytest.skip(f"there is no python{version} here")
    imported, used, answer = _ran(python, small_artifact)
    for modules in (imported, used):
        own = [name for name in modules if name.startswith("modelwright")]
        assert [name for name in own if name not in ("modelwright", "modelwright.version") and not name.startswith(("modelwright.ir", "modelwright.runtime"))] == []
        assert {name.partition(".")[0] for name in modules if name not in own} <= sys.stdlib_module_names
        assert SLOW_TO_IMPORT.isdisjoint(modules)
    assert "modelwright.ir.catalog" not in used  # the compiler's half of ir/
    assert answer == ["acme/large-2", "priced", "500000000000000000", "0.5", "True"]


def test_every_public_name_is_there_and_documented() -> None:
    assert modelwright.__all__ == sorted(modelwright.__all__)
    for name in modelwright.__all__:
        thing = getattr(modelwright, name)
        if name != "__version__":
            assert (thing.__doc__ or "").strip(), name
    assert modelwright.__version__ == VERSION


def test_every_public_method_of_a_public_class_is_documented() -> None:
    for kind in (getattr(modelwright, name) for name in modelwright.__all__ if inspect.isclass(getattr(modelwright, name))):
        for name, member in vars(kind).items():
            if not name.startswith("_") and (callable(member) or isinstance(member, property | classmethod | staticmethod)):
                assert (member.__doc__ or "").strip(), f"{kind.__name__}.{name}"


def test_nothing_else_is_public() -> None:
    public = {name for name, value in vars(modelwright).items() if not name.startswith("_") and not isinstance(value, ModuleType)}
    assert public - {"TYPE_CHECKING"} <= set(modelwright.__all__)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(modelwright.__file__).parent / "py.typed").is_file()
