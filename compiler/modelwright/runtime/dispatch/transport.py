"""
What carries requests: anything with these methods. The one of `httpx_transport.py` is used where nothing else is given.

A transport sends one request and gives back what came, unchanged but for its content encoding. It follows no redirects, sends
nothing twice and adds no credentials. What goes wrong with the connection is a `Down`, never an exception.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from .steps import Down, Head, Open

    class Reply(Protocol):
        """
        An answer under way.

        Where it has a `drop`, that is called in place of `close` after a failure: its connection is not to be used again, for what
        is left on it, as the rest of a body that was longer than it was said to be, would begin the next answer.
        """

        head: Head

        def read(self, seconds: float) -> bytes | Down | None:
            """Return more of the body as soon as there is some, None at its end, or what went wrong; waits *seconds* at most."""

        def close(self) -> None:
            """Let go of it; what has not been read is not read."""

    class Transport(Protocol):
        """Carries requests."""

        def open(self, request: Open) -> Reply | Down:
            """Send *request* and return the answer as soon as its head is there."""

        def close(self) -> None:
            """Let go of all connections."""

    class AsyncReply(Protocol):
        """The same, awaited."""

        head: Head

        async def read(self, seconds: float) -> bytes | Down | None:
            """As `Reply.read`."""

        async def close(self) -> None:
            """As `Reply.close`."""

    class AsyncTransport(Protocol):
        """The same, awaited."""

        async def open(self, request: Open) -> AsyncReply | Down:
            """As `Transport.open`."""

        async def close(self) -> None:
            """As `Transport.close`."""
