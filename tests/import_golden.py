"""
Other catalogues' files as registry files: `fixtures/import/<source>/catalogue.json` in, exactly `expected.yaml` out.

`python tests/import_golden.py --write` rewrites the expected files; review the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "import"
SOURCES = ("genai-prices", "litellm")


def catalogue(source: str) -> Any:
    """Return the small catalogue of *source*, parsed."""
    return json.loads((FIXTURES / source / "catalogue.json").read_text())


def imported(source: str) -> str:
    """Return what the importer of *source* makes of its small catalogue."""
    from modelwright.importers import all_importers
    from modelwright.source.write_yaml import render_document

    found = all_importers()[source].read(catalogue(source))
    documents = [
        render_document(provider, schema="provider") + render_document({"provider": name, "models": models}, schema="models") for name, (provider, models) in found.items()
    ]
    return "---\n".join(documents)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    for name in SOURCES:
        (FIXTURES / name / "expected.yaml").write_text(imported(name))
