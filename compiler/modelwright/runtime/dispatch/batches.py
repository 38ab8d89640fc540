"""
Vectors of more texts than one request takes: request after request, put together in the order of the texts.

All come of one model. The first request may go on to other models where the caller names several; those after it go to the model
that answered the first, and where that fails for good all begins anew with the others. Each request is a call of its own to
budgets, ledger and time limits, and one that was answered is paid for whatever comes of the rest.
"""

from ..cost import total
from ..routing.candidate import FAILED, Routing
from .embeddings import Embeddings
from .errors import CallError
from .tasks.embedding import Embedding


class Batches:
    """The requests that it takes to embed the texts of *request*."""

    __slots__ = ("_asked", "_core", "_options", "_request", "_routing")

    def __init__(self, core: "Core", request: "EmbeddingRequest", routing: Routing, asked: str, options: "Options") -> None:
        self._core = core
        self._request = request
        self._routing = routing
        self._asked = asked
        self._options = options

    def steps(self) -> "Generator[Any, Any, Embeddings]":
        """Yield what is to be done; return the vectors. Raises CallError."""
        routing = self._routing
        before: tuple[Attempt, ...] = ()
        while True:
            done: list[Embeddings] = []
            try:
                yield from self._rest(done, routing)
            except CallError as error:
                if not done or error.failure is None or not error.failure.failover:
                    raise
                before += tuple(attempt for one in done for attempt in one.attempts) + error.attempts
                routing = _without(routing, done[0].candidate.model.ref, str(error.failure))
                if not routing.kept:
                    raise
            else:
                return _together(done, before)

    def _rest(self, done: "list[Embeddings]", routing: Routing) -> "Generator[Any, Any, None]":
        """Add the vectors to *done*, request by request."""
        start = 0
        while start < len(self._request.texts):
            length = len(done[0].vectors[0]) if done else None
            task = Embedding(self._request.part(start, len(self._request.texts)), lossy=self._options.lossy, length=length)
            found = yield from self._core.begun(task, routing, self._asked, self._options).steps()
            done.append(found)
            start += len(found.vectors)
            routing = _after(routing, found.candidate) if len(done) == 1 else routing


def _after(routing: Routing, answered: "Candidate") -> Routing:
    """Return *routing* with the candidates of the model that *answered* alone, that one first."""
    same = [one for one in routing.kept if one.model.ref == answered.model.ref]
    return Routing(sorted(same, key=lambda one: one.key != answered.key), routing.warning)


def _without(routing: Routing, ref: str, reason: str) -> Routing:
    return Routing([one.skipped(reason, FAILED) if one.model.ref == ref and one.is_kept else one for one in routing], routing.warning)


def _together(done: "list[Embeddings]", before: "tuple[Attempt, ...]") -> Embeddings:
    first = done[0]
    if len(done) == 1 and not before:
        return first
    vectors = [vector for one in done for vector in one.vectors]
    attempts = before + tuple(attempt for one in done for attempt in one.attempts)
    losses = tuple(dict.fromkeys(loss for one in done for loss in one.losses))
    return Embeddings(vectors, first.model, first.candidate, attempts, total([one.cost for one in done]), losses, first.routing)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from ...ir.embeddings import EmbeddingRequest
    from ..routing.candidate import Candidate
    from .answer import Attempt
    from .core import Core, Options
