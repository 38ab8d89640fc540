"""What importers share: errors that name the place in the foreign file, ids as ours, and figures, exact."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 15
"""The power of ten above which a number is no price and no number of tokens."""
_URL = re.compile(r"https?://[^\s\x00-\x1f]{1,490}")


class ShapeError(ValueError):
    """A file that does not have the shape its importer reads; the message begins with the place."""


class WrongKindError(TypeError):
    """A value of another kind than belongs there; the message says which."""


@contextmanager
def reading(place: str, skipped: list[str] | None = None) -> Iterator[None]:
    """Turn what goes wrong in reading what stands at *place* into a ShapeError that says so; with *skipped* it is only told there."""
    try:
        with _reading(place or "what has an empty key"):
            yield
    except ShapeError as error:
        if skipped is None:
            raise
        skipped.append(str(error))


@contextmanager
def _reading(place: str) -> Iterator[None]:
    try:
        yield
    except ShapeError:
        raise
    except KeyError as error:
        raise ShapeError(f"{place}: `{error.args[0]}` is missing") from error
    except (WrongKindError, ValueError, re.error) as error:
        raise ShapeError(f"{place}: {error}") from error
    except (AttributeError, TypeError, IndexError, ArithmeticError) as error:
        raise ShapeError(f"{place}: something in it is not of the kind that belongs there") from error


def mapping(value: Any, what: str) -> dict[str, Any]:
    """Return *value*; raises WrongKindError when it is not a JSON object."""
    if not isinstance(value, dict):
        raise WrongKindError(f"{what} is {_kind(value)} where an object belongs")
    return value


def items(value: Any, what: str) -> list[Any]:
    """Return *value*; raises WrongKindError when it is not a JSON array."""
    if not isinstance(value, list):
        raise WrongKindError(f"{what} is {_kind(value)} where a list belongs")
    return value


def text(value: Any, what: str) -> str:
    """Return *value*; raises WrongKindError when it is not text, ValueError when it is empty."""
    if not isinstance(value, str):
        raise WrongKindError(f"{what} is {_kind(value)} where text belongs")
    if not value.strip():
        raise ValueError(f"{what} is empty")
    return value


def number(value: Any, what: str) -> Decimal:
    """Return *value* as the decimal it is written as; raises WrongKindError when it is none, ValueError when it is out of all bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongKindError(f"{what} is {_kind(value)} where a number belongs")
    if value != value or abs(value) > 10**_LARGEST:  # noqa: PLR0124  # NaN is the number that is not itself
        raise ValueError(f"{what} is beyond all bounds")
    return Decimal(str(value))


def plain(exact: Decimal) -> int | float:
    """
    Return *exact* as the registry writes it.

    >>> plain(Decimal("3.0")), plain(Decimal("3E-7") * 10**6)
    (3, 0.3)
    """
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def slug(name: str) -> str:
    """
    Return a catalogue's id of a provider in the form of ours.

    >>> slug("vertex_ai-language-models"), slug("wafer.ai")
    ('vertex-ai-language-models', 'wafer-ai')

    Raises ValueError when nothing is left of it.
    """
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not found:
        raise ValueError(f"{name!r} holds no letter and no digit")
    return found


def see(address: Any) -> dict[str, Any]:
    """Return a web address nobody has read as the part of `sources` it is; empty when it is none."""
    return {"default": {"see": address}} if isinstance(address, str) and _URL.fullmatch(address) else {}


def listed(entry: dict[str, Any], name: str, prices: str | None = None) -> dict[str, Any]:
    """Return the provider entry of a catalogue that knows no endpoints: what must be there, for a person to complete."""
    docs = {"docs": {"prices": prices}} if prices is not None and _URL.fullmatch(prices) else {}
    route = {"id": "api", "label": "API key", "protocol": "openai-chat", "auth": {"kind": "bearer"}}
    return {**entry, "name": name, "kind": "hosted", "billing": "unknown", **docs, "routes": [route]}


def _kind(value: Any) -> str:
    for kind, name in ((bool, "true or false"), (dict, "an object"), (list, "a list"), (str, "text"), ((int, float), "a number")):
        if isinstance(value, kind):
            return name
    return "null"
