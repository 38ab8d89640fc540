"""A transport that plays a script, and a clock that runs when something is waited for: nothing here takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwright.runtime.dispatch.steps import Down, Head

if TYPE_CHECKING:
    from modelwright.runtime.dispatch.steps import Open

Piece = "bytes | Down | float"


class Timer:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Scripted:
    """Answers every request with *status* and *pieces*: bytes, a number of seconds that pass, or what went wrong."""

    def __init__(self, *pieces: Any, status: int = 200) -> None:
        self.timer = Timer()
        self.asked: list[Open] = []
        self.waits: list[float] = []
        self.closed = 0
        self._status, self._pieces = status, pieces

    def open(self, request: Open) -> Any:
        self.asked.append(request)
        return _Reply(self, self._status, list(self._pieces))

    def close(self) -> None:
        self.closed += 1


class _Reply:
    def __init__(self, script: Scripted, status: int, pieces: list[Any]) -> None:
        self.head = Head(status, {})
        self._script, self._pieces = script, pieces

    def read(self, seconds: float) -> bytes | Down | None:
        self._script.waits.append(seconds)
        while self._pieces:
            piece = self._pieces.pop(0)
            if isinstance(piece, (bytes, Down)):
                return piece
            self._script.timer.now += piece
        return None

    def close(self) -> None:
        self._script.closed += 1
