"""An answer to a request, whole or piece by piece."""

from ....ir.usage import Usage
from ..answer import Answer
from ..prepare import CHAT
from . import body_tokens, built


class Chat:
    """*request*, to be answered."""

    __slots__ = ("is_stream", "request")

    asks = CHAT

    def __init__(self, request: "Request", *, is_stream: bool) -> None:
        self.request = request
        self.is_stream = is_stream

    def build(self, way: "Way", *, lossy: bool) -> "Call":
        return built(way, self.request, "temperature", lossy=lossy)

    def is_streamed(self, way: "Way") -> bool:
        return way.target.is_stream or bool(way.target.quirks.get("always_stream"))

    def read(self, way: "Way", head: "Head", body: bytes) -> "Response":
        return way.protocol.read(head.status, head.headers, body)  # type: ignore[no-any-return]  # a protocol's module

    def most(self, core: "Core", call: "Call") -> Usage:
        return Usage(body_tokens(call), self.request.max_output_tokens or core.expected_output_tokens)

    def cost(self, core: "Core", way: "Way", response: "Response") -> "Cost":
        return core.cost(way.candidate.model, response.usage or core.guess(self.request, response))

    def part(self, core: "Core", way: "Way", response: "Response") -> "Cost":
        return core.cost(way.candidate.model, core.used(self.request, response))

    def answer(self, response: "Response", /, **how: "Any") -> Answer:
        return Answer(response, **how)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....ir.chat import Request, Response
    from ....wire.protocol import Call
    from ...cost import Cost
    from ..core import Core
    from ..prepare import Way
    from ..steps import Head
