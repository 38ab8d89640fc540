"""
What is asked, so that the engine need not know: one task a file.

A task builds the request of a way, reads the answer, says what it may cost at most and what it did cost, and makes of the
answer what the caller gets. Candidates, credentials, cooldowns, budgets, failover, ledger and hook are the engine's, for all alike.
"""

from ....wire.protocol import UnspeakableError

BYTES_A_TOKEN = 3
"""Fewer than any usual text has, so that what is reserved is rather too much."""


def body_tokens(call: "Call") -> int:
    """Return how many tokens the body of *call* has at most."""
    return -(-len(call.body) // BYTES_A_TOKEN)


def built(way: "Way", request: "Request | EmbeddingRequest", setting: str, *, lossy: bool) -> "Call":
    """
    Return the call that asks *request* of *way*; *setting* is one that is a capability of models, too.

    Raises UnspeakableError for what cannot be said, as that setting where the model does not take it, or with *lossy* tells what was left out.
    """
    model = way.candidate.model
    if getattr(request, setting) is None or model.can(setting) is not False:
        return way.protocol.build(request, way.target, lossy=lossy)  # type: ignore[no-any-return]  # a protocol's module
    if not lossy:
        raise UnspeakableError(f"{model.ref} takes no {setting}; leave out `{setting}`, or allow losses")
    call: Call = way.protocol.build(request.without(setting), way.target, lossy=True)
    return call.losing((f"{model.ref} takes no {setting}: `{setting}` is left out",))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from ....ir.chat import Request
    from ....ir.embeddings import EmbeddingRequest
    from ....ir.usage import Usage
    from ....wire.protocol import Call
    from ...cost import Cost
    from ..core import Core
    from ..prepare import Way
    from ..steps import Head

    class Task(Protocol):
        """What is asked."""

        asks: str
        """`chat`, `embedding` or `count`: which ways are looked for (`prepare.py`)."""
        is_stream: bool
        """Whether the caller gets the answer piece by piece."""

        def build(self, way: Way, /, *, lossy: bool) -> Call:
            """Return the request; raises UnspeakableError."""

        def is_streamed(self, way: Way, /) -> bool:
            """Tell whether the answer comes piece by piece there."""

        def read(self, way: Way, head: Head, body: bytes, /) -> Any:
            """Return the answer in *body*; raises TroubleError."""

        def most(self, core: Core, call: Call, /) -> Usage | None:
            """Return what is used at most; None: it costs nothing."""

        def cost(self, core: Core, way: Way, response: Any, /) -> Cost | None:
            """Return what the answer cost; None: it costs nothing."""

        def part(self, core: Core, way: Way, response: Any, /) -> Cost | None:
            """Return what an answer cost that broke off."""

        def answer(self, response: Any, /, **how: Any) -> Any:
            """Return what the caller gets: the answer, and *how* it came about, as `Outcome` takes it."""
