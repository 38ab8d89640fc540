"""
A process that calls models and is told what to do, a line of JSON at a time, and answers each with one.

    {"do": "open", …}    a dispatcher, with these arguments; `artifact` is the registry, `budgets` are mappings
    {"do": "call"}       one call of `one/m`; the models that were asked, and what became of it
    {"do": "spend"}      calls until one is not answered; how many were
    {"do": "heard"}      the events since the last such question
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

import modelwright
from modelwright import AsyncDispatcher, Budget, CallError, Dispatcher
from modelwright.runtime.errors import StateError
from modelwright.runtime.state import guard

guard.RETRY_SECONDS = 0.2
KEYS = {"LOOPBACK_KEY": "sk-loopback-01"}


class Caller:
    """What one process does."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.dispatcher: Any = None
        self.loop = asyncio.new_event_loop()

    def open(self, *, artifact: str, budgets: list[dict[str, Any]], is_async: bool = False, **more: Any) -> str:
        self.close()
        kind: Any = AsyncDispatcher if is_async else Dispatcher
        self.dispatcher = kind(modelwright.load(artifact), budgets=[Budget(**one) for one in budgets], environ=KEYS, hook=lambda event, _: self.heard.append(event), **more)
        return "opened"

    def call(self) -> dict[str, Any]:
        try:
            answer = self.dispatcher.complete(["one/m", "two/m"], "Hello?", max_output_tokens=500)
            if asyncio.iscoroutine(answer):
                answer = self.loop.run_until_complete(answer)
        except StateError as error:
            return {"asked": [], "became": "state", "said": str(error)}
        except CallError as error:
            return {"asked": [one.name for one in error.attempts], "became": error.kind, "said": str(error)}
        return {"asked": [one.name for one in answer.attempts], "became": "answered", "said": answer.text}

    def spend(self) -> dict[str, Any]:
        answered = 0
        while (one := self.call())["became"] == "answered":
            answered += 1
        return {"answered": answered, **one}

    def tell(self) -> list[str]:
        heard, self.heard = self.heard, []
        return heard

    def close(self) -> str:
        dispatcher, self.dispatcher = self.dispatcher, None
        if dispatcher is not None:
            closing = dispatcher.close()
            if asyncio.iscoroutine(closing):
                self.loop.run_until_complete(closing)
        return "closed"


def main() -> None:
    warnings.simplefilter("ignore")
    caller = Caller()
    tasks: dict[str, Any] = {"open": caller.open, "call": caller.call, "spend": caller.spend, "heard": caller.tell, "close": caller.close}
    for text in sys.stdin:
        said: dict[str, Any] = json.loads(text)
        answer = tasks[said.pop("do")](**said)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
