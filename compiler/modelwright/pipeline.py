"""compile(inputs) → Result: reads, parses, runs the passes and the rules. Prints nothing, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from . import dialects, resources
from .diagnostics.codes import SHAPE
from .diagnostics.diagnostic import ERROR, WARNING, Diagnostic
from .ir.catalog import SIGHTINGS, Catalog
from .ir.inputs import Inputs, UserFile
from .parse import documents as parse
from .passes import PASSES
from .source import layout
from .source.document import Document
from .source.schemas import DIALECTS
from .source.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .ir.catalog import Facts
    from .ir.span import Span
    from .source.node import Problem

_FIGURES = ("PV2", "PV3")
"""Codes of findings about prices, limits and capabilities."""
_STRICT = "error"
"""What a dialect says whose system stops at what it does not know."""

__all__ = ["Inputs", "Result", "UserFile", "compile", "read", "resolve"]


@dataclass
class Result:
    """What came of it. `findings` are sorted by place."""

    catalog: Catalog
    documents: list[Document]
    findings: list[Diagnostic] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether there is no error."""
        return all(finding.severity != ERROR for finding in self.findings)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Logical path of every input to its SHA-256."""
        from hashlib import sha256

        return {document.path: sha256(document.text).hexdigest() for document in self.documents}

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of all inputs."""
        from hashlib import sha256

        return sha256("".join(f"{path} {digest}\n" for path, digest in sorted(self.digests.items())).encode()).hexdigest()


def read(inputs: Inputs) -> list[Document]:
    """Return every document of *inputs*, whatever is wrong with it."""
    documents = layout.read_registry(inputs.registry)
    documents += read_users(inputs)
    if inputs.sightings is not None:
        documents.append(Document.read(inputs.sightings, "cache/sightings.json", layout.shown(inputs.sightings), "sightings"))
    return documents


def read_users(inputs: Inputs) -> list[Document]:
    """Return the user's files of *inputs*."""
    return [_overlay(user) for user in inputs.user_files]


def _overlay(user: UserFile) -> Document:
    """Return a user's file, its kind being that of the dialect it is written in."""
    document = Document.read(user.file, user.path, layout.shown(user.file), "overlay")
    dialect = dialects.family(user.dialect or dialects.detect(document.data))
    document.kind = "overlay" if dialect == dialects.NATIVE else dialect
    return document


def resolve(inputs: Inputs, documents: list[Document] | None = None) -> Result:
    """Return the resolved catalogue with the findings of shape; no rule has run. *documents* stand in for what is on disk."""
    catalog = Catalog(inputs.today)
    result = Result(catalog, read(inputs) if documents is None else documents)
    catalog.documents.extend(result.documents)
    users = {user.path: user for user in inputs.user_files}
    for document in result.documents:
        problems = _problems(document)
        user = users.get(document.path)
        notes = _copy_of(user) if user is not None and document.data is None else ()
        result.findings += (replace(_diagnostic(document, problem), notes=notes) for problem in problems)
        if document.kind == "sightings":
            parse.add(catalog, document, problems, layer=SIGHTINGS)
        elif user is not None:
            dialect = user.dialect or (dialects.NATIVE if document.kind == "overlay" else document.kind)
            entries = () if document.kind == "overlay" else dialects.named(document.kind).ENTRIES
            parse.add(catalog, document, problems, layer=user.layer, trusted=user.trusted, dialect=dialect, entries=entries)
        else:
            parse.add(catalog, document, problems)
    if any(overlay.dialect != dialects.NATIVE and dialects.policy_word(overlay.dialect) not in catalog.words("dialects") for overlay in catalog.overlays):
        catalog.vocabulary["dialects"] = words_of_ours("dialects") | catalog.words("dialects")
    for step in PASSES:
        step(catalog)
    return result


