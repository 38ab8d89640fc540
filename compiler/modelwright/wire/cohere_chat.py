"""Cohere's Chat, version 2 (https://docs.cohere.com/reference/chat)."""

from .cohere_chat_answer import Answer
from .cohere_chat_request import PROTOCOL, build
from .failure_body import decoded, failure
from .openai_answer import trouble_of
from .openai_stream import ChunkDecoder, whole

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL


def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
    """Return the answer in *body*; raises TroubleError where it reports a failure or is none of this protocol."""
    return whole(Answer(), body, status)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> "Trouble":  # noqa: ARG001  # all protocols are asked alike
    """Return what a failed answer tells; never raises."""
    raw = decoded(body)
    return failure(body, status) if raw is None else trouble_of(raw, status)


class Decoder(ChunkDecoder):
    """Turns the bytes of a stream into events. `is_done` when `message-end` was seen."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(Answer())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Response
    from .protocol import Trouble
