"""
The fixtures of reading and of shape: a file, and beside it exactly what is said of it.

    fixtures/source/edges/<case>.yaml|json          text at the edge of YAML and JSON: its value, and what is wrong with it
    fixtures/source/shape/<kind>-<case>.yaml|json   a readable file of the wrong shape: every finding, in full

`python tests/source_golden.py --write [case…]` rewrites the expectations; review the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "source"

if TYPE_CHECKING:
    from modelwright.source.document import Document
    from modelwright.source.node import Problem


def cases(folder: str) -> list[Path]:
    """Return every case of *folder*."""
    return sorted(file for file in (FIXTURES / folder).iterdir() if file.suffix in (".yaml", ".json"))


def document(file: Path, kind: str = "models", *, fast: bool = False) -> Document:
    """Return what reading *file* gives."""
    from modelwright.source.document import Document

    read = Document(file.name, file.name, kind, file.read_bytes())
    read.load(fast=fast)
    return read


def reading(file: Path) -> str:
    """Return the value of *file* as JSON, and what is wrong with its text."""
    read = document(file)
    value = [] if read.data is None else [json.dumps(read.data, ensure_ascii=True)]
    return "".join(f"{line}\n" for line in [*value, *(told(read, problem) for problem in read.problems)])


def shape(file: Path) -> str:
    """Return what is wrong with the shape of *file*, whose kind is the first word of its name."""
    from modelwright.source.validate import validate

    read = document(file, file.stem.partition("-")[0])
    found = [*read.problems, *validate(read)]
    return "\n".join(f"{told(read, problem)}\n" for problem in sorted(found, key=lambda problem: (read.span_of_problem(problem), problem.code)))


def told(read: Document, problem: Problem) -> str:
    """Return *problem* with its place and the text it is about."""
    span = read.span_of_problem(problem)
    line = read.line(span.line)
    marked = line[span.column - 1 : span.end_column - 1] if span.end_line == span.line else f"{line[span.column - 1 :]}…"
    return f"{span.line}:{span.column} {problem.code} {ascii(marked)[:60]}\n  {problem.message}\n  help: {problem.help}"


def _write(names: list[str]) -> None:
    for folder, tell in (("edges", reading), ("shape", shape)):
        for file in cases(folder):
            if not names or file.stem in names:
                file.with_suffix(".txt").write_text(tell(file))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    _write([name for name in sys.argv[1:] if name != "--write"])
