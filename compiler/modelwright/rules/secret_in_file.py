"""
secret-in-file

What it checks
    No file holds an API key, an access token or a private key.

Why it matters
    Who can read the repository can use the key, now and in every clone; such keys are found by robots within minutes.

Bad
    headers: {Authorization: "Bearer <the key itself>"}

Good
    auth: {kind: bearer, env: [ACME_API_KEY]}

Seen
    ZJU-LLMs/OpenStory#19: a key committed with a file of models; openclaw/openclaw#84714: keys written into models.json can reach the prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..diagnostics.secrets import find, hint
from ..ir.catalog import Place
from ..ir.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Source

CODE = "PV404"
NAME = "secret-in-file"
SEVERITY = "error"

_FORBIDDEN = "forbid"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per key-shaped text, comments and unreadable files included."""
    words = catalog.words("dialects")
    for document in catalog.documents:
        if words.get(document.kind, {}).get("secrets", _FORBIDDEN) != _FORBIDDEN:
            continue  # its files may hold one; plain-secret tells of it
        for start, end in find(document.text):
            yield Finding(
                Place(document),
                f"the file holds what looks like a secret: `{hint(document.text[start:end].decode())}`",
                "revoke the key, remove it here and from the history, and name the variable that holds it: `auth: {env: [ACME_API_KEY]}`",
                span=_span(document, start, end),
            )


def _span(document: Source, start: int, end: int) -> Span:
    text = document.text
    line, begin = text.count(b"\n", 0, start) + 1, text.rfind(b"\n", 0, start) + 1
    column, last = (len(text[begin:offset].decode(errors="replace")) + 1 for offset in (start, end))
    return Span(document.shown, line, column, line, last)
