"""What somebody may have meant who named something that is not there."""

from difflib import get_close_matches

_MOST = 5
_CUTOFF = 0.6


def names(name: str, known: "Iterable[str]") -> "tuple[str, ...]":
    """
    Return those of *known* that are most like *name*, in any case, the likest first.

    >>> names("OpenIA", ["openai", "anthropic"])
    ('openai',)
    """
    by_lower = {found.lower(): found for found in known}
    return tuple(by_lower[found] for found in get_close_matches(name.lower(), by_lower, n=_MOST, cutoff=_CUTOFF))


def models(artifact: "Artifact", ref: str, provider: str, model: str) -> "tuple[str, ...]":
    """Return refs like *ref*, which names *model* of *provider*: of others that have one of that id, and of the provider."""
    near = (f"{provider}/{found}" for found in names(model, artifact.keys(f"model:{provider}/")))
    record = artifact.find(f"bare:{model}") or artifact.find(f"bare:{ref}") or {}
    return tuple(dict.fromkeys([*record.get("refs", ())[:3], *near]))[:_MOST]


def bare(artifact: "Artifact", ref: str) -> "tuple[str, ...]":
    """Return what is like *ref*, which names no provider that is there."""
    whole = names(ref, artifact.keys("model:")) if "/" in ref else ()
    return tuple(dict.fromkeys([*whole, *names(ref, artifact.keys("bare:"))]))[:_MOST]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .artifact import Artifact
