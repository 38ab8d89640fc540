"""Who is touched by a change: aliases, `replaced_by`, `inherit`, and what the user's own files say, with file and line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..ir.catalog import Place
from ..passes.aliases import scoped, used
from .plan import MISSING, RENAMED, Impact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Overlay

_GONE = (MISSING, RENAMED)
_AT_MOST = 50
"""Most that are named for one change; a base model may have hundreds of heirs."""


class Touched:
    """Finds who depends on a model; made once for a plan."""

    def __init__(self, catalog: Catalog, users: Catalog | None = None) -> None:
        """*users* is the registry with the user's files over it; None: without any."""
        self._heirs: dict[str, list[Entry]] = defaultdict(list)
        self._replaced: dict[str, list[str]] = defaultdict(list)
        self._own: dict[str, list[tuple[Place, dict[str, Any]]]] = defaultdict(list)
        self._names: dict[str, list[tuple[str, Place, str]]] = defaultdict(list)
        for entry in catalog.models.values():
            if entry.inherits is not None:
                self._heirs[entry.inherits].append(entry)
            if "replaced_by" in entry.facts:
                self._replaced[entry.facts["replaced_by"]].append(entry.ref)
        if users is not None:
            self._users, self._aliases = users, scoped(users)
            for overlay in users.overlays:
                self._read(overlay)
            for account in users.accounts.values():
                for index, model in enumerate(account.facts.get("models", ())):
                    identity = model if isinstance(model, str) else model["id"]
                    self._name("account", f"{account.provider}/{identity}", account.place("models", index), f"{account.id} has {identity}")

    def _read(self, overlay: Overlay) -> None:
        for name, ref in overlay.data.get("aliases", {}).items():
            self._name("overlay", ref, Place(overlay.document, ("aliases", name)), f"alias {name}")
        for pointer, ref in used(overlay.data):
            kind, what = ("agent", pointer[1:]) if pointer[0] == "agents" else ("overlay", ("allows",))
            self._name(kind, ref, Place(overlay.document, pointer), " ".join([*(step for step in what if isinstance(step, str)), ref]))
        for provider, said in overlay.data.get("providers", {}).items():
            for identity, patch in said.get("models", {}).items():
                place = Place(overlay.document, ("providers", provider, "models", identity), on_key=True)
                self._own[f"{provider}/{identity}"].append((place, patch))
                if isinstance(inherited := patch.get("inherit"), (str, dict)):
                    self._name("overlay", inherited if isinstance(inherited, str) else inherited.get("model", ""), place, f"{provider}/{identity} inherits")

    def _name(self, kind: str, ref: str, place: Place, what: str) -> None:
        """Remember that the user's files name the model *ref*, by an account or an alias of it maybe."""
        head, _, rest = ref.partition("/")
        if ref not in self._users.models and head in self._users.accounts:
            ref = f"{self._users.accounts[head].provider}/{rest}"
        targets = () if ref in self._users.models else self._aliases.get(ref, ())
        for named in {target.ref for target in targets} or {ref}:
            self._names[named].append((kind, place, what))

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
        for kind, place, what in self._names.get(ref, ()):
            yield Impact(kind=kind, ref=f"{_at(place)}: {what}", breaks=field == MISSING)
        for place, patch in self._own.get(ref, ()):
            if is_gone or entry is None:
                yield Impact(kind="overlay", ref=f"{_at(place)}: {ref}", breaks=field == MISSING)
            elif _hides(patch, field):
                yield Impact(kind="overlay", ref=f"{_at(place)}: {ref} says its own {field}")


def _at(place: Place) -> str:
    """Return file and line of *place*; the file by its logical path, which names no folder of anybody's machine."""
    return f"{place.document.path}:{place.span().line}"


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
