"""What a file that nobody trusts may not say: where requests and keys go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import Note, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Catalog, Facts, Overlay, Pointer
    from .fields import Field


def allowed(catalog: Catalog, overlay: Overlay, pointer: Pointer, patch: Mapping[str, Any], fields: Mapping[str, Field]) -> Facts:
    """Return *patch* without what a file nobody trusts may not say, and may not remove either."""
    if overlay.trusted:
        return dict(patch)
    trusted_only = {key for key, field in fields.items() if field.trusted_only}
    unset = patch.get("$unset", ())
    forbidden = [(key, (*pointer, key)) for key in patch if key in trusted_only]
    forbidden += [(name, (*pointer, "$unset", index)) for index, name in enumerate(unset) if name.partition(".")[0] in trusted_only]
    for name, place in forbidden:
        catalog.notes.append(Note("untrusted-key", Place(overlay.document, place, on_key=True), (name, overlay.document.shown)))
    rest = {key: value for key, value in patch.items() if key not in (*trusted_only, "$unset")}
    left = [name for name in unset if name.partition(".")[0] not in trusted_only]
    return rest | ({"$unset": left} if left else {})
