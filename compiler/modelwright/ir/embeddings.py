"""Texts of which vectors are wanted, and the vectors, in no provider's words."""

from .parts import Value

PURPOSES = ("query", "document", "classification", "clustering", "similarity")
"""What vectors are for: texts that search, texts that are searched, and texts that are sorted into known groups, into unknown ones, or compared."""


class EmbeddingRequest(Value):
    """
    Texts to embed. None leaves a setting to the provider.

    `dimensions` is how long each vector is to be; `purpose` is one of `PURPOSES`; `extra` goes into the body as it is, over all else.
    """

    __slots__ = ("dimensions", "extra", "purpose", "texts")

    texts: "tuple[str, ...]"
    dimensions: "int | None"
    purpose: "str | None"
    extra: "dict[str, Any]"

    def __init__(self, texts: "str | Iterable[str]", *, dimensions: "int | None" = None, purpose: "str | None" = None, extra: "dict[str, Any] | None" = None) -> None:
        said = (texts,) if isinstance(texts, str) else tuple(texts)
        if not said:
            raise ValueError("there is nothing to embed; give at least one text")
        for number, text in enumerate(said, 1):
            if not isinstance(text, str):
                raise TypeError(f"text {number} is {type(text).__name__}; texts are embedded")
            if not text:
                raise ValueError(f"text {number} is empty; no provider embeds nothing")
        if purpose is not None and purpose not in PURPOSES:
            raise ValueError(f"{purpose!r} is no purpose; the purposes are {', '.join(PURPOSES)}")
        if dimensions is not None and (type(dimensions) is not int or dimensions < 1):
            raise ValueError(f"dimensions is {dimensions!r}; it is a whole number of at least 1")
        for name, value in (("texts", said), ("dimensions", dimensions), ("purpose", purpose), ("extra", extra or {})):
            _set(self, name, value)

    def part(self, start: int, end: int) -> "EmbeddingRequest":
        """Return the same of the texts from *start* to before *end*."""
        return EmbeddingRequest(self.texts[start:end], dimensions=self.dimensions, purpose=self.purpose, extra=self.extra)


class EmbeddingResponse(Value):
    """One vector a text, in the order of the texts. `usage` is None when the provider counted nothing, `model` what it calls the model."""

    __slots__ = ("model", "usage", "vectors")

    vectors: "tuple[list[float], ...]"
    usage: "Usage | None"
    model: "str | None"

    def __init__(self, vectors: "Iterable[list[float]]", usage: "Usage | None" = None, model: "str | None" = None) -> None:
        _set(self, "vectors", tuple(vectors))
        _set(self, "usage", usage)
        _set(self, "model", model)


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .usage import Usage
