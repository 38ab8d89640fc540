"""
What `conflicts` and `import` print of fixtures/conflicts: a registry laid over that of fixtures/compile/_base, and a catalogue.

`python tests/conflicts_golden.py --write` rewrites the expected files; review the difference.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "conflicts"
_AGAINST = ("conflicts", "--on", "2026-11-20", "--against", "litellm", "litellm.json", "--read-on", "2026-11-19")
CALLS = {
    "recorded.txt": ("conflicts", "--on", "2026-11-20"),
    "recorded-all.md": ("conflicts", "--on", "2026-11-20", "--all", "--format", "markdown"),
    "against.txt": _AGAINST,
    "against-all.csv": (*_AGAINST, "--all", "--format", "csv"),
    "against-acme.json": (*_AGAINST, "--provider", "acme", "--json", "--from", "litellm 1.109.1 wheel"),
    "against-in-spring.txt": ("conflicts", "--on", "2026-04-30", "--against", "litellm", "litellm.json", "--read-on", "2026-11-19", "--provider", "acme"),
    "proposed.yaml": (*_AGAINST, "--propose", "--from", "litellm 1.109.1 wheel"),
    "imported.yaml": ("import", "litellm", "litellm.json", "--read-on", "2026-11-19", "--from", "litellm 1.109.1 wheel"),
}
"""Per expected file the call that prints it."""


def lay(root: Path) -> None:
    """Put the registry and the catalogue into *root*."""
    shutil.copytree(FIXTURES.parent / "compile" / "_base" / "registry" / "vocabulary", root / "registry" / "vocabulary", dirs_exist_ok=True)
    shutil.copytree(FIXTURES / "registry", root / "registry", dirs_exist_ok=True)
    shutil.copy(FIXTURES / "litellm.json", root)


def _write() -> None:
    from click.testing import CliRunner

    from modelwright.cli.root import group

    for name, call in CALLS.items():
        with tempfile.TemporaryDirectory() as folder:
            lay(Path(folder))
            with contextlib.chdir(folder):
                (FIXTURES / name).write_text(CliRunner().invoke(group, call, catch_exceptions=False).stdout)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    _write()
