"""The codes of findings that no rule module makes: those of shape, and of the tool itself. Codes are never reused."""

from __future__ import annotations

from dataclasses import dataclass

RETIRED: dict[str, str] = {}
"""Codes that are no longer used, to the code that took their place."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding, as `providers explain` tells it."""

    code: str
    name: str
    severity: str
    doc: str

    @property
    def why(self) -> str:
        """The paragraph under "Why it matters", on one line."""
        return section(self.doc, "Why it matters")


def section(doc: str, heading: str) -> str:
    """Return the indented paragraph below *heading* in *doc*, joined to one line; empty when there is none."""
    lines = doc.splitlines()
    if heading not in lines:
        return ""
    taken = []
    for line in lines[lines.index(heading) + 1 :]:
        if line and not line.startswith(" "):
            break
        taken.append(line.strip())
    return " ".join(taken).strip()


def _code(code: str, name: str, what: str, why: str, bad: str, good: str) -> Code:
    return Code(code, name, "error", f"{name}\n\nWhat it checks\n    {what}\n\nWhy it matters\n    {why}\n\nBad\n    {bad}\n\nGood\n    {good}\n")


SHAPE = {
    code.code: code
    for code in (
        _code(
            "PV001",
            "unreadable-file",
            "The file is there, is a file, may be read, is UTF-8 text and has at most 8,000,000 bytes.",
            "What cannot be read cannot be checked, and would otherwise be missing without a word.",
            "registry/models/acme.yaml is a broken link",
            "registry/models/acme.yaml is a file",
        ),
        _code(
            "PV002",
            "invalid-syntax",
            "The file is one YAML 1.2 or JSON document, not empty, with text keys, nested at most 64 deep.",
            "Parsers guess differently at broken text, so nobody knows what it says.",
            "limits: {context_tokens: 200000",
            "limits: {context_tokens: 200000}",
        ),
        _code(
            "PV003",
            "duplicate-key",
            "No mapping has the same key twice.",
            "Most parsers keep the last one and say nothing, so half of what was written is lost.",
            "{name: Acme, name: Acme Large}",
            "{name: Acme Large}",
        ),
        _code(
            "PV004",
            "forbidden-yaml",
            "The file has no anchors, aliases, tags, merge keys, directives or second document.",
            "YAML parsers disagree on them, and anchors can grow a small file beyond all memory.",
            "limits: *big",
            "inherit: acme/acme-large",
        ),
        _code(
            "PV005", "control-character", "The file holds no control characters.", "They are invisible in a review and can command a terminal.", 'name: "Acme\\e[2J"', "name: Acme"
        ),
        _code(
            "PV010",
            "unknown-key",
            "Every key is one the schema knows.",
            "A misspelt key is dropped in silence by most tools; models.dev dropped 25 misspelt prices that way.",
            "{cached_read_usd_per_mtok: 0.3}",
            "{cache_read_usd_per_mtok: 0.3}",
        ),
        _code(
            "PV011",
            "missing-key",
            "Every key the schema requires is there.",
            "An entry without it cannot be identified or used.",
            "- {name: Acme Large}",
            "- {id: acme-large, name: Acme Large}",
        ),
        _code(
            "PV012",
            "wrong-type",
            "Every value is of the type the schema names.",
            "A number in quotes compares and adds like text.",
            'context_tokens: "200000"',
            "context_tokens: 200000",
        ),
        _code(
            "PV013",
            "invalid-value",
            "Every value has the form, the size and the choice the schema allows.",
            "A day that does not exist or a negative price means nothing.",
            "released_on: 2025-25-11",
            "released_on: 2025-11-25",
        ),
        _code(
            "PV902",
            "waiver-without-reason",
            "Every `# providers: allow PV202 (reason)` names a code and gives its reason.",
            "Nobody can tell later whether a waiver without a reason still holds.",
            "# providers: allow PV202",
            "# providers: allow PV202 (the vendor's page lists it so)",
        ),
        _code(
            "PV903",
            "unused-waiver",
            "Every waiver silences something.",
            "A waiver that silences nothing hides the next mistake on its line.",
            "# providers: allow PV202 (old) on a line without findings",
            "no waiver",
        ),
        _code(
            "PV901",
            "internal-error",
            "The tool itself did not fail.",
            "A rule that crashed has checked nothing; the report names it so that the others still count.",
            "a rule raises an exception",
            "a rule yields findings",
        ),
    )
}
