"""
The fixtures of rules: a small tree laid over a base registry, linted for one code.

`python tests/rules_golden.py --write [rule-name…]` rewrites the expected reports; review the difference.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "rules"
TODAY = "2026-11-20"

if TYPE_CHECKING:
    from modelwright.diagnostics.diagnostic import Diagnostic


def lint(case: Path, code: str) -> list[Diagnostic]:
    """Return the findings of *code* in *case* laid over the base registry; paths are relative to the registry."""
    from modelwright import pipeline

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        shutil.copytree(ROOT / "registry" / "vocabulary", root / "vocabulary")
        for layer in (FIXTURES / "_base", case):
            shutil.copytree(layer, root, dirs_exist_ok=True, symlinks=True)
        users = tuple(
            pipeline.UserFile(str(root / name), path, layer, trusted=layer == "user")
            for name, path, layer in (("models.json", "user/models.json", "user"), ("project.json", "project/models.json", "project"))
            if (root / name).exists()
        )
        sightings = root / "sightings.json"
        inputs = pipeline.Inputs(str(root), TODAY, users, str(sightings) if sightings.exists() else None)
        with contextlib.chdir(root):  # notes name other places, too, from the working directory
            return pipeline.compile(inputs, select=[code, "PV901"]).findings


def report(case: Path, code: str) -> str:
    """Return the printed report of *case*, with paths relative to it."""
    from dataclasses import replace

    from modelwright.diagnostics import render_text

    findings = [replace(finding, span=replace(finding.span, path=_short(finding.span.path))) for finding in lint(case, code)]
    return render_text.render(findings)


def _short(path: str) -> str:
    parts = Path(path).parts
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-2] in ("models", "providers", "vocabulary") else parts[-1]


def _write(names: list[str]) -> None:
    from modelwright.rules import all_rules

    for rule in all_rules():
        folder = FIXTURES / rule.NAME
        if (not names or rule.NAME in names) and (folder / "bad").is_dir():
            (folder / "bad.txt").write_text(report(folder / "bad", rule.CODE))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    _write([name for name in sys.argv[1:] if name != "--write"])
