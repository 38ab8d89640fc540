"""The names that are most like one that means nothing."""

_MOST = 5


def near(name: str, known: "Iterable[str]") -> "tuple[str, ...]":
    """Return those of *known* that are most like *name*, in any case, the likest first."""
    from difflib import get_close_matches

    by_lower = {found.lower(): found for found in known}
    return tuple(by_lower[found] for found in get_close_matches(name.lower(), by_lower, n=_MOST, cutoff=0.6))


def near_model(artifact: "Artifact", ref: str, provider: str, model: str) -> "tuple[str, ...]":
    """Return refs like *ref*, which names no *model* of *provider*: those of other providers that have it, and those the provider has."""
    own = [f"{provider}/{found}" for found in near(model, artifact.keys(f"model:{provider}/"))]
    record = artifact.find(f"bare:{model}") or artifact.find(f"bare:{ref}") or {}
    return tuple(dict.fromkeys([*record.get("refs", ())[:3], *own]))[:_MOST]


def near_bare(artifact: "Artifact", ref: str) -> "tuple[str, ...]":
    """Return names like *ref*, which names no provider."""
    whole = near(ref, artifact.keys("model:")) if "/" in ref else ()
    return tuple(dict.fromkeys([*whole, *near(ref, artifact.keys("bare:"))]))[:_MOST]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .artifact import Artifact
