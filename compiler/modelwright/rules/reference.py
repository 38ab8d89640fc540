"""Every code with its explanation: what `providers explain` prints and docs/rules.md is made of."""

from __future__ import annotations

from ..diagnostics.codes import RETIRED, SHAPE, Code
from . import all_rules

_FAMILIES = {
    "PV0": "Shape",
    "PV1": "Names and references",
    "PV2": "Prices",
    "PV3": "Limits and capabilities",
    "PV4": "Auth and endpoints",
    "PV5": "Sources, days and freshness",
    "PV6": "Layers",
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
        for line in entry.doc.splitlines()[2:]:
            lines.append(f"**{line}**" if line and not line.startswith(" ") else line)
        lines.append("")
    return "\n".join(lines)
