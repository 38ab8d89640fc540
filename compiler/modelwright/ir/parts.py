"""The parts of messages. Everything is frozen; what a protocol says and these have no word for is kept as `Opaque`."""

from .resolved import Frozen


class Value(Frozen):
    """A frozen value: equal to one of its kind with the same fields."""

    __slots__: "tuple[str, ...]" = ()

    def without(self, field: str) -> "Self":
        """Return it with None for *field*: of a request, what is left to the provider."""
        copy = object.__new__(type(self))
        for name in self.__slots__:
            _set(copy, name, None if name == field else getattr(self, name))
        return copy

    def _all(self) -> "tuple[Any, ...]":
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._all() == self._all()

    def __hash__(self) -> int:
        return hash((type(self).__name__, repr(self._all())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


class Text(Value):
    """Text. `cache` asks the provider to keep all up to here for a while: `5m` or `1h`."""

    __slots__ = ("cache", "text")

    text: str
    cache: "str | None"

    def __init__(self, text: str, cache: "str | None" = None) -> None:
        _set(self, "text", text)
        _set(self, "cache", cache)


class Media(Value):
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


class Thinking(Value):
    """What the model thought. `signature` and `redacted` are the provider's, to be sent back as they are over the `protocol` they came by."""

    __slots__ = ("protocol", "redacted", "signature", "text")

    text: str
    signature: "str | None"
    redacted: "str | None"
    protocol: "str | None"
    """None: nobody signed it, or it is not known who."""

    def __init__(self, text: str = "", signature: "str | None" = None, redacted: "str | None" = None, protocol: "str | None" = None) -> None:
        _set(self, "text", text)
        _set(self, "signature", signature)
        _set(self, "redacted", redacted)
        _set(self, "protocol", protocol)

    def over(self, protocol: str) -> "Thinking":
        """Return what *protocol* may be told: another one's signature is nothing to it."""
        return self if self.protocol in (None, protocol) else Thinking(self.text)


class ToolCall(Value):
    """A tool the model wants run. `arguments` is JSON text as the model wrote it, which may be broken; `signature` is the provider's, for the `protocol` it came by."""

    __slots__ = ("arguments", "id", "name", "protocol", "signature")

    id: str
    name: str
    arguments: str
    signature: "str | None"
    protocol: "str | None"
    """None: nobody signed it, or it is not known who."""

    def __init__(self, id: str, name: str, arguments: str = "{}", signature: "str | None" = None, protocol: "str | None" = None) -> None:  # noqa: A002  # the field's standard name
        _set(self, "id", id)
        _set(self, "name", name)
        _set(self, "arguments", arguments)
        _set(self, "signature", signature)
        _set(self, "protocol", protocol)

    def signed_over(self, protocol: str) -> "str | None":
        """Return the signature that *protocol* may be told: not that of another one."""
        return self.signature if self.protocol in (None, protocol) else None

    def parsed(self) -> "dict[str, Any]":
        """Return the arguments; raises ValueError when they are no JSON object."""
        import json

        found = json.loads(self.arguments or "{}")
        if not isinstance(found, dict):
            raise ValueError(f"the arguments of {self.name!r} are no JSON object")  # noqa: TRY004  # the text is at fault, not the caller
        return found


class ToolResult(Value):
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


class Opaque(Value):
    """A part in one protocol's own words, as it came; only that protocol can send it back."""

    __slots__ = ("data", "protocol")

    protocol: str
    data: "dict[str, Any]"

    def __init__(self, protocol: str, data: "dict[str, Any]") -> None:
        _set(self, "protocol", protocol)
        _set(self, "data", data)


def parts(content: "str | Iterable[Part]") -> "tuple[Part, ...]":
    """Return *content* as parts: text alone is one."""
    return (Text(content),) if isinstance(content, str) else tuple(content)


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Self

    Part = Text | Media | Thinking | ToolCall | ToolResult | Opaque
