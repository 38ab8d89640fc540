"""The page of compatibility: fixtures/acceptance.yaml as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STATES = {
    "holds": "tests show it, by number",
    "differs": "holds in another way, and tests show which",
    "partly": "tests show a part; the rest waits",
    "waits": "not here yet",
}
INTRO = """\
<!-- Generated from fixtures/acceptance.yaml by `make generate`; change that file instead. -->

# Compatibility

Users of Sophon, Sloppy, Routerly, zot and Fased bring their own files, and expect of them what their system does. These are the
lines of what has to work for them, and what of it works here. Where two of the systems contradict each other, both hold, each in
its own files: `registry/vocabulary/dialects.yaml` has the policies of each. The tests that show a line have its number in their
names, as `test_zot_05_…`; most are in `tests/acceptance/`. Lines in italics are wishes.
"""


def page(source: Path) -> str:
    """Return the page that the list at *source* makes."""
    systems: Mapping[str, Any] = yaml.safe_load(source.read_text())
    return "\n".join([INTRO, *_overview(systems), *(line for name, system in systems.items() for line in _table(name, system["lines"]))]) + "\n"


def _overview(systems: Mapping[str, Any]) -> Iterator[str]:
    yield f"| | lines | {' | '.join(STATES)} |"
    yield f"|---|{'--:|' * (len(STATES) + 1)}"
    for name, system in systems.items():
        states = [line["state"] for line in system["lines"].values()]
        yield f"| [{_titled(name)}](#{name}) | {len(states)} | {' | '.join(str(states.count(state)) for state in STATES)} |"
    yield ""
    for state, meaning in STATES.items():
        yield f"- **{state}**: {meaning}"
    yield "- **called**: tests show it by the request that a server was sent, besides by what the commands say"


def _table(name: str, lines: Mapping[int, Any]) -> Iterator[str]:
    yield f"\n## {_titled(name)}\n"
    yield "| | what has to work | | |"
    yield "|--:|---|---|---|"
    for number, line in lines.items():
        says = _inert(line["says"])
        yield f"| {number} | {says if line['must'] else f'*{says}*'} | {line['state']}{', called' if 'called' in line else ''} | {_inert(line.get('why', ''))} |"


def _titled(name: str) -> str:
    return name if name == "zot" else name.title()


def _inert(text: str) -> str:
    """Return *text* with no Markdown but its code, fit for a cell."""
    parts = text.split("`")
    return "`".join(part.replace("|", "\\|") if number % 2 else re.sub(r"([\\*_<\[\]|])", r"\\\1", part) for number, part in enumerate(parts))
