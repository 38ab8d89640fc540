"""What a call needs of the model that answers it."""

from ...ir.resolved import Frozen
from ..errors import UsageError

_AS_TOKENS = {"context": "input_tokens", "output": "output_tokens"}


class Needs(Frozen):
    """
    What a call needs.

    `capabilities` are words of the vocabulary, `thinking`, or modalities as `Model.can` takes them. `input_tokens` is what has to fit
    in, `output_tokens` what has to come out; None: no matter. `provider` is the only one that may answer, by id or alias.

    >>> Needs.parse("tools,vision,context=200000").input_tokens
    200000
    """

    __slots__ = ("capabilities", "input_tokens", "output_tokens", "provider")

    capabilities: "tuple[str, ...]"
    input_tokens: "int | None"
    output_tokens: "int | None"
    provider: "str | None"

    def __init__(self, capabilities: "Iterable[str]" = (), *, input_tokens: "int | None" = None, output_tokens: "int | None" = None, provider: "str | None" = None) -> None:
        given = (("capabilities", tuple(sorted(set(capabilities)))), ("input_tokens", input_tokens), ("output_tokens", output_tokens), ("provider", provider))
        for name, value in given:
            object.__setattr__(self, name, value)

    @classmethod
    def parse(cls, text: str, provider: "str | None" = None) -> "Needs":
        """Return what *text* names, with commas between: capabilities, `context=TOKENS`, `output=TOKENS`; raises UsageError."""
        words = [word.strip() for word in text.split(",") if word.strip()]
        tokens: dict[str, int] = {}
        for word in words:
            name, is_amount, amount = word.partition("=")
            if is_amount and (name not in _AS_TOKENS or not amount.isdecimal()):
                raise UsageError(f"{word!r} is no need; write a capability, context=TOKENS or output=TOKENS")
            if is_amount:
                tokens[_AS_TOKENS[name]] = int(amount)
        return cls([word for word in words if "=" not in word], provider=provider, **tokens)

    def _all(self) -> "tuple[Any, ...]":
        return (self.capabilities, self.input_tokens, self.output_tokens, self.provider)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Needs) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return f"Needs({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__ if getattr(self, name))})"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
