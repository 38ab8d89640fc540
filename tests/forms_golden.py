"""
What goes over the wire where something else than chat is asked for, in files under `fixtures/forms/<form>/`.

`<case>.request.json` (`request`, `target`) in, exactly `<case>.call.json` out; `<case>.response.json` (`status`, `target`, `body`)
in, exactly `<case>.answer.json` out.

`python tests/forms_golden.py --write [form …]` rewrites the expected files; review the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import wire_golden

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "forms"
EXPECTED = {".request.json": ".call.json", ".response.json": ".answer.json"}
module = wire_golden.module


def forms() -> list[str]:
    """Return the forms that have fixtures."""
    return sorted(path.name for path in FIXTURES.iterdir())


def cases(form: str, ending: str) -> list[Path]:
    """Return the files of *form* whose names end in *ending*."""
    return sorted(path for path in (FIXTURES / form).iterdir() if path.name.endswith(ending))


def expected(path: Path) -> Path:
    """Return where the expected output of the case *path* is."""
    ending = next(ending for ending in EXPECTED if path.name.endswith(ending))
    return path.with_name(path.name.removesuffix(ending) + EXPECTED[ending])


def asked(form: str, data: dict[str, Any]) -> Any:
    """Return the request that *data* writes: texts to embed, or a chat to count."""
    from chat_form import request_of
    from modelwright.ir.embeddings import EmbeddingRequest

    return request_of(data) if form.endswith("-count") else EmbeddingRequest(**data)


def outcome(path: Path) -> str:
    """Return what the form makes of the case *path*, as JSON."""
    case = json.loads(path.read_text())
    name = path.parent.name
    found = wire_golden.called(module(name), case, lambda data: asked(name, data)) if path.name.endswith(".request.json") else _answer(module(path.parent.name), case)
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _answer(form: Any, case: dict[str, Any]) -> Any:
    from chat_form import target_of, written
    from modelwright.wire.protocol import TroubleError

    status, headers, sent = case.get("status", 200), case.get("headers", {}), wire_golden.body(case["body"])
    if not 200 <= status < 300:
        return {"trouble": written(form.trouble(status, headers, sent))}
    try:
        found = form.read(status, headers, sent, target_of(case.get("target", {})))
    except TroubleError as error:
        return {"trouble": written(error.trouble)}
    return (
        {"input_tokens": found} if isinstance(found, int) else {name: written(getattr(found, name)) for name in ("vectors", "usage", "model") if getattr(found, name) is not None}
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    sys.path.insert(0, str(ROOT / "tests"))
    for name in [word for word in sys.argv[1:] if not word.startswith("-")] or forms():
        for one in [case for ending in EXPECTED for case in cases(name, ending)]:
            expected(one).write_text(outcome(one))
