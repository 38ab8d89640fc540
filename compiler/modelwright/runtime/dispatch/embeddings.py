"""Vectors of texts, and how they came about."""

from .answer import Outcome


class Embeddings(Outcome):
    """
    One vector a text, in the order of the texts, all of one model and of the same length, with all that led to them.

    `usage`, `cost` and `attempts` are those of all requests it took. `model` is what the provider calls the model, None where it does not say.
    """

    __slots__ = ("model", "vectors")

    vectors: "tuple[list[float], ...]"
    model: "str | None"

    def __init__(
        self,
        vectors: "Iterable[list[float]]",
        model: "str | None",
        candidate: "Candidate",
        attempts: "tuple[Attempt, ...]",
        cost: "Cost",
        losses: "tuple[str, ...]",
        routing: "Routing",
    ) -> None:
        object.__setattr__(self, "vectors", tuple(vectors))
        object.__setattr__(self, "model", model)
        super().__init__(candidate, attempts, cost, losses, routing)

    @property
    def dimensions(self) -> int:
        """How many numbers each vector has."""
        return len(self.vectors[0])

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> "Iterator[list[float]]":
        return iter(self.vectors)

    def __repr__(self) -> str:
        return f"<Embeddings of {self.candidate.name}: {len(self.vectors)} of {self.dimensions} numbers>"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..cost import Cost
    from ..routing.candidate import Candidate, Routing
    from .answer import Attempt
