"""
A server of Chat Completions on loopback that has its answers ready, so that what is measured is who asks: `answering.py`.

It prints its port and serves until its standard input ends. Under `/dead` it answers 503 and nothing else; `/asked` says how
often that happened. A stream is CHUNKS pieces of text, each written by itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

CHUNKS = 1_000
_COMMON = {"id": "chatcmpl-1", "created": 1_750_000_000, "model": "model", "system_fingerprint": "fp_1"}
_USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


def _whole(status: str, said: Any) -> bytes:
    body = json.dumps(said).encode()
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def _event(choices: list[dict[str, Any]], **more: Any) -> bytes:
    said = b"data: " + json.dumps({**_COMMON, "object": "chat.completion.chunk", "choices": choices, **more}, separators=(",", ":")).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(said), said)


def _choice(delta: dict[str, str], reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]


ANSWER = _whole(
    "200 OK",
    {
        **_COMMON,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "The sky is blue.", "refusal": None}, "logprobs": None, "finish_reason": "stop"}],
        "usage": _USAGE,
    },
)
_DEAD = _whole("503 Service Unavailable", {"error": {"message": "overloaded", "type": "server_error", "code": None, "param": None}})
_STREAM = [
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    _event(_choice({"role": "assistant", "content": ""})),
    *(_event(_choice({"content": f" word{number}"})) for number in range(CHUNKS)),
    _event(_choice({}, "stop")),
    _event([], usage=_USAGE),
    b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n",
]


class _Server(asyncio.Protocol):
    asked = 0

    def __init__(self) -> None:
        self.held = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, end, body = self.held.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if not end or len(body) < length:
            return
        self.held = b""
        path = lines[0].split(b" ")[1]
        if path == b"/asked":
            self.transport.write(_whole("200 OK", _Server.asked))
        elif path.startswith(b"/dead"):
            _Server.asked += 1
            self.transport.write(_DEAD)
        elif json.loads(body).get("stream"):
            for piece in _STREAM:
                self.transport.write(piece)
        else:
            self.transport.write(ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
