"""Gemini's generateContent and streamGenerateContent, as its own API serves them (https://ai.google.dev/api/generate-content)."""

from .google_generative_answer import reads, trouble
from .google_generative_request import PROTOCOL, build
from .google_generative_stream import Decoder

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL
read = reads(NAME)
