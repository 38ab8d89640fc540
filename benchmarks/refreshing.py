"""
What a refresh takes beside a full compile of the same registry: planning, applying 1,000 changes, and gathering 60 sources.

The source is a catalogue in the shape of models.dev that says what the registry says, and another in which every fifth model
or so has changed in one way. Gathering is by the clock on the wall, since it is waiting: each source answers after a delay of
its own.
"""

from __future__ import annotations

import json
import shutil
import statistics
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from modelwright import pipeline
from modelwright.runtime.day import today
from modelwright.source.write_yaml import render_document
from peers import ROOT
from processes import FailedError, Probe, measure, output
from report import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from processes import Timing

CHANGES = 1_000
SOURCES = 60
SLOWEST_SECONDS = 2.0
_ROUNDS = 5
_WAITS = 3
_TEXTS = {"name": "name", "released_on": "release_date", "updated_on": "last_updated", "knowledge_until": "knowledge"}
_FLAGS = {"tools": "tool_call", "json_schema": "structured_output", "temperature": "temperature", "open_weights": "open_weights"}
_FIGURES = ("input", "output", "cache_read", "cache_write", "reasoning", "input_audio", "output_audio")
_STATUS = {"preview": "beta", "deprecated": "deprecated"}

Catalogue = dict[str, dict[str, Any]]
"""models.dev's `api.json`."""


def rows(registry: Path, command: str, env: dict[str, str], folder: Path) -> list[Row]:
    """Return the measurements on a copy of *registry*, made in *folder*; *command* is `providers`."""
    work = _Work(registry, command, env, folder)
    return [*work.plans_and_applies(), *_gathering(command, env, folder)]


