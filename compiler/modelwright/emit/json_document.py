"""The compiled registry as one JSON document, for programs in other languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..passes import freeze

if TYPE_CHECKING:
    from ..ir.catalog import Catalog


def emit(catalog: Catalog, *, digest: str, compiler: str) -> bytes:
    """Return the document of `schemas/artifact.schema.json`; the same arguments give the same bytes."""
    document = {
        "artifact": 1,
        "compiler": compiler,
        "digest": digest,
        "providers": list(freeze.providers(catalog)),
        "models": [record for _, record in sorted(freeze.models(catalog))],
        "aliases": {name: ref for name, (ref, _) in sorted(catalog.aliases.items())},
    }
    document |= {"accounts": list(freeze.accounts(catalog))} if catalog.accounts else {}
    document |= {"settings": catalog.settings} if catalog.settings else {}
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
