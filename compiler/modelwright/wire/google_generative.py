"""Gemini's generateContent and streamGenerateContent, as its own API serves them (https://ai.google.dev/api/generate-content)."""

from .google_generative_answer import answer_of, trouble
from .google_generative_request import PROTOCOL, build
from .google_generative_stream import Decoder

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = PROTOCOL


def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
    """Return the answer in *body*; raises TroubleError where it reports a failure or is none of this protocol."""
    return answer_of(NAME, status, body)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Response
