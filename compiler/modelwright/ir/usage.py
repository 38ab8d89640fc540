"""What one request used, as the provider counted it."""

from .resolved import Frozen
from .units import UNITS

_INDEX = {key: index for index, (key, *_) in enumerate(UNITS)}
_INPUT, _OUTPUT = _INDEX["input_usd_per_mtok"], _INDEX["output_usd_per_mtok"]
_COUNTED = {field: (_INDEX[key], None if within is None else _INDEX[within]) for key, field, within, _, _ in UNITS}
"""Per quantity the index of its unit, and the index of the unit whose quantity includes it."""

_ONE_REQUEST = (_INDEX["usd_per_request"], 1)
_CHARACTERS = 4
"""Of one token, about."""

FIELDS = tuple(_COUNTED)


class Usage(Frozen):
    """
    The quantities of one request.

    `input_tokens` is the total: tokens read from cache, written to cache, of pictures and of sound are part of it.
    `output_tokens` is the total too: thinking tokens are part of it. `cache_write_tokens` are those written without a named
    time-to-live, `cache_write_5m_tokens` and `cache_write_1h_tokens` the others.

    Raises ValueError when a quantity is negative, or parts are more than their total; TypeError when one is no whole number.

    >>> Usage(input_tokens=1000, output_tokens=200, cache_read_tokens=900)
    Usage(input_tokens=1000, output_tokens=200, cache_read_tokens=900, requests=1)
    >>> Usage.uncached(input_tokens=100, output_tokens=200, cache_read_tokens=900).input_tokens
    1000
    """

    __slots__ = ("_given", "estimated", "input_tokens", "parts")

    _given: "dict[str, int]"
    estimated: bool
    """Whether nobody counted, so that it is a guess by the length of the texts."""
    input_tokens: int
    parts: "tuple[tuple[int, int], ...]"
    """What is billed: index of the unit in `ir.units.UNITS`, and how many of it after what is counted apart was taken off."""

    def __init__(self, input_tokens: int = 0, output_tokens: int = 0, *, requests: int = 1, **quantities: int) -> None:
        given = {"input_tokens": input_tokens, "output_tokens": output_tokens, **quantities, "requests": requests}
        _set(self, "estimated", False)
        _set(self, "input_tokens", input_tokens)
        _set(self, "_given", given)
        if not quantities and requests == 1 and type(input_tokens) is type(output_tokens) is int and input_tokens > 0 < output_tokens:  # the usual case, quickly
            _set(self, "parts", ((_INPUT, input_tokens), (_OUTPUT, output_tokens), _ONE_REQUEST))
            return
        rest = {_INPUT: 0, _OUTPUT: 0}
        for field, quantity in given.items():
            if not quantity and field in _COUNTED:
                continue
            if field not in _COUNTED:
                raise TypeError(f"unknown quantities: {', '.join(sorted(given.keys() - _COUNTED.keys()))}; known: {', '.join(FIELDS)}")
            if not isinstance(quantity, int):
                raise TypeError(f"{field} is {quantity!r}; a quantity is a whole number")
            if quantity < 0:
                raise ValueError(f"{field} is negative: {quantity}")
            index, within = _COUNTED[field]
            rest[index] = rest.get(index, 0) + quantity
            if within is not None:
                rest[within] -= quantity
        for index, field in ((_INPUT, "input_tokens"), (_OUTPUT, "output_tokens")):
            if rest[index] < 0:
                raise ValueError(f"{field} is {given[field]}, less than its parts by {-rest[index]}")
        _set(self, "parts", tuple(sorted([part for part in rest.items() if part[1]])))

    @classmethod
    def uncached(cls, input_tokens: int = 0, output_tokens: int = 0, *, requests: int = 1, **quantities: int) -> "Usage":
        """Return the usage when *input_tokens* leaves out what was read from and written to cache, as Anthropic counts."""
        cached = sum(quantity for field, quantity in quantities.items() if field.startswith("cache_"))
        return cls(input_tokens + cached, output_tokens, requests=requests, **quantities)

    @classmethod
    def estimate(cls, sent: str, received: str = "") -> "Usage":
        """
        Return what is guessed of a request whose provider counted no tokens: one for every four characters begun. It is marked as `estimated`.

        >>> Usage.estimate("12345", "1234")
        Usage(input_tokens=2, output_tokens=1, requests=1, estimated=True)
        """
        guess = cls(*(-(-len(text) // _CHARACTERS) for text in (sent, received)))
        _set(guess, "estimated", True)
        return guess

    def raised(self, output_tokens: int) -> "Usage":
        """
        Return this usage with at least so many *output_tokens*, `estimated` where it is more than was counted.

        >>> Usage(10, 1).raised(5), Usage(10, 7).raised(5)
        (Usage(input_tokens=10, output_tokens=5, requests=1, estimated=True), Usage(input_tokens=10, output_tokens=7, requests=1))
        """
        if self.output_tokens >= output_tokens:
            return self
        more = Usage(**{**self._given, "output_tokens": output_tokens})
        _set(more, "estimated", True)
        return more

    def plus(self, other: "Usage") -> "Usage":
        """
        Return what both used, `estimated` where one of them is.

        >>> Usage(10, 1).plus(Usage(5, cache_read_tokens=2))
        Usage(input_tokens=15, output_tokens=1, cache_read_tokens=2, requests=2)
        """
        both = Usage(**{name: getattr(self, name) + getattr(other, name) for name in FIELDS})
        _set(both, "estimated", self.estimated or other.estimated)
        return both

    def __getattr__(self, name: str) -> int:
        if name in FIELDS:
            return self._given.get(name, 0)
        raise AttributeError(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Usage) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        counted = [f"{field}={quantity}" for field, quantity in self._given.items() if quantity]
        return f"Usage({', '.join([*counted, 'estimated=True'] if self.estimated else counted)})"


_set = object.__setattr__
