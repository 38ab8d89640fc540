"""Every code with its explanation: what `providers explain` prints and docs/rules.md is made of."""

from __future__ import annotations

from ..diagnostics.codes import RETIRED, SHAPE, Code, section
from . import all_rules

_FAMILIES = {
    "PV0": "Shape",
    "PV1": "Names and references",
    "PV2": "Prices",
    "PV3": "Limits and capabilities",
    "PV4": "Auth and endpoints",
    "PV5": "Sources, days and freshness",
    "PV6": "Layers",
    "PV7": "Files of other systems, accounts",
    "PV9": "The tool",
}


def entries() -> dict[str, Code]:
    """Return every code to its explanation, sorted by code."""
    found = dict(SHAPE) | {rule.CODE: Code(rule.CODE, rule.NAME, rule.SEVERITY, rule.__doc__.strip()) for rule in all_rules()}
    return dict(sorted(found.items()))


def current(code: str) -> str:
    """Return the code that took the place of *code*, or *code*."""
    return RETIRED.get(code, code)


def markdown() -> str:
    """Return docs/rules.md."""
    lines = ["<!-- Generated from the rules' docstrings by `make generate`; change those instead. -->", "", "# Rules", ""]
    lines += ["`providers explain CODE` prints the same. To silence one finding, say why on its line: `# providers: allow PV202 (the vendor's page lists it so)`.", ""]
    family = ""
    for code, entry in entries().items():
        if code[:3] != family:
            family = code[:3]
            lines += [f"## {_FAMILIES[family]}", ""]
        lines += [f"### {code} {entry.name} ({entry.severity})", ""]
        for heading in ("What it checks", "Why it matters", "Seen"):
            if text := section(entry.doc, heading):
                lines += [text if heading != "Seen" else f"Seen: {text}", ""]
        for heading in ("Bad", "Good"):
            lines += [f"{heading}:", "", *_indented(entry.doc, heading), ""]
    return "\n".join(lines)


def _indented(doc: str, heading: str) -> list[str]:
    """Return the lines below *heading*, as they stand."""
    lines = doc.splitlines()
    taken: list[str] = []
    for line in lines[lines.index(heading) + 1 :]:
        if line and not line.startswith(" "):
            break
        taken.append(line)
    while taken and not taken[-1].strip():
        taken.pop()
    return taken
