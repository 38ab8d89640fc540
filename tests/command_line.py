"""What tests of the command line share: the outcome of a call, and small edits of the files it reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What a call printed."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Run(Protocol):
    """Call `providers` with arguments; the exit code must be *code*."""

    def __call__(self, *arguments: str | Path, code: int = 0) -> Outcome: ...


class Drop(Protocol):
    """Put what a user wrote, text or data, where the program looks for it, and return where that is."""

    def __call__(self, said: Any, name: str = "models.json") -> Path: ...


def replace(path: Path, old: str, new: str) -> None:
    """Write *new* in place of *old*, which stands once in the file at *path*."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
