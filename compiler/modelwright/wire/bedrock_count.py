"""How many tokens a request of Converse has: CountTokens (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html, as botocore 1.44.8 has it)."""

from .bedrock_converse import trouble
from .bedrock_converse_request import build as build_converse
from .counts import counted, kept
from .protocol import Call

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "bedrock-count"
_TAKEN = ("messages", "system", "toolConfig", "additionalModelRequestFields")
"""All that the count is asked with."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    call = kept(build_converse(request, target, lossy=lossy), _TAKEN)
    uncounted = () if request.json_schema is None else (f"{FORM} does not count the schema of the answer",)
    return Call(call.url, call.headers, b'{"input":{"converse":' + call.body + b"}}", (*call.losses, *uncounted))


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "inputTokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Target
