"""Cohere's Chat, version 2 (https://docs.cohere.com/reference/chat)."""

from .cohere_chat_answer import Answer
from .cohere_chat_request import PROTOCOL, build
from .openai_answer import trouble
from .openai_stream import ChunkDecoder, reads

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL
read = reads(Answer)


class Decoder(ChunkDecoder):
    """Turns the bytes of a stream into events. `is_done` when `message-end` was seen."""

    __slots__ = ()
    begins = Answer
