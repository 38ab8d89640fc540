"""
What is asked of a model and what it answers, in no provider's words.

A conversation is messages, a message is parts. What a protocol says and these have no word for is kept as `Opaque`, so that it
can be sent back as it was. Everything is frozen; sequences are tuples.
"""

from .parts import Media, Opaque, Text, Thinking, ToolCall, ToolResult, Value, parts

__all__ = [
    "STOP_REASONS",
    "Media",
    "Message",
    "Opaque",
    "Request",
    "Response",
    "Text",
    "Thinking",
    "Tool",
    "ToolCall",
    "ToolResult",
    "parts",
]

STOP, LENGTH, TOOL_USE, REFUSAL, OVERFLOW, PAUSE, OTHER = "stop", "length", "tool_use", "refusal", "context_overflow", "pause", "other"
STOP_REASONS = (STOP, LENGTH, TOOL_USE, REFUSAL, OVERFLOW, PAUSE, OTHER)
"""Why a model ended: it was done or met a stop text; it ran out of room; it wants tools run; it, or the provider, declined; the window is full; it wants to be called again; anything else."""


class Message(Value):
    """One turn. `role` is `system`, `user`, `assistant` or `tool`; a message of role `tool` holds results only."""

    __slots__ = ("content", "role")

    role: str
    content: "tuple[Part, ...]"

    def __init__(self, role: str, content: "str | Iterable[Part]") -> None:
        if role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"{role!r} is no role; the roles are system, user, assistant and tool")
        _set(self, "role", role)
        _set(self, "content", parts(content))


class Tool(Value):
    """A tool the model may ask for. `parameters` is the JSON Schema of its arguments."""

    __slots__ = ("cache", "description", "name", "parameters", "strict")

    name: str
    description: str
    parameters: "dict[str, Any]"
    strict: "bool | None"
    """Whether arguments must fit the schema; None: the provider's way."""
    cache: "str | None"

    def __init__(self, name: str, description: str = "", parameters: "dict[str, Any] | None" = None, *, strict: "bool | None" = None, cache: "str | None" = None) -> None:
        _set(self, "name", name)
        _set(self, "description", description)
        _set(self, "parameters", {"type": "object", "properties": {}} if parameters is None else parameters)
        _set(self, "strict", strict)
        _set(self, "cache", cache)


class Request(Value):
    """
    One question. None leaves a setting to the provider.

    `thinking` is a level (`none`, `low`, `high`, …), a number of tokens, or None; `json_schema` asks for JSON of that schema, `json`
    for any JSON; `tool_choice` is `auto`, `none`, `required` or a tool's name; `extra` goes into the body as it is, over all else.
    """

    __slots__ = (
        "extra",
        "frequency_penalty",
        "json",
        "json_schema",
        "max_output_tokens",
        "messages",
        "parallel_tools",
        "presence_penalty",
        "seed",
        "stop",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
        "user",
    )

    messages: "tuple[Message, ...]"
    tools: "tuple[Tool, ...]"
    tool_choice: "str | None"
    parallel_tools: "bool | None"
    json: bool
    json_schema: "dict[str, Any] | None"
    thinking: "str | int | None"
    max_output_tokens: "int | None"
    temperature: "float | None"
    top_p: "float | None"
    top_k: "int | None"
    seed: "int | None"
    presence_penalty: "float | None"
    frequency_penalty: "float | None"
    stop: "tuple[str, ...]"
    user: "str | None"
    extra: "dict[str, Any]"

    def __init__(
        self,
        messages: "str | Iterable[Message]",
        *,
        system: "str | None" = None,
        tools: "Iterable[Tool]" = (),
        stop: "Iterable[str]" = (),
        extra: "dict[str, Any] | None" = None,
        json: bool = False,
        **settings: "Any",
    ) -> None:
        unknown = settings.keys() - _SETTINGS
        if unknown:
            raise TypeError(f"unknown settings: {', '.join(sorted(unknown))}; known: {', '.join(_SETTINGS)}")
        said = (Message("user", messages),) if isinstance(messages, str) else tuple(messages)
        if not said:
            raise ValueError("a request has at least one message")
        _set(self, "messages", said if system is None else (Message("system", system), *said))
        _set(self, "tools", tuple(tools))
        _set(self, "stop", tuple(stop))
        _set(self, "extra", extra or {})
        _set(self, "json", json)
        for name in _SETTINGS:
            _set(self, name, settings.get(name))

    def needs(self) -> "frozenset[str]":
        """Return the capabilities a model must have: words of the registry's vocabulary, and the modalities of its parts."""
        found = {part.kind if part.kind != "image" else "vision" for message in self.messages for part in message.content if isinstance(part, Media)}
        found |= {"tools"} if self.tools else set()
        found |= {"json_schema"} if self.json_schema is not None else {"json"} if self.json else set()
        if self.thinking not in (None, "none", "off", 0):
            found.add("thinking")
        return frozenset(found - {"document"})


_SETTINGS = (
    *("tool_choice", "parallel_tools", "json_schema", "thinking", "max_output_tokens", "temperature", "top_p", "top_k", "seed"),
    *("presence_penalty", "frequency_penalty", "user"),
)


class Response(Value):
    """
    One answer. `stop_reason` is one of `STOP_REASONS`, `stop_word` the provider's own; `usage` is None when the provider counted nothing.

    `raw` is the provider's own answer, decoded; of a stream what was not text, thinking or tool calls.
    """

    __slots__ = ("content", "id", "model", "raw", "stop_reason", "stop_word", "usage")

    content: "tuple[Part, ...]"
    stop_reason: "str | None"
    """None: it did not end."""
    stop_word: "str | None"
    usage: "Usage | None"
    id: "str | None"
    model: "str | None"
    """As the provider names it."""
    raw: "dict[str, Any]"

    def __init__(
        self,
        content: "Iterable[Part]",
        *,
        stop_reason: "str | None" = None,
        stop_word: "str | None" = None,
        usage: "Usage | None" = None,
        id: "str | None" = None,  # noqa: A002  # the field's standard name
        model: "str | None" = None,
        raw: "dict[str, Any] | None" = None,
    ) -> None:
        _set(self, "content", tuple(content))
        _set(self, "stop_reason", stop_reason)
        _set(self, "stop_word", stop_word)
        _set(self, "usage", usage)
        _set(self, "id", id)
        _set(self, "model", model)
        _set(self, "raw", raw or {})

    @property
    def text(self) -> str:
        """All the text of the answer, joined."""
        return "".join(part.text for part in self.content if isinstance(part, Text))

    @property
    def thinking(self) -> str:
        """All that was thought, joined."""
        return "".join(part.text for part in self.content if isinstance(part, Thinking))

    @property
    def tool_calls(self) -> "tuple[ToolCall, ...]":
        """The tools it wants run."""
        return tuple(part for part in self.content if isinstance(part, ToolCall))

    def message(self) -> Message:
        """Return the answer as a message to send back in the next request."""
        return Message("assistant", self.content)


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .parts import Part
    from .usage import Usage
