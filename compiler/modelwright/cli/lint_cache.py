"""
What lint found last time, for as long as nothing changed.

A result is found by what the tool is (version, rules, schemas), what was asked (selection, day) and which files were read;
it holds when every file has the size and times of then, or else the same digest. It is about the whole tree, because rules
compare files with each other.
"""

import os
from binascii import crc32

from .. import resources
from ..ir.inputs import MAX_BYTES
from ..runtime import home
from ..runtime.artifact import decode
from ..version import VERSION

_FOLDERS = ("vocabulary", "providers", "models")


def key(inputs: "Inputs", select: "Sequence[str]", ignore: "Sequence[str]") -> str:
    """Return what the result is found by."""
    package = os.path.dirname(resources.__file__)
    tool = [VERSION, *(_stamp(entry) for folder in (os.path.join(package, "rules"), os.path.join(package, "dialects"), resources.schema_dir()) for entry in _entries(folder))]
    asked = [os.path.abspath(inputs.registry), os.getcwd(), inputs.today, repr(inputs.user_files), repr(inputs.sightings), repr(sorted(select)), repr(sorted(ignore))]
    return "\n".join([*tool, *asked])


def load(key: str, inputs: "Inputs") -> "tuple[list[Diagnostic], int] | None":
    """Return the findings of last time and the number of files, when they still hold; else None."""
    try:
        with open(_path(key), encoding="utf-8") as stream:
            known: Any = decode(stream.read())
        if known["key"] != key or not _same(known["files"], inputs):
            return None
        return [_revived(finding) for finding in known["findings"]], len(known["files"])
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def places(inputs: "Inputs") -> list[str]:
    """Return every file a compile of *inputs* reads."""
    return [place for place, _ in stamps(inputs)]


def store(key: str, stamped: "Stamps", documents: "Sequence[Document]", findings: "Sequence[Diagnostic]") -> None:
    """
    Keep *findings*; a cache that cannot be written is no error.

    *stamped* was taken before *documents* were read, so that a file that changed since does not pass for the one that was read.
    """
    import json

    from ..source.write import write_atomically

    if len(stamped) != len(documents):
        return
    by_shown = {os.path.abspath(document.shown): document for document in documents}
    try:
        files = [[place, list(stamp), _digest(by_shown[os.path.abspath(place)].text)] for place, stamp in stamped]
        content = json.dumps({"key": key, "files": files, "findings": [_kept(finding) for finding in findings]})
        os.makedirs(home.folder("cache", os.environ), exist_ok=True)
        write_atomically(_path(key), content.encode(), mode=0o600)
    except (OSError, KeyError):
        return


def _same(known: "list[list[Any]]", inputs: "Inputs") -> bool:
    files = stamps(inputs)
    if len(files) != len(known):
        return False
    for (place, stamp), (path, then, digest) in zip(files, known, strict=True):
        if place != path or (list(stamp) != then and not _holds(place, stamp[0], then[0], digest)):
            return False
    return True


def _holds(place: str, size: int, then: int, digest: str) -> bool:
    """Tell whether the file, touched since, is one that can be read and holds what it did."""
    if size != then or size > MAX_BYTES or not os.path.isfile(place):
        return False
    with open(place, "rb") as stream:
        return _digest(stream.read()) == digest


def stamps(inputs: "Inputs") -> "Stamps":
    """Return every file a compile of *inputs* reads, with what tells whether it changed, in a fixed order."""
    found = []
    for folder in _FOLDERS:
        place = os.path.join(inputs.registry, folder)
        found += [(entry.path, _stamped(entry)) for entry in _entries(place)]
    for extra in (*(user.file for user in inputs.user_files), *((inputs.sightings,) if inputs.sightings else ())):
        found.append((extra, _stamped(extra)))
    return found


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if not entry.name.startswith((".", "__pycache__"))), key=lambda entry: entry.name)
    except OSError:
        return []


def _stamp(entry: "os.DirEntry[str]") -> str:
    return f"{entry.name} {_stamped(entry)}"


def _stamped(file: "os.DirEntry[str] | str") -> "tuple[int, int, int]":
    """Return size and times; the second time is the one no program can set back."""
    try:
        state = os.stat(file) if isinstance(file, str) else file.stat()
    except OSError:
        return (-1, -1, -1)
    return (state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _digest(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()


def _path(key: str) -> str:
    return os.path.join(home.folder("cache", os.environ), f"lint-{crc32(key.encode()):08x}.json")


def _kept(finding: "Diagnostic") -> "dict[str, Any]":
    span = finding.span
    return {
        "span": [span.path, span.line, span.column, span.end_line, span.end_column],
        "rest": [finding.code, finding.name, finding.severity, finding.message, finding.why, finding.help, list(finding.notes), finding.fixable, finding.source_line],
    }


def _revived(kept: "dict[str, Any]") -> "Diagnostic":
    from ..diagnostics.diagnostic import Diagnostic, Fix
    from ..ir.catalog import Place
    from ..ir.span import Span

    code, name, severity, message, why, help_, notes, fixable, line = kept["rest"]
    fix = Fix(Place(None), None) if fixable else None  # type: ignore[arg-type]  # only whether there is one is asked; --fix does not read the cache
    return Diagnostic(code=code, name=name, severity=severity, span=Span(*kept["span"]), message=message, why=why, help=help_, notes=tuple(notes), fix=fix, source_line=line)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.inputs import Inputs
    from ..source.document import Document

    Stamps = list[tuple[str, tuple[int, int, int]]]
