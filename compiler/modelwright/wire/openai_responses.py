"""Responses, as OpenAI and some other servers speak it (https://platform.openai.com/docs/api-reference/responses)."""

from .openai_answer import trouble
from .openai_responses_request import PROTOCOL, build
from .openai_responses_stream import Answer
from .openai_stream import ChunkDecoder, reads

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL
read = reads(Answer)


class Decoder(ChunkDecoder):
    """Turns the bytes of a stream into events. `is_done` when the event with the whole answer was seen."""

    __slots__ = ()
    begins = Answer
