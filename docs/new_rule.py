"""Write a new rule with its fixtures: `make rule NAME=price-without-source CODE=PV299`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

_RULE = '''"""
{name}

What it checks
    …

Why it matters
    …

Bad
    …

Good
    …

Seen
    …
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "{code}"
NAME = "{name}"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per …"""
    for model in catalog.models.values():
        if model.facts.get("name") == "":
            yield Finding(model.place("name"), f"`{{model.ref}}` …", "…")
'''


def main(name: str, code: str) -> int:
    """Write the files; return the exit code."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)+", name) or not re.fullmatch(r"PV[1-8][0-9]{2}", code):
        print("usage: make rule NAME=what-is-wrong CODE=PV123", file=sys.stderr)
        return 2
    package = ROOT / "compiler" / "modelwright"
    rule = package / "rules" / f"{name.replace('-', '_')}.py"
    taken = [path for path in (*(package / "rules").glob("*.py"), package / "diagnostics" / "codes.py") if f'"{code}"' in path.read_text()]
    if rule.exists() or taken:
        print(f"{rule} is there already" if rule.exists() else f"{code} is taken in {taken[0]}", file=sys.stderr)
        return 1
    rule.write_text(_RULE.format(name=name, code=code))
    base = (ROOT / "fixtures" / "rules" / "_base" / "models" / "acme.yaml").read_text()
    for case in ("bad", "good"):
        models = ROOT / "fixtures" / "rules" / name / case / "models"
        models.mkdir(parents=True)
        (models / "acme.yaml").write_text(base)
    print(f"{rule}\n{ROOT / 'fixtures' / 'rules' / name}\nwrite the rule and its cases, then: make golden generate")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:3] if len(sys.argv) == 3 else ("", ""))))
