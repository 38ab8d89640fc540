"""
The runtime: load the compiled registry, resolve a ref, count what a request costs, call a model.

Importing it loads the standard library only, and little of that; what calls need is imported when it is first named.
"""

from .ir.resolved import Limits, Model
from .ir.usage import Usage
from .runtime.cost import Cost, cost
from .runtime.errors import (
    AmbiguousRefError,
    ArtifactError,
    CredentialError,
    MissingVariableError,
    ModelwrightError,
    NotAllowedError,
    RegistryError,
    StoredSecretError,
    UnavailableModelError,
    UnknownRefError,
    UsageError,
)
from .runtime.registry import Registry, load
from .version import __version__

_LATER = {
    **dict.fromkeys(("Media", "Message", "Request", "Response", "Text", "Thinking", "Tool", "ToolCall", "ToolResult"), "ir.chat"),
    **dict.fromkeys(("Answer", "Attempt"), "runtime.dispatch.answer"),
    **dict.fromkeys(("CallError", "StreamBrokenError"), "runtime.dispatch.errors"),
    **dict.fromkeys(("Dispatcher", "Stream"), "runtime.dispatch.dispatcher"),
    **dict.fromkeys(("AsyncDispatcher", "AsyncStream"), "runtime.dispatch.async_dispatcher"),
    "Budget": "runtime.budget",
    "Embeddings": "runtime.dispatch.embeddings",
    "Needs": "runtime.routing.needs",
    "TimeLimits": "runtime.dispatch.limits",
    "TokenCount": "runtime.dispatch.token_count",
}
"""Where the names are that few programs need."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f".{_LATER[name]}", __name__), name)
    globals()[name] = found
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from .ir.chat import Media, Message, Request, Response, Text, Thinking, Tool, ToolCall, ToolResult
    from .runtime.budget import Budget
    from .runtime.dispatch.answer import Answer, Attempt
    from .runtime.dispatch.async_dispatcher import AsyncDispatcher, AsyncStream
    from .runtime.dispatch.dispatcher import Dispatcher, Stream
    from .runtime.dispatch.embeddings import Embeddings
    from .runtime.dispatch.errors import CallError, StreamBrokenError
    from .runtime.dispatch.limits import TimeLimits
    from .runtime.dispatch.token_count import TokenCount
    from .runtime.routing.needs import Needs

__all__ = [
    "AmbiguousRefError",
    "Answer",
    "ArtifactError",
    "AsyncDispatcher",
    "AsyncStream",
    "Attempt",
    "Budget",
    "CallError",
    "Cost",
    "CredentialError",
    "Dispatcher",
    "Embeddings",
    "Limits",
    "Media",
    "Message",
    "MissingVariableError",
    "Model",
    "ModelwrightError",
    "Needs",
    "NotAllowedError",
    "Registry",
    "RegistryError",
    "Request",
    "Response",
    "StoredSecretError",
    "Stream",
    "StreamBrokenError",
    "Text",
    "Thinking",
    "TimeLimits",
    "TokenCount",
    "Tool",
    "ToolCall",
    "ToolResult",
    "UnavailableModelError",
    "UnknownRefError",
    "Usage",
    "UsageError",
    "__version__",
    "cost",
    "load",
]
