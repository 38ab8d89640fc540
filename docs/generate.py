"""Write the generated files, or, with --check, say which are not what they should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def units() -> str:
    """Return compiler/modelwright/ir/units.py, made from the vocabulary."""
    from modelwright.source.document import Document

    file = ROOT / "registry" / "vocabulary" / "units.yaml"
    document = Document.read(file, "registry/vocabulary/units.yaml", str(file), "vocabulary")
    rows = [f"    {(key, word['counts'], word.get('within'), word.get('falls_back_to'), word['per'])!r}," for key, word in document.data["words"].items()]
    meaning = '"""Per unit: price key, the field of a usage it counts, the unit it is part of, the unit whose price stands in, and how many it is for."""'
    lines = ['"""Generated from registry/vocabulary/units.yaml by `make generate`; change that file instead."""', "", "UNITS = (", *rows, ")", meaning, ""]
    formatted = subprocess.run([sys.executable, "-m", "ruff", "format", "-"], input="\n".join(lines), capture_output=True, text=True, check=True, cwd=ROOT)
    return formatted.stdout


def providers() -> str:
    """Return docs/providers.md, made from the registry."""
    from modelwright import pipeline
    from modelwright.emit import providers_markdown

    return providers_markdown.emit(pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), "2026-01-01")).catalog)


def generated() -> dict[str, str]:
    """Return every generated file's path, from the top, to its text."""
    from modelwright.cli import root
    from modelwright.rules import reference

    return {
        "compiler/modelwright/cli/help.txt": root.help_text(),
        "docs/rules.md": reference.markdown(),
        "docs/providers.md": providers(),
        "compiler/modelwright/ir/units.py": units(),
    }


def main() -> int:
    """Write, or check; return the exit code."""
    wrong = {path: text for path, text in generated().items() if not (ROOT / path).exists() or (ROOT / path).read_text() != text}
    if "--check" in sys.argv:
        for path in wrong:
            print(f"{path} is not what it is generated from; run `make generate`", file=sys.stderr)
        return 1 if wrong else 0
    for path, text in wrong.items():
        (ROOT / path).write_text(text)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
