"""
What goes over the wire, in files under `fixtures/wire/<protocol>/`.

`<case>.request.json` (`request`, `target`) in, exactly `<case>.call.json` out; `<case>.response.json` (`status`, `headers`, `body`)
in, exactly `<case>.answer.json` out; `<case>.stream.txt`, the bytes of a stream, or `<case>.frames.json`, the messages of a binary one
(`event_frames`), in, exactly `<case>.events.json` out.

`python tests/wire_golden.py --write [protocol …]` rewrites the expected files; review the difference.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "wire"
EXPECTED = {".request.json": ".call.json", ".response.json": ".answer.json", ".stream.txt": ".events.json", ".frames.json": ".events.json"}
STREAMS = (".stream.txt", ".frames.json")


def cases(protocol: str, ending: str) -> list[Path]:
    """Return the files of *protocol* whose names end in *ending*."""
    return sorted(path for path in (FIXTURES / protocol).iterdir() if path.name.endswith(ending))


def protocols() -> list[str]:
    """Return the protocols that have fixtures."""
    return sorted(path.name for path in FIXTURES.iterdir())


def module(protocol: str) -> Any:
    """Return the module of *protocol*."""
    return import_module(f"modelwright.wire.{protocol.replace('-', '_')}")


def expected(path: Path) -> Path:
    """Return where the expected output of the case *path* is."""
    ending = next(ending for ending in EXPECTED if path.name.endswith(ending))
    return path.with_name(path.name.removesuffix(ending) + EXPECTED[ending])


def body(given: Any) -> bytes:
    """Return the bytes of a body: JSON, or a text as it is."""
    return given.encode() if isinstance(given, str) else json.dumps(given).encode()


def streamed(path: Path) -> bytes:
    """Return the bytes of the stream of the case *path*."""
    from event_frames import stream

    return stream(json.loads(path.read_text())) if path.name.endswith(".frames.json") else path.read_bytes()


def outcome(path: Path) -> str:
    """Return what the protocol makes of the case *path*, as JSON."""
    protocol = module(path.parent.name)
    if path.name.endswith(".request.json"):
        found = called(protocol, json.loads(path.read_text()))
    elif path.name.endswith(".response.json"):
        found = _answer(protocol, json.loads(path.read_text()))
    else:
        found = _stream(protocol, streamed(path))
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def called(protocol: Any, case: dict[str, Any], asked: Callable[[dict[str, Any]], Any] | None = None) -> dict[str, Any]:
    """Return what *protocol*, or a form, makes of a case whose request is what *asked* makes of it; a chat where nothing is said."""
    from chat_form import request_of, target_of
    from modelwright.wire.protocol import UnspeakableError

    request, target = (asked or request_of)(case["request"]), target_of(case.get("target", {}))
    found: dict[str, Any] = {}
    try:
        call = protocol.build(request, target)
    except UnspeakableError as error:
        call = protocol.build(request, target, lossy=True)
        found = {"without losses": str(error)}
    return {**found, "url": call.url, "headers": call.headers, "body": json.loads(call.body), **({"losses": call.losses} if call.losses else {})}


def _answer(protocol: Any, case: dict[str, Any]) -> dict[str, Any]:
    from chat_form import written
    from modelwright.wire.protocol import TroubleError

    status, headers, sent = case.get("status", 200), case.get("headers", {}), body(case["body"])
    if not 200 <= status < 300:
        return {"trouble": written(protocol.trouble(status, headers, sent))}
    try:
        response = protocol.read(status, headers, sent)
    except TroubleError as error:
        return {"trouble": written(error.trouble)}
    return {"response": {name: value for name, value in written(response).items() if name not in ("kind", "raw")}}


def _stream(protocol: Any, sent: bytes) -> dict[str, Any]:
    from chat_form import written
    from modelwright.wire.assemble import Assembler

    decoder, assembler = protocol.Decoder(), Assembler()
    events = [*decoder.feed(sent), *decoder.end()]
    for event in events:
        assembler.take(event)
    response = {name: value for name, value in written(assembler.response).items() if name != "kind"}
    return {"is_done": decoder.is_done, "events": written(events), "response": response}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    sys.path.insert(0, str(ROOT / "tests"))
    for name in [word for word in sys.argv[1:] if not word.startswith("-")] or protocols():
        for one in [case for ending in EXPECTED for case in cases(name, ending)]:
            expected(one).write_text(outcome(one))
