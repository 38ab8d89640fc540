"""A count of tokens by the provider, or, where that cannot be had, a guess that says so."""

from ...ir.usage import Usage
from .errors import CallError
from .token_count import TokenCount


class Counting:
    """The count of *request* that *run* asks for; with *is_exact* nothing takes its place."""

    __slots__ = ("_is_exact", "_request", "_run")

    def __init__(self, run: "Run", request: "Request", *, is_exact: bool) -> None:
        self._run = run
        self._request = request
        self._is_exact = is_exact

    def steps(self) -> "Generator[Any, Any, TokenCount]":
        """Yield what is to be done; return the count. Raises CallError where it has to be the provider's and there is none."""
        try:
            return (yield from self._run.steps())  # type: ignore[no-any-return]  # what counting brings
        except CallError as error:
            if self._is_exact:
                raise
            guess = Usage.estimate(_said_in(self._request))
            return TokenCount(guess.input_tokens, None, error.attempts, (), error.routing, str(error))


def _said_in(request: "Request") -> str:
    """Return all the text of *request*; what goes into the model as something else is not counted."""
    from json import dumps

    pieces: list[str] = []
    for message in request.messages:
        for part in message.content:
            pieces += [getattr(part, name) for name in ("text", "name", "arguments") if isinstance(getattr(part, name, None), str)]
            pieces += [one.text for one in getattr(part, "content", ()) if isinstance(getattr(one, "text", None), str)]
    for tool in request.tools:
        pieces += [tool.name, tool.description, dumps(tool.parameters)]
    if request.json_schema is not None:
        pieces.append(dumps(request.json_schema))
    return "".join(pieces)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from ...ir.chat import Request
    from .engine import Run
