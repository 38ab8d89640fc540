"""Anthropic's Messages, as Anthropic and many other hosts serve them (https://docs.anthropic.com/en/api/messages)."""

from .answer_shape import BROKEN, why
from .anthropic_messages_answer import is_failure, parts_of, stop_of, text_of, trouble_of, usage_of
from .anthropic_messages_request import build
from .anthropic_messages_stream import Decoder
from .failure_body import decoded, malformed, tells
from .protocol import TroubleError

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "anthropic-messages"
trouble = tells(trouble_of)


def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
    """Return the answer in *body*; raises TroubleError where it reports a failure or is none of this protocol."""
    from ..ir.chat import Response

    raw = decoded(body)
    if is_failure(raw):
        raise TroubleError(trouble_of(raw, status))
    try:
        reason, word = stop_of(raw.get("stop_reason"))
        number = text_of(raw, "id") or None
        return Response(
            parts_of(raw["content"], number),
            stop_reason=reason,
            stop_word=word,
            usage=usage_of(raw.get("usage")),
            id=number,
            model=text_of(raw, "model") or None,
            raw=raw,
        )
    except BROKEN as error:
        raise TroubleError(malformed(f"no answer of {NAME}, {why(error)}", body, status)) from None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Response
