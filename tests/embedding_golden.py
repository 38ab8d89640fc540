"""
Every model of the registry that makes embeddings, and the exact request that two texts are sent in.

`fixtures/embedding-models.txt` has a line a model. `python tests/embedding_golden.py --write` rewrites it; review the difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "fixtures" / "embedding-models.txt"


def shown() -> str:
    """Return what is sent for each of them, or why nothing is."""
    import routes_golden

    told = ""
    for provider in routes_golden.registry().providers():
        for model in routes_golden.registry().models(provider["id"]):
            if model.output == ("embedding",):
                told += f"{model.ref}\n    {_sent(provider, model._facts.get('routes', [provider['routes'][0]['id']])[0], model.id)}\n"
    return told


def _sent(provider: dict[str, object], route: str, model: str) -> str:
    import routes_golden
    from modelwright.runtime.dispatch.dispatcher import Dispatcher
    from modelwright.runtime.dispatch.errors import CallError

    heard = routes_golden.Heard()
    with Dispatcher(routes_golden.registry(), transport=heard, environ=routes_golden.environment(provider), failover="off") as dispatcher:
        try:
            dispatcher.embed(f"{provider['id']}.{route}/{model}", ["one", "two"], dimensions=64, purpose="document", lossy=True)
        except CallError as error:
            if not heard.opened:
                return f"{routes_golden.SILENT}: {error}"
    (sent,) = heard.opened
    return f"{sent.method} {sent.url} {sent.body.decode()}"


if __name__ == "__main__" and sys.argv[1:2] == ["--write"]:
    FILE.write_text(shown())
