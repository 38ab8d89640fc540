"""What building a request shares: the account of what cannot be said, the caller's own fields, and the bytes."""

from .protocol import Call, UnspeakableError


class Losses:
    """What a protocol cannot say: an error, or where the caller allows it a sentence to keep in `told`."""

    __slots__ = ("is_allowed", "protocol", "told")

    def __init__(self, protocol: str, *, is_allowed: bool) -> None:
        self.protocol = protocol
        self.is_allowed = is_allowed
        self.told: list[str] = []

    def add(self, what: str, cure: str, instead: str = "it is left out") -> None:
        """Note that *what* cannot be said; raises UnspeakableError, which names the *cure*, unless losses are allowed."""
        if not self.is_allowed:
            raise UnspeakableError(f"{self.protocol} cannot say {what}; {cure}, or allow losses")
        self.note(f"{self.protocol} cannot say {what}: {instead}")

    def note(self, sentence: str) -> None:
        """Keep *sentence* for the caller; what it tells of is no reason to refuse a request."""
        if sentence not in self.told:
            self.told.append(sentence)

    def thinking(self) -> None:
        """Note that a thought is not sent back: where models change in a conversation each takes its own only, and none needs another's."""
        self.note(f"{self.protocol} takes back no thinking but its own: it is left out")


def call_of(target: "Target", body: "dict[str, Any]", extra: "Mapping[str, Any]", losses: Losses) -> Call:
    """Return the call that sends *body*, with the caller's *extra* over it, to *target*; raises UnspeakableError for what JSON has no form for."""
    return Call(target.url, with_content_type(target.headers), body_bytes(laid_over(body, extra)), losses.told)


def laid_over(body: "dict[str, Any]", extra: "Mapping[str, Any]") -> "dict[str, Any]":
    """
    Return *body* with *extra* over it; objects are laid over objects field by field, all else is replaced.

    >>> laid_over({"options": {"seed": 1, "top_k": 2}, "stream": False}, {"options": {"top_k": 3}, "keep_alive": "5m"})
    {'options': {'seed': 1, 'top_k': 3}, 'stream': False, 'keep_alive': '5m'}
    """
    merged = dict(body)
    for name, value in extra.items():
        below = merged.get(name)
        merged[name] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def at(field: str, value: "Any") -> "dict[str, Any]":
    """
    Return *value* at the dotted name *field*.

    >>> at("reasoning.effort", "low")
    {'reasoning': {'effort': 'low'}}
    """
    head, _, rest = field.partition(".")
    return {head: at(rest, value) if rest else value}


def body_bytes(body: "dict[str, Any]") -> bytes:
    """Return *body* as compact JSON; raises UnspeakableError for what JSON has no form for."""
    import json

    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UnspeakableError(f"the request cannot be written as JSON: {error}; give plain values and finite numbers") from None


def with_content_type(headers: "Mapping[str, str]") -> "dict[str, str]":
    """Return *headers* with the content type of JSON, unless they name one."""
    own = {} if any(name.lower() == "content-type" for name in headers) else {"content-type": "application/json"}
    return {**own, **headers}


def base64_text(data: bytes) -> str:
    """Return *data* in base 64."""
    from binascii import b2a_base64

    return b2a_base64(data, newline=False).decode()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .protocol import Target
