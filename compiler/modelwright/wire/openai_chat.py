"""Chat Completions, as OpenAI and most other servers speak it (https://platform.openai.com/docs/api-reference/chat)."""

from .openai_answer import trouble
from .openai_chat_request import PROTOCOL, build
from .openai_chat_stream import Answer
from .openai_stream import ChunkDecoder, reads

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL
read = reads(Answer)


class Decoder(ChunkDecoder):
    """
    Turns the bytes of a stream into events.

    `is_done` when every choice was told to end and then the mark `[DONE]` came or the connection closed, for some servers
    send no mark; a mark alone ends nothing.
    """

    __slots__ = ()
    begins = Answer
