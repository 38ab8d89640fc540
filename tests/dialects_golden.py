"""
The fixtures of dialects: a user's file, and beside it what it says in the native form, with its accounts resolved, and every finding.

    fixtures/dialects/<dialect>/<case>.json        the file, as its system has it; <case>@<version>.json names the grammar
    fixtures/dialects/<dialect>/<case>.expected    its native form and what is said of it

The registry is the real one. `python tests/dialects_golden.py --write [dialect…]` rewrites the expectations; review the difference.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "dialects"
TODAY = "2026-11-28"
CASES = sorted(FIXTURES.glob("*/*.json"))

if TYPE_CHECKING:
    from modelwright.pipeline import Result
    from modelwright.source.document import Document


@cache
def _registry() -> list[Document]:
    from modelwright import pipeline

    return pipeline.read(pipeline.Inputs(str(ROOT / "registry"), TODAY))


def compiled(case: Path, *, trusted: bool = True) -> Result:
    """Return what *case* compiles to over the real registry."""
    from modelwright import pipeline

    _, _, version = case.stem.partition("@")
    dialect = f"{case.parent.name}@{version}" if version else None
    user = pipeline.UserFile(str(case), case.name, "user", trusted, dialect)
    inputs = pipeline.Inputs(str(ROOT / "registry"), TODAY, (user,))
    return pipeline.compile(inputs, documents=[*_registry(), *pipeline.read_users(inputs)])


def report(case: Path) -> str:
    """Return the native form of *case*, its accounts as they are resolved, and its findings."""
    from modelwright.diagnostics import render_text
    from modelwright.passes import freeze

    result = compiled(case)
    catalog = result.catalog
    (overlay,) = catalog.overlays or (None,)
    parts: dict[str, Any] = {} if overlay is None else {"dialect": overlay.dialect, "native": overlay.data}
    parts |= {"accounts": list(freeze.accounts(catalog)), "settings": catalog.settings}
    findings = [finding for finding in result.findings if Path(finding.span.path).name == case.name]
    text = json.dumps(parts, ensure_ascii=False, indent=1)
    shown = render_text.render(findings).replace(f"{case.relative_to(ROOT).as_posix()}:", f"{case.name}:").replace(f"{case}:", f"{case.name}:")
    return f"{text}\n\n{shown}".rstrip() + "\n"


def _write(names: list[str]) -> None:
    for case in CASES:
        if not names or case.parent.name in names:
            case.with_suffix(".expected").write_text(report(case))


if __name__ == "__main__" and "--write" in sys.argv:
    _write([name for name in sys.argv[1:] if name != "--write"])
