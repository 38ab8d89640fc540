"""
Chat Completions by deployment, as Azure serves OpenAI's models (https://learn.microsoft.com/azure/ai-services/openai/reference).

The deployment stands in the URL, and the body is that of Chat Completions, its `model` included, as OpenAI's own client sends it.
What differs is that the version of the API stands in the URL, too, and that early ones refuse fields of today. Parts of answers
are Chat Completions' own, so a conversation goes on with either.
"""

from .openai_chat import Decoder, read, trouble
from .openai_chat_request import build as _build
from .protocol import Target

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "azure-openai"

_VERSION = "api-version="
_OF_OLD = {"output_limit_field": "max_tokens", "stream_usage": False}


def build(request: "Request", target: Target, *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    return _build(request, _of_old(target) if _is_old(target) else target, lossy=lossy, name=NAME)


def _is_old(target: Target) -> bool:
    """Tell whether the URL names a version, a day, before the one from which on the route's fields are known."""
    version = target.url.partition("?")[2].partition(_VERSION)[2].partition("&")[0]
    return version[:4].isdigit() and version < target.quirks.get("fields_since", "")


def _of_old(target: Target) -> Target:
    told = {name: getattr(target, name) for name in ("headers", "thinking", "limits", "is_stream")}
    return Target(target.url, target.model, quirks={**target.quirks, **_OF_OLD}, **told)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ir.chat import Request
    from .protocol import Call
