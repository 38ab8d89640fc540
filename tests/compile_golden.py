"""
The fixtures of compile: a small tree laid over a base registry, with a user's file, a project's file and sightings.

    fixtures/compile/<case>/registry/…             laid over fixtures/compile/_base/registry
    fixtures/compile/<case>/models.json            the user's file; project.json and trusted-project.json: the project's
    fixtures/compile/<case>/sightings.json         what listings reported
    fixtures/compile/<case>/expected.json          what `--target json` gives, exactly
    fixtures/compile/<case>/changes.txt            how it differs from a compile of the same registry alone
    fixtures/compile/<case>/findings.txt           every finding, a line each

`python tests/compile_golden.py --write [case…]` rewrites the last three; review the difference.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "compile"
TODAY = "2026-11-20"
_LAYERS = (
    ("models.json", "user/models.json", "user", True),
    ("project.json", "project/models.json", "project", False),
    ("trusted-project.json", "project/models.json", "project", True),
)

if TYPE_CHECKING:
    from modelwright.pipeline import Result


def cases() -> list[Path]:
    """Return the folder of every case."""
    return sorted(folder for folder in FIXTURES.iterdir() if folder.is_dir() and not folder.name.startswith("_"))


def lay(case: Path, root: Path) -> None:
    """Put the base registry and *case* over it into *root*."""
    for layer in (FIXTURES / "_base", case):
        shutil.copytree(layer, root, dirs_exist_ok=True)


def compile_tree(root: Path, *, alone: bool = False) -> Result:
    """Return what the tree at *root* compiles to; *alone*: the registry without the files over it."""
    from modelwright import pipeline

    users = tuple(pipeline.UserFile(str(root / name), path, layer, trusted) for name, path, layer, trusted in _LAYERS if not alone and (root / name).exists())
    sightings = root / "sightings.json"
    inputs = pipeline.Inputs(str(root / "registry"), TODAY, users, str(sightings) if not alone and sightings.exists() else None)
    with contextlib.chdir(root):  # findings name places from the working directory
        return pipeline.compile(inputs)


def compile_case(case: Path, *, alone: bool = False) -> Result:
    """Return what *case* compiles to."""
    with tempfile.TemporaryDirectory() as folder:
        lay(case, Path(folder).resolve())
        return compile_tree(Path(folder).resolve(), alone=alone)


def document(result: Result) -> str:
    """Return the document of `--target json`."""
    from modelwright.emit import json_document

    return json_document.emit(result.catalog, digest=result.digest, compiler="test").decode()


def report(result: Result) -> str:
    """Return every finding, a line each."""
    return "".join(f"{finding.span}: {finding.severity}[{finding.code}] {finding.name}: {finding.message}\n" for finding in result.findings)


def differences(before: Any, after: Any, way: str = "") -> dict[str, tuple[Any, Any]]:
    """Return per field, dotted, its value before and after; None where there is none. Providers and models go by their names."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in sorted(before.keys() | after.keys()):
            found |= differences(before.get(key), after.get(key), f"{way}.{key}" if way else str(key))
        return found
    old, new = _named(before), _named(after)
    if old is not None and new is not None:
        return differences(old, new, way)
    return {} if before == after else {way: (before, after)}


def _named(value: Any) -> dict[str, Any] | None:
    """Return a list of entries with ids, or of anything else that is not text, as a mapping."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return None
    return {f"{entry.get('provider', '')}/{entry['id']}".lstrip("/") if "id" in entry else str(index): entry for index, entry in enumerate(value)}


def changes(case: Path) -> str:
    """Return what the files over the registry change, a field a line; origins say the same again and are left out."""
    alone, whole = (json.loads(document(compile_case(case, alone=alone))) for alone in (True, False))
    lines = []
    for way, (before, after) in differences(alone, whole).items():
        if way != "digest" and ".origins" not in way:
            lines.append(f"{way}: {_shown(before)} → {_shown(after)}\n")
    return "".join(lines)


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _write(names: list[str]) -> None:
    for case in cases():
        if not names or case.name in names:
            result = compile_case(case)
            (case / "expected.json").write_text(document(result))
            (case / "findings.txt").write_text(report(result))
            (case / "changes.txt").write_text(changes(case))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    _write([name for name in sys.argv[1:] if name != "--write"])
