"""Vectors of as many texts as one request takes."""

from ....ir.usage import Usage
from ....wire.failure_body import malformed
from ....wire.protocol import Trouble, TroubleError
from ..embeddings import Embeddings
from ..prepare import EMBEDDING
from . import BYTES_A_TOKEN, body_tokens, built

OTHER_DIMENSIONS = "other_dimensions"
"""Code of the failure of a provider that gives vectors of another length than was asked for."""


class Embedding:
    """
    The first texts of *request*, to be embedded: as many as the way takes at once.

    With *lossy* vectors may be longer or shorter than the request asks; *length* is that of those before, which it has to be in any case.
    """

    __slots__ = ("_length", "_lossy", "request")

    asks = EMBEDDING
    is_stream = False

    def __init__(self, request: "EmbeddingRequest", *, lossy: bool, length: "int | None" = None) -> None:
        self.request = request
        self._lossy = lossy
        self._length = length

    def build(self, way: "Way", *, lossy: bool) -> "Call":
        return built(way, self.request.part(0, _count(self.request.texts, way.target.quirks)), "dimensions", lossy=lossy)

    def is_streamed(self, way: "Way") -> bool:  # noqa: ARG002  # none is anywhere
        return False

    def read(self, way: "Way", head: "Head", body: bytes) -> "EmbeddingResponse":
        """Return the vectors; raises TroubleError also where there are more or fewer than texts, or, unless that is allowed, of another length than is asked."""
        found: EmbeddingResponse = way.protocol.read(head.status, head.headers, body, way.target)
        sent = _count(self.request.texts, way.target.quirks)
        if len(found.vectors) != sent:
            raise TroubleError(malformed(f"{len(found.vectors)} vectors for {sent} texts", b"", head.status))
        if self._length not in (None, len(found.vectors[0])):
            raise TroubleError(malformed(f"vectors of {len(found.vectors[0])} numbers after some of {self._length}", b"", head.status))
        wrong = None if self._lossy else self._other_length(found)
        if wrong is not None:
            raise TroubleError(Trouble(wrong, status=head.status, code=OTHER_DIMENSIONS))
        return found

    def most(self, core: "Core", call: "Call") -> Usage:  # noqa: ARG002  # all tasks are asked alike
        return Usage(body_tokens(call))

    def cost(self, core: "Core", way: "Way", response: "EmbeddingResponse") -> "Cost":
        return core.cost(way.candidate.model, response.usage or Usage.estimate("".join(self.request.texts[: len(response.vectors)])))

    def part(self, core: "Core", way: "Way", response: "Response") -> "Cost":  # noqa: ARG002  # of vectors nothing comes in pieces
        return core.cost(way.candidate.model, Usage.estimate("".join(self.request.texts[: _count(self.request.texts, way.target.quirks)])))

    def answer(self, response: "EmbeddingResponse", /, **how: "Any") -> Embeddings:
        wrong = self._other_length(response)
        return Embeddings(response.vectors, response.model, **(how if wrong is None else {**how, "losses": (*how["losses"], wrong)}))

    def _other_length(self, response: "EmbeddingResponse") -> "str | None":
        asked, given = self.request.dimensions, len(response.vectors[0])
        return None if asked in (None, given) else f"vectors of {asked} numbers were asked for, and the provider gave {given}"


def _count(texts: "Sequence[str]", quirks: "Mapping[str, int]") -> int:
    """Return how many of *texts* go into one request: one at least."""
    most = min(len(texts), quirks.get("embedding_texts", len(texts)))
    if "embedding_tokens" not in quirks:
        return most
    room = quirks["embedding_tokens"] * BYTES_A_TOKEN
    for number in range(most):
        room -= len(texts[number].encode("utf-8", "surrogatepass"))
        if room < 0:
            return max(1, number)
    return most


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ....ir.chat import Response
    from ....ir.embeddings import EmbeddingRequest, EmbeddingResponse
    from ....wire.protocol import Call
    from ...cost import Cost
    from ..core import Core
    from ..prepare import Way
    from ..steps import Head
