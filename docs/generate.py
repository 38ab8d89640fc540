"""Write the generated files, or, with --check, say which are not what they should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def units() -> str:
    """Return compiler/modelwright/ir/units.py, made from the vocabulary; without the package, which cannot do without that file."""
    import yaml

    data = yaml.safe_load((ROOT / "registry" / "vocabulary" / "units.yaml").read_text())
    rows = [f"    {(key, word['counts'], word.get('within'), tuple(word.get('falls_back_to', ())), word['per'])!r}," for key, word in data["words"].items()]
    meaning = '"""Per unit: price key, the field of a usage it counts, the unit it is part of, the units whose price stands in, and how many it is for."""'
    lines = ['"""Generated from registry/vocabulary/units.yaml by `make generate`; change that file instead."""', "", "UNITS = (", *rows, ")", meaning, ""]
    formatted = subprocess.run([sys.executable, "-m", "ruff", "format", "-"], input="\n".join(lines), capture_output=True, text=True, check=True, cwd=ROOT)
    return formatted.stdout


def providers() -> str:
    """Return docs/providers.md, made from the registry."""
    from modelwright import pipeline
    from modelwright.emit import providers_markdown

    return providers_markdown.emit(pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), "2026-01-01")).catalog)


def help_text() -> str:
    """Return compiler/modelwright/cli/help.txt, made from the command line."""
    from modelwright.cli import root

    return root.help_text()


def rules() -> str:
    """Return docs/rules.md, made from the rules' docstrings."""
    from modelwright.rules import reference

    return reference.markdown()


def compatibility() -> str:
    """Return docs/compatibility.md, made from the list of acceptance lines."""
    import compatibility_page

    return compatibility_page.page(ROOT / "fixtures" / "acceptance.yaml")


GENERATED = {
    "compiler/modelwright/ir/units.py": units,
    "compiler/modelwright/cli/help.txt": help_text,
    "docs/rules.md": rules,
    "docs/providers.md": providers,
    "docs/compatibility.md": compatibility,
}
"""Path of each generated file, from the top, to what makes it; what the package itself needs comes first."""


def main() -> int:
    """Write, or check; return the exit code."""
    is_wrong = False
    for name, make in GENERATED.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text() == text:
            continue
        is_wrong = True
        if "--check" in sys.argv:
            print(f"{name} is not what it is generated from; run `make generate`", file=sys.stderr)
        else:
            path.write_text(text)
            print(name)
    return 1 if is_wrong and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
