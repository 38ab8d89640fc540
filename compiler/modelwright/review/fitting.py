"""Leave out what a source says that the registry's schema has no room for; what is left may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..source.validate import faults
from .edits import new_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .facts import Flat

_ANY = {"from": "a source", "read_on": "2000-01-01"}


def unfit(said: Mapping[str, Mapping[str, Flat]]) -> dict[str, set[str]]:
    """
    Return the facts that cannot be written, by model; *said* are flat facts by provider and id.

    A model whose id cannot be one of ours has all of them here, and `id`.
    """
    found: dict[str, set[str]] = {}
    for provider, models in said.items():
        has_faults = bool(models) and bool(faults("models", _document(provider, models)))
        for identity, facts in models.items():
            if names := _unseen(identity, facts) | (_unfit(provider, identity, facts) if has_faults else set()):
                found[f"{provider}/{identity}"] = names
    return found


def _document(provider: str, models: Mapping[str, Flat]) -> dict[str, Any]:
    return {"provider": provider, "models": [new_model({"id": identity, **facts}, _ANY) for identity, facts in models.items()]}


def _unseen(identity: str, facts: Flat) -> set[str]:
    """Return the facts that hold what nobody sees, or what turns the direction of writing; all of them when the id does."""
    return {name for name, value in facts.items() if isinstance(value, str) and not value.isprintable()} if identity.isprintable() else {"id", *facts}


def _unfit(provider: str, identity: str, facts: Flat) -> set[str]:
    names: set[str] = set()
    for pointer in faults("models", _document(provider, {identity: facts})):
        head, *rest = [*pointer[2:], ""][:2]
        if head in ("id", "") or pointer[:1] == ("provider",):
            return {"id", *facts}
        name = "price" if head == "prices" else f"{head}.{rest[0]}" if rest and f"{head}.{rest[0]}" in facts else str(head)
        names |= {name} if name in facts else {other for other in facts if other.startswith(f"{name}.")}
    return names
