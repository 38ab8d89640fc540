"""Amazon Bedrock's Converse and ConverseStream (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html)."""

from .answer_shape import BROKEN, why
from .bedrock_converse_answer import PROTOCOL, answer_of, trouble_of
from .bedrock_converse_request import build
from .bedrock_converse_stream import Decoder
from .failure_body import decoded, failure, malformed
from .protocol import Trouble, TroubleError

__all__ = ["NAME", "Decoder", "build", "header_of", "read", "trouble"]

NAME = PROTOCOL
_REQUEST_ID = "x-amzn-requestid"
_ERROR_TYPE = "x-amzn-errortype"


def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":
    """Return the answer in *body*; raises TroubleError where it reports a failure or is none of this protocol."""
    raw = decoded(body)
    if isinstance(raw, dict) and "output" not in raw:
        raise TroubleError(trouble_of(raw, status, header_of(headers, _ERROR_TYPE)))
    try:
        if raw is None:
            raise TypeError("it is no JSON")
        return answer_of(raw, header_of(headers, _REQUEST_ID))
    except BROKEN as error:
        raise TroubleError(malformed(f"no answer of {NAME}, {why(error)}", body, status)) from None


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> Trouble:
    """Return what a failed answer tells; never raises."""
    raw, kind = decoded(body), header_of(headers, _ERROR_TYPE)
    return trouble_of(failure(body, status).message if raw is None else raw, status, kind)


def header_of(headers: "Mapping[str, str]", name: str) -> "str | None":
    """Return the header *name*, which is in lower case, however it is written in *headers*; None: there is none."""
    found = headers.get(name)
    return found if found is not None else next((value for other, value in headers.items() if other.lower() == name), None)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Response
