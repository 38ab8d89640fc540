"""A small tree with one file of every kind, to be damaged: where each file is, and what a compile of the tree gives."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compile_golden import FIXTURES as COMPILED, TODAY
from source_golden import FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.pipeline import Inputs, Result


@dataclass(frozen=True)
class Kind:
    """A kind of data file: where it is in the tree, and what one of its documents is read as."""

    file: str
    schema: str

    @property
    def is_json(self) -> bool:
        return self.file.endswith(".json")


KINDS = {
    "provider": Kind("registry/providers/acme.yaml", "provider"),
    "models": Kind("registry/models/acme.yaml", "models"),
    "vocabulary": Kind("registry/vocabulary/modalities.yaml", "vocabulary"),
    "overlay in JSON": Kind("home/models.json", "overlay"),
    "overlay in YAML": Kind("models.yaml", "overlay"),
    "sightings": Kind("home/cache/sightings.json", "sightings"),
}
"""All but the overlay in YAML are found where they are; that one is named."""


def lay(root: Path) -> Path:
    """Put the tree into *root* and return it."""
    shutil.copytree(COMPILED / "_base", root, dirs_exist_ok=True)
    for name, kind in (("models.json", "overlay in JSON"), ("models.yaml", "overlay in YAML"), ("sightings.json", "sightings")):
        file = root / KINDS[kind].file
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FIXTURES / "over" / name, file)
    return root


def inputs(root: Path, kind: str = "overlay in JSON") -> Inputs:
    """Return what a compile of the tree reads; the overlay is the one of *kind*, if that is one."""
    from modelwright import pipeline

    overlay = kind if kind.startswith("overlay") else "overlay in JSON"
    path = "config/models.yaml" if overlay == "overlay in YAML" else "user/models.json"
    user = pipeline.UserFile(str(root / KINDS[overlay].file), path, "user")
    return pipeline.Inputs(str(root / "registry"), TODAY, (user,), str(root / KINDS["sightings"].file))


def compile_tree(root: Path, kind: str = "overlay in JSON") -> Result:
    """Return what the tree compiles to."""
    from modelwright import pipeline

    return pipeline.compile(inputs(root, kind))


def shown(result: Result) -> list[str]:
    """Return the findings, a line each."""
    return [f"{finding.span} {finding.severity} {finding.code} {finding.message}" for finding in result.findings]
