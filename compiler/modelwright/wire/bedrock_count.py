"""How many tokens a request of Converse has: CountTokens (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html, as botocore 1.44.8 has it)."""

from .bedrock_converse import build as build_converse, trouble
from .counts import builds, reads

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "bedrock-count"
_TAKEN = ("messages", "system", "toolConfig", "additionalModelRequestFields")
"""All that the count is asked with."""
_build = builds(build_converse, _TAKEN, lambda body, _: {"input": {"converse": body}})
read = reads(FORM, "inputTokens", trouble)


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    call = _build(request, target, lossy=lossy)
    return call if request.json_schema is None else call.losing([f"{FORM} does not count the schema of the answer"])


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ir.chat import Request
    from .protocol import Call, Target
