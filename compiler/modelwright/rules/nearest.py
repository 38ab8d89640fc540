"""What somebody may have meant: the known words and refs that look most like an unknown one. Only made for what is reported."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..ir.catalog import Catalog

_MOST = 3
_LIKE_WORDS, _LIKE_IDS = 0.65, 0.7
"""How like they have to be; ids of one family share most of their letters anyway."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """
    Return a question naming the *known* words nearest to *word*, with a blank after it; empty when none is near.

    >>> did_you_mean("tolls", ["tools", "json"])
    'did you mean `tools`? '
    """
    return _question(get_close_matches(word, list(known), n=_MOST, cutoff=_LIKE_WORDS))


def did_you_mean_ref(ref: str, catalog: Catalog) -> str:
    """Return the same question for a model other than *ref* itself: like ids of its provider first, then the same id at other providers."""
    provider, _, identity = ref.partition("/")
    near = [f"{provider}/{found}" for found in get_close_matches(identity, [model.id for model in catalog.models_of(provider) if model.ref != ref], n=_MOST, cutoff=_LIKE_IDS)]
    if not near:
        near = [other for other in catalog.models if other.endswith(f"/{identity}") and other != ref]
    return _question(near[:_MOST])


def _question(near: list[str]) -> str:
    return f"did you mean {' or '.join(f'`{word}`' for word in near)}? " if near else ""
