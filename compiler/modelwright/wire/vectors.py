"""What the forms that ask for vectors share: vectors as they are written in answers, numbers or numbers packed into base 64, and what they are for."""

from .failure_body import decoded, malformed
from .protocol import TroubleError

_BROKEN = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, RecursionError)
_PACKED = {"base64_int8": "b"}
_SINGLE = "f"
_WHOLE_OR_FRACTION = {int, float}


def reads(form: str, trouble_of: "Callable[[Any, int], Trouble]") -> "Callable[[Made], Read]":
    """
    Make the `read` of *form* of a function that, of a decoded body, the headers and the target, returns the vectors, their usage and the model's name.

    What is read raises TroubleError where the answer reports a failure, which *trouble_of* tells, or is none of the form.
    """

    def decorate(made: "Made") -> "Read":
        def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> "EmbeddingResponse":
            from ..ir.embeddings import EmbeddingResponse

            raw = decoded(body)
            if isinstance(raw, dict) and raw.get("error"):
                raise TroubleError(trouble_of(raw, status))
            try:
                if not isinstance(raw, dict):
                    raise TypeError("no object where one belongs")
                found = EmbeddingResponse(*made(raw, headers, target))
                _check_lengths(found.vectors)
            except _BROKEN as error:
                reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise TroubleError(malformed(f"no answer of {form} ({reason})", body, status)) from None
            return found

        return read

    return decorate


def purpose_of(request: "EmbeddingRequest", words: "Mapping[str, str]", losses: "Losses") -> str:
    """Return what *words* call the purpose of *request*, in a form that insists on one; without one it is texts that are searched."""
    usual = words["document"]
    if request.purpose is None:
        losses.note(f"{losses.protocol} wants a purpose and the request has none: {usual} is sent")
    elif request.purpose not in words:
        losses.add(f"that the vectors are for {request.purpose}", "use another `purpose`", f"{usual} is sent")
    return words.get(request.purpose or "document", usual)


def vector(said: "Any", encoding: str = "float") -> "list[float]":
    """
    Return *said*, a list of numbers or a text in base 64, as a vector; raises TypeError or ValueError where it is none.

    Packed are single-precision numbers, the lowest byte first, unless *encoding* is `base64_int8`: then whole numbers of one byte each.

    >>> vector("AACAPwAAAMA="), vector("fwCB", "base64_int8")
    ([1.0, -2.0], [127.0, 0.0, -127.0])
    """
    if isinstance(said, str):
        return _unpacked(said, _PACKED.get(encoding, _SINGLE))
    if not isinstance(said, list) or not said:
        raise TypeError("no vector where one belongs")
    if not _WHOLE_OR_FRACTION.issuperset(map(type, said)):
        raise TypeError("something in a vector is no number")
    return _finite([float(number) for number in said])


def count_of(said: "Any", *names: str) -> "int | None":
    """Return the first of *names* that counts something in *said*; None when none does."""
    if not isinstance(said, dict):
        return None
    return next((found for name in names if type(found := said.get(name)) is int and found >= 0), None)


def usage_of(tokens: "int | None") -> "Usage | None":
    """Return the usage of an answer that counts *tokens*; None: nobody counted."""
    from ..ir.usage import Usage

    return None if tokens is None else Usage(tokens)


def _unpacked(text: str, kind: str) -> "list[float]":
    import sys
    from array import array
    from binascii import a2b_base64

    numbers = array(kind, a2b_base64(text, strict_mode=True))
    if sys.byteorder == "big":
        numbers.byteswap()
    if not numbers:
        raise ValueError("no vector where one belongs")
    return _finite([float(number) for number in numbers])


def _finite(numbers: "list[float]") -> "list[float]":
    total = sum(numbers)
    if total - total != 0 and not all(number - number == 0 for number in numbers):  # a sum of finite numbers may be none itself
        raise ValueError("something in a vector is no finite number")
    return numbers


def _check_lengths(vectors: "Sequence[list[float]]") -> None:
    lengths = {len(one) for one in vectors}
    if len(lengths) > 1:
        raise ValueError(f"vectors of {' and '.join(map(str, sorted(lengths)))} numbers in one answer")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest, EmbeddingResponse
    from ..ir.usage import Usage
    from .protocol import Target, Trouble
    from .request_body import Losses

    Vectors = tuple[Iterable[list[float]], Usage | None, str | None]
    """The vectors of an answer, what they used, and the model's name."""
    Made = Callable[[dict[str, Any], Mapping[str, str], Target], Vectors]
    Read = Callable[[int, Mapping[str, str], bytes, Target], EmbeddingResponse]
