"""
version-left-off

What it checks
    A base URL in a user's file does not end in a version of the API where the wire protocol has none.

Why it matters
    It belongs to another protocol of the same server; here it is left off, so it misleads who reads the file, and other programs that share it.

Bad
    {"models": {"providers": {"ollama": {"baseUrl": "http://127.0.0.1:11434/v1"}}}}

Good
    {"models": {"providers": {"ollama": {"baseUrl": "http://127.0.0.1:11434"}}}}

Seen
    Fased's documentation of providers: "Use http://127.0.0.1:11434, not /v1"; feiskyer/chatgpt-copilot#659 is about the same mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV751"
NAME = "version-left-off"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per base URL that is read without its end."""
    return remarked(catalog, NAME)
