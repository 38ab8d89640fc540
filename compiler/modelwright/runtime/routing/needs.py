"""What a call needs of the model that answers it."""

from ...ir.resolved import Frozen
from ..errors import UsageError

_AS_TOKENS = {"context": "input_tokens", "output": "output_tokens"}
_MOST_DIGITS = 12


class Needs(Frozen):
    """
    What a call needs.

    `capabilities` are words of the vocabulary, `thinking`, or modalities as `Model.can` takes them. `input_tokens` is what has to fit
    in, `output_tokens` what has to come out; None: no matter. `provider` is the only one that may answer, by id or alias.

    >>> Needs.parse("tools,vision,context=200000").input_tokens
    200000
    """

    __slots__ = ("capabilities", "input_tokens", "output_tokens", "parts", "provider")

    capabilities: "tuple[str, ...]"
    """Sorted, each once."""
    input_tokens: "int | None"
    output_tokens: "int | None"
    provider: "str | None"
    parts: "tuple[Any, ...]"
    """All of these; equal for what needs the same."""

    def __init__(self, capabilities: "Iterable[str]" = (), *, input_tokens: "int | None" = None, output_tokens: "int | None" = None, provider: "str | None" = None) -> None:
        parts = (tuple(sorted(set(capabilities))), input_tokens, output_tokens, provider)
        for name, value in zip(("capabilities", "input_tokens", "output_tokens", "provider", "parts"), (*parts, parts), strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, said: "Needs | str | Iterable[str]") -> "Needs":
        """Return what is said as such, as text that `parse` reads, or as words of capabilities."""
        return said if isinstance(said, Needs) else cls.parse(said) if isinstance(said, str) else cls(said)

    @classmethod
    def parse(cls, text: str, provider: "str | None" = None) -> "Needs":
        """Return what *text* names, with commas between: capabilities, `context=TOKENS`, `output=TOKENS`; raises UsageError."""
        capabilities: list[str] = []
        tokens: dict[str, int] = {}
        for word in filter(None, map(str.strip, text.split(","))):
            name, is_amount, amount = word.partition("=")
            if name in _AS_TOKENS and amount.isdecimal() and len(amount) <= _MOST_DIGITS:
                tokens[_AS_TOKENS[name]] = int(amount)
            elif is_amount or name in _AS_TOKENS:
                raise UsageError(f"{word!r} is no need; write a capability, context=TOKENS or output=TOKENS")
            else:
                capabilities.append(word)
        return cls(capabilities, provider=provider, **tokens)

    def is_of_models(self) -> bool:
        """Tell whether it matters which model of a provider answers."""
        return any(self.parts[:3])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Needs) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __str__(self) -> str:
        """Return what `parse` reads."""
        tokens = ((name, getattr(self, field)) for name, field in _AS_TOKENS.items())
        return ",".join((*self.capabilities, *(f"{name}={amount}" for name, amount in tokens if amount is not None)))

    def __repr__(self) -> str:
        given = zip(("capabilities", "input_tokens", "output_tokens", "provider"), self.parts, strict=True)
        return f"Needs({', '.join(f'{name}={value!r}' for name, value in given if value)})"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
