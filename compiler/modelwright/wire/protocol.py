"""What a protocol is given and gives back. A protocol module has NAME, `build`, `read`, `Decoder` and `trouble`, and QUIRKS where all its routes have some."""

from ..ir.resolved import Frozen


class Target(Frozen):
    """Where a request goes, and what is special there."""

    __slots__ = ("headers", "is_stream", "limits", "model", "quirks", "thinking", "url")

    url: str
    """Complete; of a stream where the protocol has another one."""
    model: str
    """The id to send."""
    headers: "Mapping[str, str]"
    """Besides those the protocol needs; without credential."""
    quirks: "Mapping[str, Any]"
    """Of the route: words of `registry/vocabulary/quirks.yaml`."""
    thinking: "Mapping[str, Any]"
    """The model's `thinking` as the registry has it; empty when unknown."""
    limits: "Mapping[str, int]"
    """The model's limits; what is unknown is absent."""
    is_stream: bool

    def __init__(
        self,
        url: str,
        model: str,
        *,
        headers: "Mapping[str, str] | None" = None,
        quirks: "Mapping[str, Any] | None" = None,
        thinking: "Mapping[str, Any] | None" = None,
        limits: "Mapping[str, int] | None" = None,
        is_stream: bool = False,
    ) -> None:
        for name, value in (("url", url), ("model", model), ("headers", headers or {}), ("quirks", quirks or {}), ("thinking", thinking or {}), ("limits", limits or {})):
            _set(self, name, value)
        _set(self, "is_stream", is_stream)


class Call(Frozen):
    """An HTTP request, without credential. `losses` is what the protocol cannot say, a sentence each."""

    __slots__ = ("body", "headers", "losses", "method", "url")

    method: str
    url: str
    headers: "dict[str, str]"
    body: bytes
    losses: "tuple[str, ...]"

    def __init__(self, url: str, headers: "dict[str, str]", body: bytes, losses: "Iterable[str]" = (), method: str = "POST") -> None:
        for name, value in (("url", url), ("headers", headers), ("body", body), ("losses", tuple(losses)), ("method", method)):
            _set(self, name, value)

    def losing(self, losses: "Iterable[str]") -> "Call":
        """Return it with *losses*, of what never came to the protocol, before its own."""
        return Call(self.url, self.headers, self.body, (*losses, *self.losses), self.method)


class Trouble(Frozen):
    """A failure as the protocol tells it; which class of failure it is, is for the registry's tables to say."""

    __slots__ = ("code", "message", "raw", "retry_after_seconds", "status", "type")

    status: "int | None"
    """HTTP status; None inside a stream."""
    type: "str | None"
    code: "str | None"
    message: str
    retry_after_seconds: "float | None"
    """How long the body asks to wait; headers are read elsewhere."""
    raw: "Any"

    def __init__(
        self,
        message: str,
        *,
        status: "int | None" = None,
        type: "str | None" = None,  # noqa: A002  # what protocols call it
        code: "str | None" = None,
        retry_after_seconds: "float | None" = None,
        raw: "Any" = None,
    ) -> None:
        given = (("message", message), ("status", status), ("type", type), ("code", code), ("retry_after_seconds", retry_after_seconds), ("raw", raw))
        for name, value in given:
            _set(self, name, value)

    def under(self, status: "int | None") -> "Trouble":
        """Return it with *status*, unless it tells one."""
        if self.status is not None:
            return self
        return Trouble(self.message, status=status, type=self.type, code=self.code, retry_after_seconds=self.retry_after_seconds, raw=self.raw)

    def __repr__(self) -> str:
        return f"Trouble({self.message!r}, status={self.status}, type={self.type!r}, code={self.code!r})"


class TroubleError(Exception):
    """An answer that reports a failure, whatever its HTTP status."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


class UnspeakableError(ValueError):
    """A request that the protocol cannot express; the message says which part, and what to leave out."""


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any
