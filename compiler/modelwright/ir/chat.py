"""
What is asked of a model and what it answers, in no provider's words.

A conversation is messages, a message is parts. What a protocol says and these have no word for is kept as `Opaque`, so that it
can be sent back as it was. Everything is frozen; sequences are tuples.
"""

from .resolved import Frozen

STOP, LENGTH, TOOL_USE, REFUSAL, OVERFLOW, PAUSE, OTHER = "stop", "length", "tool_use", "refusal", "context_overflow", "pause", "other"
STOP_REASONS = (STOP, LENGTH, TOOL_USE, REFUSAL, OVERFLOW, PAUSE, OTHER)
"""Why a model ended: it was done or met a stop text; it ran out of room; it wants tools run; it, or the provider, declined; the window is full; it wants to be called again; anything else."""


class _Value(Frozen):
    """A frozen value: equal to one of its kind with the same fields."""

    __slots__: "tuple[str, ...]" = ()

    def _all(self) -> "tuple[Any, ...]":
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._all() == self._all()

    def __hash__(self) -> int:
        return hash((type(self).__name__, repr(self._all())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


class Text(_Value):
    """Text. `cache` asks the provider to keep all up to here for a while: `5m` or `1h`."""

    __slots__ = ("cache", "text")

    text: str
    cache: "str | None"

    def __init__(self, text: str, cache: "str | None" = None) -> None:
        _set(self, "text", text)
        _set(self, "cache", cache)


class Media(_Value):
    """A picture, a sound, a film or a document: its bytes, or where it is. `detail` is how closely a picture is looked at, in the provider's words."""

    __slots__ = ("cache", "data", "detail", "media_type", "name", "url")

    media_type: str
    """As `image/png`."""
    data: "bytes | None"
    url: "str | None"
    name: "str | None"
    detail: "str | None"
    cache: "str | None"

    def __init__(
        self, media_type: str, data: "bytes | None" = None, url: "str | None" = None, *, name: "str | None" = None, detail: "str | None" = None, cache: "str | None" = None
    ) -> None:
        if (data is None) == (url is None):
            raise ValueError("a medium has either data or a url")
        for field, value in (("media_type", media_type), ("data", data), ("url", url), ("name", name), ("detail", detail), ("cache", cache)):
            _set(self, field, value)

    @property
    def kind(self) -> str:
        """The modality: `image`, `audio`, `video`, `pdf` or `document`."""
        head, _, rest = self.media_type.partition("/")
        return head if head in ("image", "audio", "video") else "pdf" if rest == "pdf" else "document"

    def __repr__(self) -> str:
        return f"Media({self.media_type!r}, {f'{len(self.data)} bytes' if self.data is not None else repr(self.url)})"


class Thinking(_Value):
    """What the model thought. `signature` and `redacted` are the provider's, to be sent back as they are."""

    __slots__ = ("redacted", "signature", "text")

    text: str
    signature: "str | None"
    redacted: "str | None"

    def __init__(self, text: str = "", signature: "str | None" = None, redacted: "str | None" = None) -> None:
        _set(self, "text", text)
        _set(self, "signature", signature)
        _set(self, "redacted", redacted)


class ToolCall(_Value):
    """A tool the model wants run. `arguments` is JSON text as the model wrote it, which may be broken; `signature` is the provider's."""

    __slots__ = ("arguments", "id", "name", "signature")

    id: str
    name: str
    arguments: str
    signature: "str | None"

    def __init__(self, id: str, name: str, arguments: str = "{}", signature: "str | None" = None) -> None:  # noqa: A002  # the field's standard name
        _set(self, "id", id)
        _set(self, "name", name)
        _set(self, "arguments", arguments)
        _set(self, "signature", signature)

    def parsed(self) -> "dict[str, Any]":
        """Return the arguments; raises ValueError when they are no JSON object."""
        import json

        found = json.loads(self.arguments or "{}")
        if not isinstance(found, dict):
            raise ValueError(f"the arguments of {self.name!r} are no JSON object")  # noqa: TRY004  # the text is at fault, not the caller
        return found


class ToolResult(_Value):
    """What a tool gave: to be put into a message of role `tool`."""

    __slots__ = ("cache", "call_id", "content", "is_error", "name")

    call_id: str
    content: "tuple[Part, ...]"
    is_error: bool
    name: "str | None"
    """Of the tool; some protocols want it."""
    cache: "str | None"

    def __init__(self, call_id: str, content: "str | Iterable[Part]", *, is_error: bool = False, name: "str | None" = None, cache: "str | None" = None) -> None:
        _set(self, "call_id", call_id)
        _set(self, "content", parts(content))
        _set(self, "is_error", is_error)
        _set(self, "name", name)
        _set(self, "cache", cache)


class Opaque(_Value):
    """A part in one protocol's own words, as it came; only that protocol can send it back."""

    __slots__ = ("data", "protocol")

    protocol: str
    data: "dict[str, Any]"

    def __init__(self, protocol: str, data: "dict[str, Any]") -> None:
        _set(self, "protocol", protocol)
        _set(self, "data", data)


class Message(_Value):
    """One turn. `role` is `system`, `user`, `assistant` or `tool`; a message of role `tool` holds results only."""

    __slots__ = ("content", "role")

    role: str
    content: "tuple[Part, ...]"

    def __init__(self, role: str, content: "str | Iterable[Part]") -> None:
        if role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"{role!r} is no role; the roles are system, user, assistant and tool")
        _set(self, "role", role)
        _set(self, "content", parts(content))


class Tool(_Value):
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


class Request(_Value):
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


class Response(_Value):
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
        for name, value in (("stop_reason", stop_reason), ("stop_word", stop_word), ("usage", usage), ("id", id), ("model", model), ("raw", raw or {})):
            _set(self, name, value)

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


def parts(content: "str | Iterable[Part]") -> "tuple[Part, ...]":
    """Return *content* as parts: text alone is one."""
    return (Text(content),) if isinstance(content, str) else tuple(content)


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .usage import Usage

    Part = Text | Media | Thinking | ToolCall | ToolResult | Opaque