def compile(  # noqa: A001  # the word for it; nothing here needs the builtin
    inputs: Inputs, *, select: Iterable[str] = (), ignore: Iterable[str] = (), documents: list[Document] | None = None, lenient: bool = False
) -> Result:
    """
    Return the resolved catalogue and every finding; *documents* stand in for what is on disk.

    With *lenient* there are no errors in the files of systems that go on without what they cannot use; there are warnings.

    *select* and *ignore* are codes, or the beginnings of codes, of the findings to keep and to drop.
    """
    from .rules import runner

    result = resolve(inputs, documents)
    findings = runner.run(result.catalog, result.documents, result.findings, tuple(select), tuple(ignore))
    sightings = {document.shown for document in result.documents if document.kind == "sightings"}
    mild = sightings | (_forgiven(inputs, result) if lenient else set())
    foreign = {document.shown for document in result.documents if document.kind in DIALECTS}
    # What a listing says is nobody's to mend here; it is left out or flagged, and keeps no compile from being written. Nor do figures
    # of another system's file, which may have no place for the limit or price that would make them right.
    result.findings = [
        replace(finding, severity=WARNING) if finding.span.path in mild or (finding.span.path in foreign and finding.code.startswith(_FIGURES)) else finding for finding in findings
    ]
    if not result.is_sound:
        brought = _brought_about(inputs, result)
        result.findings = [replace(finding, severity=WARNING) if (finding.code, finding.span) in brought else finding for finding in result.findings]
    return result


def _brought_about(inputs: Inputs, result: Result) -> set[tuple[str, Span]]:
    """Return codes and places of the errors that are none without what was seen, or, those about the registry's figures, without the user's files."""
    users = {user.path for user in inputs.user_files}
    registry = {document.shown for document in result.documents if document.path not in users}
    errors = {(finding.code, finding.span) for finding in result.findings if finding.severity == ERROR}
    doubtful = {(code, span) for code, span in errors if code.startswith(_FIGURES) and span.path in registry}
    brought: set[tuple[str, Span]] = set()
    for suspects, fewer, absent in (
        (errors, inputs, {document.path for document in result.documents if document.kind == "sightings"}),
        (doubtful, inputs._replace(user_files=()), users),
    ):
        if suspects and absent:
            kept = [document for document in result.documents if document.path not in absent]
            alone = compile(fewer, select={code for code, _ in suspects}, documents=kept).findings
            brought |= suspects - {(finding.code, finding.span) for finding in alone}
    return brought


def _forgiven(inputs: Inputs, result: Result) -> set[str]:
    """Return the user's files, as they are shown, whose systems go on without what they cannot use; not one that cannot be had at all."""
    words = result.catalog.words("dialects")
    named = {user.path: user.dialect for user in inputs.user_files}
    files = [document for document in result.documents if document.kind in DIALECTS and document.text]
    policies = {document.shown: words.get(dialects.policy_word(named.get(document.path) or document.kind), {}) for document in files}
    unread = {document.shown for document in files if document.data is None}
    return {shown for shown, policy in policies.items() if policy.get("on_unreadable" if shown in unread else "on_unknown", _STRICT) != _STRICT}


def _copy_of(user: UserFile) -> tuple[str, ...]:
    """Return what helps who has a file that cannot be read: where a copy of it is from before it was changed."""
    from .source import backup

    copy = backup.newest(user.file)
    return () if copy is None else (f"a copy from before it was changed is at {layout.shown(copy)}; `providers restore {layout.shown(user.file)}` puts it back",)


def words_of_ours(name: str) -> dict[str, Facts]:
    """Return the words of the vocabulary *name* as the program came with it; raises OSError when they cannot be read."""
    path = f"vocabulary/{name}.yaml"
    place = f"{resources.registry_dir()}/{path}"
    document = Document.read(place, f"registry/{path}", place, "vocabulary")
    if document.data is None:
        raise OSError(f"{place} cannot be read: {document.problems[0].message}; install modelwright anew")
    words: dict[str, Facts] = document.data["words"]
    return words


def diagnosed(document: Document) -> list[Diagnostic]:
    """Return what is wrong with the text and the shape of one *document*, which belongs to no registry."""
    return [_diagnostic(document, problem) for problem in _problems(document)]


def _problems(document: Document) -> list[Problem]:
    """Return what is wrong with the text of *document*, and with the shape of what it holds besides."""
    if document.problems and document.data is None:
        return document.problems
    shape = validate(document)
    if document.problems and document.root is not None:
        broken = [document.root.pointer_of(problem) for problem in document.problems]
        shape = [problem for problem in shape if not any((problem.pointer or ())[: len(pointer)] == pointer for pointer in broken)]
    return [*document.problems, *shape]


def _diagnostic(document: Document, problem: Problem) -> Diagnostic:
    code = SHAPE[problem.code]
    return Diagnostic(code=code.code, name=code.name, severity=code.severity, span=document.span_of_problem(problem), message=problem.message, why=code.why, help=problem.help)