class _Work:
    """A copy of the registry, what upstream says of it, and a review of what moved there."""

    def __init__(self, registry: Path, command: str, env: dict[str, str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._new, self._accepted, self._registry = folder / "new", folder / "accepted", folder / "refreshed"
        self._env = env | {"PROVIDERS_REGISTRY": str(self._registry)}
        shutil.copytree(registry, self._new)
        catalogue = _published(registry)
        self._same, self._moved, self._review = folder / "same.json", folder / "moved.json", folder / "review.yaml"
        self._same.write_text(json.dumps(catalogue))
        self._moved.write_text(json.dumps(_after_a_while(catalogue)))
        shutil.copytree(self._new, self._accepted)
        self._call("--baseline", "--from-file", self._same, registry=self._accepted)
        self._restore()
        self._call("--write-review", "--review", self._review, "--from-file", self._moved)
        self._review.write_text(self._review.read_text().replace("decision: pending", "decision: approved"))

    def _call(self, *arguments: str | Path, registry: Path | None = None) -> str:
        env = self._env | ({} if registry is None else {"PROVIDERS_REGISTRY": str(registry)})
        return output([self._command, "refresh", *map(str, arguments)], env)

    def _restore(self) -> None:
        shutil.rmtree(self._registry, ignore_errors=True)
        shutil.copytree(self._accepted, self._registry)

    def plans_and_applies(self) -> list[Row]:
        """The four processes, in turns with a compile."""
        self._check()
        plan = ("refresh", "--json", "--from-file")
        found = measure(
            [
                self._probe("compile", "compile", "-o", str(self._folder / "refreshed.artifact")),
                self._probe("first", *plan, str(self._same), env={"PROVIDERS_REGISTRY": str(self._new)}),
                self._probe("plan", *plan, str(self._moved)),
                self._probe("apply", "refresh", "--apply", "--review", str(self._review), changes=True),
                self._probe("approve", "refresh", "--apply", "--approve", "all", "--from-file", str(self._moved), changes=True),
            ],
            _ROUNDS,
        )
        models = f"{sum(len(provider['models']) for provider in json.loads(self._same.read_text()).values()):,} models"
        return [
            _times(f"planning a first refresh of {models}, nothing accepted yet", found, "first", 3),
            _times(f"planning a refresh of {models} with {CHANGES:,} changes", found, "plan", 3),
            _times(f"applying a review of {CHANGES:,} approved changes", found, "apply", 2),
            _times(f"gathering, planning and applying {CHANGES:,} changes in one go", found, "approve", None),
        ]

    def _probe(self, name: str, *arguments: str, env: dict[str, str] | None = None, changes: bool = False) -> Probe:
        return Probe(name=name, argv=(self._command, *arguments), env=self._env | (env or {}), before=self._restore if changes else None)

    def _check(self) -> None:
        """Raise FailedError where the commands would not do what is measured."""
        counts = [json.loads(self._call("--json", "--from-file", file))["summary"]["changes"] for file in (self._same, self._moved)]
        applied = self._call("--apply", "--review", self._review).count("applied ")
        left = json.loads(self._call("--json", "--from-file", self._moved))["summary"]["changes"]
        self._restore()
        if (*counts, applied, left) != (0, CHANGES, CHANGES, 0):
            raise FailedError(f"changes before, after, applied and left: {(*counts, applied, left)}")


def _times(what: str, found: dict[str, Timing], name: str, reach: float | None) -> Row:
    said = f"{found[name].ms:,.0f} ms, compile {found['compile'].ms:,.0f} ms"
    return Row(what=what, ours=found[name].ms / found["compile"].ms, unit="{}x compile", reach=reach, note=said)


def _published(registry: Path) -> Catalogue:
    """Return what models.dev would publish if it said what *registry* does."""
    catalog = pipeline.resolve(pipeline.Inputs(str(registry), today())).catalog
    found: Catalogue = {name: {"id": name, "name": name, "env": [], "npm": "@ai-sdk/openai-compatible", "models": {}} for name in catalog.providers}
    for entry in catalog.models.values():
        found[entry.provider]["models"][entry.id] = _model(entry.facts)
    return found


def _model(facts: dict[str, Any]) -> dict[str, Any]:
    model: dict[str, Any] = {"id": facts["id"]} | {theirs: facts[ours] for ours, theirs in _TEXTS.items() if ours in facts}
    if facts.get("status") in _STATUS:
        model["status"] = _STATUS[facts["status"]]
    model["limit"] = {name.removesuffix("_tokens"): tokens for name, tokens in facts.get("limits", {}).items()}
    model["modalities"] = {side: facts[side] for side in ("input", "output") if side in facts}
    model |= {_FLAGS[name]: value for name, value in facts.get("capabilities", {}).items()}
    if "thinking" in facts:
        model |= _reasoning(facts["thinking"])
    if "prices" in facts:
        price = facts["prices"][0]
        cost = _cost({"input_usd_per_mtok": 0, "output_usd_per_mtok": 0} if price.get("state") == "free" else price)
        tiers = [{"tier": {"size": tier["above_input_tokens"]}, **_cost(tier)} for tier in price.get("tiers", ())]
        model["cost"] = cost | ({"tiers": tiers} if tiers else {})
        model["experimental"] = {"modes": {name: {"cost": _cost(variant)} for name, variant in price.get("variants", {}).items()}}
    return model


def _reasoning(thinking: dict[str, Any]) -> dict[str, Any]:
    mode, options = thinking["mode"], []
    budget = {bound: thinking[f"{bound}_tokens"] for bound in ("min", "max") if f"{bound}_tokens" in thinking}
    if mode == "levels":
        options.append({"type": "effort", "values": thinking["levels"]})
    if mode == "toggle":
        options.append({"type": "toggle"})
    if mode == "budget" or budget:
        options.append({"type": "budget_tokens", **budget})
    return {"reasoning": mode != "none", **({"reasoning_options": options} if options else {})}


def _cost(price: dict[str, Any]) -> dict[str, Any]:
    return {name: price[f"{name}_usd_per_mtok"] for name in _FIGURES if f"{name}_usd_per_mtok" in price}


def _after_a_while(catalogue: Catalogue) -> Catalogue:
    """Return *catalogue* after CHANGES changes of all kinds, spread evenly over its models."""
    found: Catalogue = {name: provider | {"models": dict(provider["models"])} for name, provider in catalogue.items()}
    models = [(provider["models"], identity) for provider in found.values() for identity in provider["models"]]
    made = 0
    for place, (listed, identity) in enumerate(models):
        if made < CHANGES and place * CHANGES >= made * len(models) and _change(listed, identity, made % 8):
            made += 1
    return found


def _change(listed: dict[str, Any], identity: str, kind: int) -> bool:
    """Change one model in one way; tell whether it could be."""
    model = dict(listed[identity])
    cost = model.get("cost", {})
    if kind in (0, 1, 2) and any(cost.values()) and "tiers" not in cost:
        model["cost"] = {name: float(f"{usd * (0.9 if kind else 1.1):.8g}") for name, usd in cost.items()}
    elif kind == 3:
        listed[f"{identity}-next"] = model | {"id": f"{identity}-next"}
    elif kind == 4:
        del listed[identity]
        return True
    elif kind == 5 and model["limit"].get("output", 1) > 1:
        model["limit"] = model["limit"] | {"output": model["limit"]["output"] - 1}
    elif kind == 6:
        model["name"] = f"{model.get('name', identity)} Next"
    elif "temperature" in model:
        model["temperature"] = not model["temperature"]
    else:
        return False
    listed[identity] = model
    return True


def _gathering(command: str, env: dict[str, str], folder: Path) -> list[Row]:
    """Gather from servers that answer at once and from servers that take their time, in turns."""
    delays = [SLOWEST_SECONDS * (number + 1) / SOURCES for number in range(SOURCES)]
    registry = folder / "served"
    taken: dict[float, list[float]] = {0.0: [], 1.0: []}
    shutil.copytree(ROOT / "registry" / "vocabulary", registry / "vocabulary", ignore=shutil.ignore_patterns("catalogues.yaml"))
    with _served(delays) as server:
        _write_sources(registry, server.server_address[1])
        for turn in range(2 * _WAITS):
            server.patience = float(turn % 2)
            start = time.perf_counter()
            found = json.loads(output([command, "refresh", "--json", "--no-cache"], env | {"PROVIDERS_REGISTRY": str(registry)}))
            taken[server.patience].append(time.perf_counter() - start)
            if [source["state"] for source in found["sources"]] != ["ok"] * SOURCES:
                raise FailedError(f"{SOURCES} sources were served, and it found {found['sources'][:2]} …")
    at_once, waiting = (statistics.median(taken[patience]) for patience in (0.0, 1.0))
    note = f"{waiting:.2f} s by the clock, {at_once:.2f} s without delays; slowest {max(delays):.2f} s, sum {sum(delays):.1f} s"
    return [Row(what=f"gathering {SOURCES} sources on loopback, what their delays add", ours=(waiting - at_once) / max(delays), unit="{}x the slowest", reach=1.1, note=note)]


def _write_sources(registry: Path, port: int) -> None:
    sources = {"default": {"from": "a benchmark", "read_on": today()}}
    for number in range(SOURCES):
        name, url = f"host-{number}", f"http://127.0.0.1:{port}/{number}"
        route = {"id": "api", "label": "API key", "protocol": "openai-chat", "base_url": url, "auth": {"kind": "bearer"}}
        listing = {"adapter": "openai-models", "url": "${base_url}/models", "auth": "none", "authoritative": ["id"]}
        head = {"id": name, "name": name, "kind": "hosted", "order": number + 1, "billing": "unknown", "routes": [route], "discovery": [listing], "sources": sources}
        for kind, folder, data in (("provider", "providers", head), ("models", "models", {"provider": name, "sources": sources, "models": [{"id": "some-model"}]})):
            (registry / folder).mkdir(exist_ok=True)
            (registry / folder / f"{name}.yaml").write_text(render_document(data, schema=kind))


class _Server(ThreadingHTTPServer):
    """Answers `/NUMBER/models` after a delay of its own, as long as it has *patience*."""

    daemon_threads = True
    request_queue_size = 2 * SOURCES
    delays: Sequence[float] = ()
    patience = 0.0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        time.sleep(self.server.patience * self.server.delays[int(self.path.split("/")[1])])
        body = json.dumps({"data": [{"id": "some-model", "object": "model"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _served(delays: list[float]) -> Iterator[_Server]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.delays = delays
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
