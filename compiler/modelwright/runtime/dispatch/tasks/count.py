"""How many tokens a request has, as the provider counts them. It is free wherever there is such a call, and uses up no budget."""

from ..prepare import COUNT
from ..token_count import TokenCount


class Count:
    """*request*, whose tokens are to be counted."""

    __slots__ = ("request",)

    asks = COUNT
    is_stream = False

    def __init__(self, request: "Request") -> None:
        self.request = request

    def build(self, way: "Way", *, lossy: bool) -> "Call":
        return way.protocol.build(self.request, way.target, lossy=lossy)  # type: ignore[no-any-return]  # a form's module

    def is_streamed(self, way: "Way") -> bool:  # noqa: ARG002  # none is anywhere
        return False

    def read(self, way: "Way", head: "Head", body: bytes) -> int:
        return way.protocol.read(head.status, head.headers, body, way.target)  # type: ignore[no-any-return]  # a form's module

    def most(self, *_: "Any") -> None:
        """Return that it costs nothing."""

    cost = part = most

    def answer(self, response: int, /, **how: "Any") -> TokenCount:
        del how["cost"]
        return TokenCount(response, **how)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....ir.chat import Request
    from ....wire.protocol import Call
    from ..prepare import Way
    from ..steps import Head
