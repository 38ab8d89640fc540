"""
Calls at the same time, in a process that is warm: `crowding.py modelwright|litellm PORT [ARTIFACT]`.

It runs in the interpreter of what it measures. For each name that it reads it makes CALLERS calls at once for SECONDS, again and
again, and prints JSON: calls a second, and microseconds of CPU a call.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Calls = dict[str, Callable[[], Awaitable[object]]]

CALLERS = 64
SECONDS = 1.5
_PROMPT = "Why is the sky blue?"
_BODY: dict[str, Any] = {"model": "model", "messages": [{"role": "user", "content": _PROMPT}], "max_tokens": 100}
_KEY = "sk-0123456789abcdef"


async def _crowd(call: Callable[[], Awaitable[object]], seconds: float) -> dict[str, float]:
    until, done = time.perf_counter() + seconds, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await call()
            done += 1

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return {"calls": done / (time.perf_counter() - began), "cpu": (time.process_time() - cpu) / done * 1e6}


async def _modelwright(port: str, path: str) -> Calls:
    import aiohttp
    import httpx

    import modelwright

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    url, body, headers = f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(_BODY).encode(), {"authorization": f"Bearer {_KEY}", "content-type": "application/json"}
    registry, request = modelwright.load(path), modelwright.Request(_PROMPT, max_output_tokens=100)

    async def bare() -> object:
        async with session.post(url, data=body, headers=headers) as answer:
            return json.loads(await answer.read())

    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))

    async def bare_httpx() -> object:
        return json.loads((await client.post(url, content=body, headers=headers)).content)

    def ours(transport: str, **more: Any) -> Callable[[], Awaitable[object]]:
        dispatcher = modelwright.AsyncDispatcher(registry, environ={"KEY": _KEY}, transport=transport, **more)
        return lambda: dispatcher.complete("alive/model", request)

    return {"bare": bare, "ours": ours("aiohttp", budgets=()), "budget": ours("aiohttp"), "httpx": ours("httpx", budgets=()), "bare httpx": bare_httpx}


async def _litellm(port: str) -> Calls:
    import litellm

    litellm.suppress_debug_info = True
    deployment = {"model_name": "alive", "litellm_params": {"model": "openai/model", "api_base": f"http://127.0.0.1:{port}/v1", "api_key": _KEY}}
    router = litellm.Router([deployment])
    return {"litellm": lambda: router.acompletion(model="alive", messages=_BODY["messages"], max_tokens=100)}


async def _main(make: Callable[..., Awaitable[Any]], port: str, *more: str) -> None:
    calls = await make(port, *more)
    for call in calls.values():
        await _crowd(call, SECONDS / 5)  # what is warmed up
    print(json.dumps({"names": list(calls)}), flush=True)
    for line in sys.stdin:  # nothing else is to run meanwhile
        print(json.dumps(await _crowd(calls[line.strip()], SECONDS)), flush=True)


if __name__ == "__main__":
    makers: dict[str, Callable[..., Awaitable[Calls]]] = {"modelwright": _modelwright, "litellm": _litellm}
    asyncio.run(_main(makers[sys.argv[1]], *sys.argv[2:]))
