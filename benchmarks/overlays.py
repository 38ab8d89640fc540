"""What a user's file of 1,000 entries adds: to a compile, in every dialect, and to a cold load of what was compiled."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from peers import ROOT
from processes import Probe, measure
from report import Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENTRIES = 1_000
_ROUNDS = 9
_ADDRESS = "https://llm.acme.example/v1"
_CUSTOM = ("custom-openai", "ollama")
"""What users' own servers are to the dialects; the catalogue has no such providers."""
_LIMITS = {"context_tokens": 128_000, "output_tokens": 8_192}


def rows(registry: Path, refs: Sequence[str], command: str, python: str, env: dict[str, str], folder: Path) -> list[Row]:
    """Return the measurements on *registry*, which has the models *refs*; *command* is `providers`."""
    whole = folder / "with-custom"
    shutil.copytree(registry, whole)
    for name in _CUSTOM:
        shutil.copy(ROOT / "registry" / "providers" / f"{name}.yaml", whole / "providers")
    env = env | {"PROVIDERS_REGISTRY": str(whole)}
    files = {}
    for name, said in _files(refs).items():
        files[name] = folder / f"{name}.json"
        files[name].write_text(json.dumps(said, indent=1))
    compiles = {"none": [], **{name: ["--config", str(file)] for name, file in files.items()}}
    probes = [Probe(name=name, argv=(command, "compile", "-o", str(folder / f"{name}.artifact"), *more), env=env) for name, more in compiles.items()]
    found = measure(probes, _ROUNDS)
    what, less = "a compile with {} of {:,} entries, over one without", found["none"].ms
    table = [
        Row(what=what.format(name.replace("-", " "), ENTRIES), ours=found[name].ms / less * 100 - 100, unit="{} %", reach=10, note=f"{found[name].ms:,.0f} ms, without {less:,.0f}")
        for name in files
    ]
    code = "import modelwright as m; r = m.load({path!r}); m.cost(r.resolve({ref!r}), m.Usage(input_tokens=1000)).state"
    cold = [Probe(name=name, argv=(python, "-c", code.format(path=str(folder / f"{name}.artifact"), ref=refs[len(refs) // 2])), env=env) for name in ("none", "changes")]
    loads = measure(cold, _ROUNDS * 4)
    more = loads["changes"].ms - loads["none"].ms
    return [*table, Row(what=f"a cold load and resolve with {ENTRIES:,} entries compiled in, over without", ours=more, unit="{} ms", reach=0.2)]


def _files(refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return a file for each dialect, with models of the user's own; and one that changes models of the registry."""
    changed: dict[str, Any] = {}
    for ref in refs[:: max(1, len(refs) // ENTRIES)][:ENTRIES]:
        provider, _, model = ref.partition("/")
        changed.setdefault(provider, {"models": {}})["models"][model] = {"name": f"Ours: {model}"}
    ids = [f"model-{number}" for number in range(ENTRIES)]
    price = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
    cost = {"input": 1, "output": 2, "cacheRead": 0.1, "cacheWrite": 1}
    return {
        "changes": {"version": 1, "providers": changed},
        "new-models": {"version": 1, "providers": {"acme": {"base_url": _ADDRESS, "models": {name: {"limits": _LIMITS, "prices": [price]} for name in ids}}}},
        "sophon": {"providers": [{"id": "acme", "providerType": "custom-openai", "baseUrl": _ADDRESS, "models": [{"id": name} for name in ids]}]},
        "sloppy": {"models": [{"title": f"local-{name}", "apiKey": "", "apiUrl": "http://127.0.0.1:11434", "model": f"ollama:{name}"} for name in ids]},
        "routerly": {"models": [{"id": name, "provider": "custom", "endpoint": _ADDRESS, "cost": {"inputPerMillion": 1, "outputPerMillion": 2}} for name in ids]},
        "zot": {"providers": {"acme": {"baseUrl": _ADDRESS, "models": [{"id": name, "contextWindow": 128_000, "maxTokens": 8_192} for name in ids]}}},
        "fased": {
            "models": {
                "providers": {
                    "acme": {
                        "baseUrl": _ADDRESS,
                        "api": "openai-completions",
                        "models": [{"id": name, "name": name, "reasoning": False, "input": ["text"], "cost": cost, "contextWindow": 128_000, "maxTokens": 8_192} for name in ids],
                    }
                }
            }
        },
    }
