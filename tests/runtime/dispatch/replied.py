"""What a transport that plays a provider answers: all of it in one piece."""

from __future__ import annotations

import json
from typing import Any

from modelwright.runtime.dispatch.steps import Head


class Replied:
    """An answer of *status* with *body*, as it is or as JSON."""

    def __init__(self, status: int, body: Any) -> None:
        self._pieces = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        self.head = Head(status, {"content-type": "text/event-stream" if self._pieces[0].startswith(b"data:") else "application/json"})

    def read(self, _: float) -> bytes | None:
        return self._pieces.pop() if self._pieces else None

    def close(self) -> None:
        self._pieces.clear()
