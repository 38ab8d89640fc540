"""Who is touched by a change: aliases, `replaced_by`, `inherit`, and the user's own files."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .plan import MISSING, RENAMED, Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..ir.catalog import Catalog, Entry, Overlay

_GONE = (MISSING, RENAMED)
_AT_MOST = 50
"""Most that are named for one change; a base model may have hundreds of heirs."""


class Touched:
    """Finds who depends on a model; made once for a plan."""

    def __init__(self, catalog: Catalog, overlays: Iterable[Overlay]) -> None:
        self._heirs: dict[str, list[Entry]] = defaultdict(list)
        self._replaced: dict[str, list[str]] = defaultdict(list)
        self._own: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        self._names: dict[str, list[Impact]] = defaultdict(list)
        for entry in catalog.models.values():
            if entry.inherits is not None:
                self._heirs[entry.inherits].append(entry)
            if "replaced_by" in entry.facts:
                self._replaced[entry.facts["replaced_by"]].append(entry.ref)
        for overlay in overlays:
            self._read(overlay)

    def _read(self, overlay: Overlay) -> None:
        path = overlay.document.path
        for name, ref in overlay.data.get("aliases", {}).items():
            self._names[ref].append(Impact(kind="overlay", ref=f"{path}: alias {name}"))
        for provider, said in overlay.data.get("providers", {}).items():
            for identity, patch in said.get("models", {}).items():
                self._own[f"{provider}/{identity}"].append((path, patch))
                if isinstance(inherited := patch.get("inherit"), (str, dict)):
                    self._names[inherited if isinstance(inherited, str) else inherited.get("model", "")].append(
                        Impact(kind="overlay", ref=f"{path}: {provider}/{identity} inherits")
                    )

    def by(self, entry: Entry | None, ref: str, field: str) -> tuple[Impact, ...]:
        """Return who is touched when *field* of the model *ref* changes; of a model that is new only a user's own entry."""
        return tuple(self._found(entry, ref, field))[:_AT_MOST]

    def _found(self, entry: Entry | None, ref: str, field: str) -> Iterator[Impact]:
        is_gone = field in _GONE
        if entry is not None and is_gone:
            for alias in entry.facts.get("aliases", ()):
                yield Impact(kind="alias", ref=f"{entry.provider}/{alias if isinstance(alias, str) else alias['id']}", breaks=field == MISSING)
            for other in self._replaced.get(ref, ()):
                yield Impact(kind="replaced_by", ref=other, breaks=field == MISSING)
        if entry is not None and not is_gone:
            for heir in self._heirs.get(ref, ()):
                if takes(heir, field):
                    yield Impact(kind="inherit", ref=heir.ref)
        for impact in self._names.get(ref, ()):
            yield Impact(kind=impact.kind, ref=impact.ref, breaks=field == MISSING)
        for path, patch in self._own.get(ref, ()):
            if is_gone or entry is None:
                yield Impact(kind="overlay", ref=f"{path}: {ref}", breaks=field == MISSING)
            elif _hides(patch, field):
                yield Impact(kind="overlay", ref=f"{path}: {ref} says its own {field}")


def _hides(patch: dict[str, Any], field: str) -> bool:
    if field == "price":
        return "price" in patch or "prices" in patch
    head, _, rest = field.partition(".")
    return head in patch and (not rest or rest in patch[head])


def takes(heir: Entry, field: str) -> bool:
    """Tell whether *heir* has *field* from the model it inherits from and not by its own word."""
    pointer = ("prices",) if field == "price" else tuple(field.split("."))
    said = [layer for layer in heir.layers if layer.says(pointer)[0]]
    return bool(said) and said[-1].inherited_from is not None
