"""
misplaced-file

What it checks
    A file is named after the provider or the vocabulary in it, and every file of models belongs to a provider.

Why it matters
    Tools and people find a provider by its file's name; models without a provider are left out of everything that is compiled.

Bad
    registry/models/acme.yaml with `provider: acme-inc`

Good
    registry/models/acme.yaml with `provider: acme`, and registry/providers/acme.yaml

Seen
    catwalk@64dad50: pioneer.json is generated but never read. synthetic-sciences/openscience#119: a loader kept under another id than its provider's never ran.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV108"
NAME = "misplaced-file"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per file with another name than its contents, and per file of models without their provider."""
    for note in catalog.notes:
        if note.kind == "file-name":
            identity, path = note.about
            folder, _, name = path.rpartition("/")
            yield Finding(
                note.place,
                f"the file {name} holds the {'models of the ' if folder.endswith('models') else ''}provider `{identity}`",
                f"rename it to {folder}/{identity}.yaml, or correct the id",
            )
    for file in catalog.files:
        provider = file.data["provider"]
        if provider not in catalog.providers and provider not in catalog.incomplete:
            yield Finding(
                Place(file.document, ("provider",)),
                f"there is no provider `{provider}` to offer these models",
                f"{did_you_mean(provider, catalog.providers)}write registry/providers/{provider}.yaml, or correct the id",
            )
    for document in catalog.documents:
        if document.kind == "vocabulary":
            name = document.path.rpartition("/")[2].removesuffix(".yaml")
            data = getattr(document, "data", None)
            said = data.get("vocabulary", name) if isinstance(data, dict) else name
            if said != name:
                yield Finding(
                    Place(document, ("vocabulary",)), f"the file {name}.yaml holds the vocabulary `{said}`", f"rename it to registry/vocabulary/{said}.yaml, or correct the name"
                )
