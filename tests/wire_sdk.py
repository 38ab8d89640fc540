"""The fixtures served to the vendors' own SDKs: what these read of them, beside what we read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import wire_golden
from discover.servers import Reply, serving
from modelwright.ir.chat import Text
from modelwright.wire.protocol import TroubleError
from real_software import run_with
from wire_checks import assembled

if TYPE_CHECKING:
    from modelwright.ir.chat import Response


def answers_of(protocol: str, *apart: str) -> dict[str, tuple[int, bytes]]:
    """Return status and body of every answer of *protocol* under a name that goes into a URL, without those kept *apart*."""
    found = {}
    for path in wire_golden.cases(protocol, ".response.json"):
        case = json.loads(path.read_text())
        found[path.name.removesuffix(".response.json")] = (case.get("status", 200), wire_golden.body(case["body"]))
    for path in wire_golden.cases(protocol, ".stream.txt"):
        found[path.name.removesuffix(".txt")] = (200, path.read_bytes())
    return {name: answer for name, answer in found.items() if name not in apart}


def ours(protocol: str, name: str, status: int, body: bytes) -> Response | None:
    """Return what we read; None where it is a trouble."""
    module = wire_golden.module(protocol)
    if status >= 400:
        return None
    if not name.endswith(".stream"):
        try:
            found: Response = module.read(status, {}, body)
        except TroubleError:
            return None
        return found
    decoder = module.Decoder()
    events = [*decoder.feed(body), *decoder.end()]
    return assembled(events) if decoder.is_done else None


def served(protocol: str, package: str, version: str, program: str, where: str, *apart: str) -> tuple[dict[str, Any], dict[str, tuple[int, bytes]]]:
    """Return what *program*, which uses *package*, reads of the answers of *protocol*, and these; *where* it names the case: in the `body` or the `path`."""
    answers = answers_of(protocol, *apart)

    def answer(call: Any) -> Reply:
        name = json.loads(call.body)["model"] if where == "body" else call.path.rpartition("/")[2].partition(":")[0]
        status, body = answers[name]
        kind = "text/event-stream" if name.endswith(".stream") else "application/json"
        return Reply(status=status, body=body, headers={"Content-Type": kind})

    with serving(answer) as server:
        return run_with(package, version, program, server.url, json.dumps(sorted(answers))), answers


def text_of(response: Response) -> str:
    """Return what was said and not thought."""
    return "".join(part.text for part in response.content if isinstance(part, Text))
