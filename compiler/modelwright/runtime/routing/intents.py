"""
What a request is about, and which models the user's files prefer for that.

A plug says what: a callable that is given the text and the candidates, and returns the word of one of the file's intents, several
words where it may be any of them, a score between 0 and 1 by name of candidate, or None. It is asked once for a text, as long as
that is remembered. One that fails says nothing: the hook hears `intent_failed`, and the call goes on.
"""

_MOST_TEXTS = 1000
_NOTHING = ("nothing",)


class Intents:
    """
    What *plug* makes of texts, for the *wanted* intents of a user's file.

    *tell* hears when the plug fails, or has a word that the file does not.
    """

    __slots__ = ("_known", "_models", "_plug", "_tell")

    def __init__(self, plug: "Plug", wanted: "Mapping[str, Any]", registry: "Registry", tell: "Callable[[str, dict[str, Any]], object] | None" = None) -> None:
        self._plug = plug
        self._tell = tell
        self._models = {word: frozenset(_refs(said, registry)) for word, said in wanted.items()}
        self._known: dict[str, Any] = {}

    def of(self, text: str, candidates: "Sequence[Candidate]") -> "tuple[Sequence[str], frozenset[str] | dict[str, float]] | None":
        """Return the intents of *text*, and the refs of the models that are preferred for it, or scores by name of candidate; None: nothing is known."""
        said = self._known.get(text)
        if said is None:
            try:
                said = self._read(self._plug(text, candidates))
            except Exception as error:  # noqa: BLE001  # whatever a plug does, the call goes on
                self._say({"error": type(error).__name__, "reason": str(error)})
                return None
            if len(self._known) >= _MOST_TEXTS:
                self._known.clear()
            self._known[text] = said
        return None if said is _NOTHING else said

    def _read(self, said: "Any") -> "Any":
        """Return what a plug said, understood; raises ValueError for what cannot be."""
        if said is None:
            return _NOTHING
        if not isinstance(said, str) and hasattr(said, "items"):
            return (), {str(name): float(score) for name, score in said.items()}
        words = (said,) if isinstance(said, str) else tuple(said)
        strange = [word for word in words if word not in self._models]
        if strange:
            raise ValueError(f"the file has no intent {strange[0]!r}; it has: {', '.join(self._models) or 'none'}")
        return (words, frozenset().union(*(self._models[word] for word in words))) if words else _NOTHING

    def _say(self, facts: "dict[str, Any]") -> None:
        if self._tell is not None:
            self._tell("intent_failed", facts)


class ByExamples:
    """
    A plug that compares texts with the examples of the file's intents: the nearest is meant, by the cosine of embeddings.

    *embed* takes texts and returns a vector of each; the examples are embedded when first needed. Two intents that are nearer to
    each other than `least_margin` are both meant, and none is where the nearest is not nearer than `least_similarity`: numbers of
    `semantic-intent`, in the vocabulary or the user's file. Raises UsageError where no intent has examples.

        dispatcher = Dispatcher(registry, intent=ByExamples(registry, embed))
    """

    def __init__(self, registry: "Registry", embed: "Callable[[list[str]], list[list[float]]]") -> None:
        from ..errors import UsageError
        from .policies import chosen
        from .policies.semantic_intent import NAME

        policy = registry.setting("policy") or {}
        self._examples = {word: said["examples"] for word, said in policy.get("intents", {}).items() if "examples" in said}
        if not self._examples:
            raise UsageError("no intent of your files has examples; write them at policy.intents.WORD.examples")
        named = [one for one in policy.get("routing_policies", ()) if NAME in (one, one["name"] if isinstance(one, dict) else None)]
        self._numbers = chosen(named[:1] or [NAME], registry.words("routing-policies"))[0].numbers
        self._embed = embed
        self._means: dict[str, list[float]] = {}

    def __call__(self, text: str, _: "Sequence[Candidate]" = ()) -> "tuple[str, ...] | None":
        """Return the intent that is meant, the two nearest where they are too near to each other, or None."""
        if not self._means:
            self._means = {word: _mean(self._embed(list(examples))) for word, examples in self._examples.items()}
        (vector,) = self._embed([text])
        near = sorted(((_cosine(vector, mean), word) for word, mean in self._means.items()), key=lambda one: -one[0])
        best, word = near[0]
        if best < self._numbers["least_similarity"]:
            return None
        return (word, *(other for similarity, other in near[1:2] if best - similarity < self._numbers["least_margin"]))


def _refs(said: "Any", registry: "Registry") -> "Iterator[str]":
    """Yield the models of an intent; one that nobody knows is nobody's."""
    from ..errors import ModelwrightError

    for ref in said if isinstance(said, (list, tuple)) else said["models"]:
        try:
            yield registry.resolve(ref).ref
        except ModelwrightError:
            continue


def _mean(vectors: "Sequence[Sequence[float]]") -> "list[float]":
    return [sum(parts) / len(vectors) for parts in zip(*vectors, strict=True)]


def _cosine(one: "Sequence[float]", other: "Sequence[float]") -> float:
    """
    Return how much two vectors point the same way, between -1 and 1; 0 where one of them has no direction.

    >>> _cosine([1.0, 0.0], [0.0, 2.0]), _cosine([3.0, 0.0], [2.0, 0.0])
    (0.0, 1.0)
    """
    from math import hypot

    lengths = hypot(*one) * hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..registry import Registry
    from .candidate import Candidate

    Plug = Callable[[str, Sequence[Candidate]], str | Iterable[str] | Mapping[str, float] | None]
