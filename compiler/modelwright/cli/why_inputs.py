"""What `providers why` says beside a value: what is wrong with the files it was read from, and that what programs load was compiled from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import ERROR
from ..runtime.errors import ModelwrightError
from ..runtime.registry import load
from .output import notice

if TYPE_CHECKING:
    from ..pipeline import Result


def remark(result: Result) -> None:
    """Print at most a line of each to standard error."""
    wrong = {finding.span.path: finding for finding in reversed(result.findings) if finding.severity == ERROR}
    if wrong:
        finding = min(wrong.values(), key=lambda finding: finding.order())
        notice(f"warning: {finding.span}: {finding.code} {finding.message}{_and_more(len(wrong))}; what is wrong is left out, see `providers lint`")
    other = _not_compiled(result)
    if other:
        notice(f"note: {other[0]}{_and_more(len(other))} is not as it was when the registry was compiled; run `providers compile`")


def _not_compiled(result: Result) -> list[str]:
    """Return the inputs that the compiled registry, where there is one, was made from when they were otherwise."""
    try:
        compiled = load().inputs()
    except (ModelwrightError, OSError):
        return []
    return [document.shown for document in result.documents if compiled.get(document.path, now := result.digests[document.path]) != now]


def _and_more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""
