"""Messages as turns of a user and an assistant, instructions apart, in which the results of tools come right after their calls."""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .call_ids import CallIds
from .unsaid import is_own

TYPE_CHECKING = False  # here, for the methods that only protocols have are declared
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar

    from ..ir.chat import Message
    from ..ir.parts import Part
    from .request_body import Losses

_PLACES: "dict[str, tuple[type, ...]]" = {
    "system": (Text, Opaque),
    "user": (Text, Media, ToolResult, Opaque),
    "tool": (Text, Media, ToolResult, Opaque),
    "assistant": (Text, Thinking, ToolCall, Opaque),
}


class TurnWriter:
    """Writes messages for a protocol, which says what its blocks look like; `system` is what goes beside the turns."""

    __slots__ = ("_ids", "_keeps_unsigned", "_losses", "system")

    protocol: "ClassVar[str]"

    def __init__(self, losses: "Losses", id_form: "Callable[[str], str]", *, keeps_unsigned: bool) -> None:
        self._losses = losses
        self._keeps_unsigned = keeps_unsigned
        self._ids = CallIds(id_form)
        self.system: list[dict[str, Any]] = []

    def turns(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the turns; messages of one side that follow each other are one."""
        turns: list[dict[str, Any]] = []
        for message in messages:
            if message.role == "system":
                if turns:
                    self._losses.add("an instruction between the turns", "put it at the beginning", "it goes to the beginning")
                self._write(message, self.system)
                continue
            side = "assistant" if message.role == "assistant" else "user"
            if side == "assistant" and turns and turns[-1]["role"] == "user":
                self._ids.begin_turn()
            blocks: list[dict[str, Any]] = []
            self._write(message, blocks)
            _go_on(turns, side, blocks)
        return self._paired(turns)

    def _paired(self, turns: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
        """Return *turns* in which every call has its result at the beginning of the next one."""
        unpaired: set[int] = set()
        open_calls: dict[str, dict[str, Any]] = {}
        for turn in [*turns, {"role": "user", "content": []}]:
            if turn["role"] == "user":
                for block in turn["content"]:
                    number = self._answered(block)
                    if number is not None and open_calls.pop(number, None) is None:
                        self._losses.add(f"the result {number!r} without its call right before it", "put the call before it or leave it out")
                        unpaired.add(id(block))
            for number, call in open_calls.items():
                self._losses.add(f"the call {number!r} without its result right after it", "add a ToolResult or leave out the call")
                unpaired.add(id(call))
            open_calls = {number: block for block in turn["content"] if (number := self._called(block)) is not None}
        found: list[dict[str, Any]] = []
        for turn in turns:
            _go_on(found, turn["role"], [block for block in turn["content"] if id(block) not in unpaired])
        for turn in found:
            turn["content"] = self._results_first(turn["content"])
        return found

    def _write(self, message: "Message", blocks: "list[dict[str, Any]]") -> None:
        for part in message.content:
            if not isinstance(part, _PLACES[message.role]):
                self._losses.add(f"a {type(part).__name__} in a message of role {message.role!r}", "move it or leave it out")
            elif not isinstance(part, Opaque):
                blocks += self._blocks(part)
            elif is_own(part, self.protocol, self._losses):
                self._put_back(part.data, blocks)

    def _block(self, part: "Part") -> "dict[str, Any] | None":
        """Return the block of *part*; None: nothing is said of it."""
        if isinstance(part, Text):
            return self._text(part)
        if isinstance(part, Media):
            return self._media(part)
        if isinstance(part, ToolCall):
            return self._call(part)
        if isinstance(part, ToolResult):
            return self._result(part)
        assert isinstance(part, Thinking)
        own = part.over(self.protocol)
        if own.redacted is None and own.signature is None and not (own.text and self._keeps_unsigned):
            if own.text:
                self._losses.thinking()
            return None
        return self._thought(own)

    if TYPE_CHECKING:

        def _blocks(self, part: Part) -> list[dict[str, Any]]:
            """Return the block of *part*, and what goes with it."""

        def _text(self, part: Text) -> dict[str, Any] | None: ...

        def _media(self, part: Media) -> dict[str, Any] | None: ...

        def _call(self, part: ToolCall) -> dict[str, Any]: ...

        def _result(self, part: ToolResult) -> dict[str, Any]: ...

        def _thought(self, own: Thinking) -> dict[str, Any]:
            """Return the block of *own*, which has a signature unless the route's quirk `replay_reasoning` says that it is taken without."""

        def _put_back(self, data: dict[str, Any], blocks: list[dict[str, Any]]) -> None:
            """Put into *blocks* what the protocol said itself."""

        def _called(self, block: dict[str, Any]) -> str | None:
            """Return the id of the call that *block* is; None: it is none."""

        def _answered(self, block: dict[str, Any]) -> str | None:
            """Return the id of the call whose result *block* is; None: it is none."""

        def _results_first(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]: ...


def _go_on(turns: "list[dict[str, Any]]", side: str, blocks: "list[dict[str, Any]]") -> None:
    """Add *blocks* to *turns*, whose last may be of the same *side*."""
    if turns and turns[-1]["role"] == side:
        turns[-1]["content"] += blocks
    elif blocks:
        turns.append({"role": side, "content": blocks})
