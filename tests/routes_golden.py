"""
Every route of the registry, and the exact requests that go through it.

    fixtures/routes/<provider>.http   per route a plain request, and one that streams, thinks and goes on after a tool, or texts to embed, as they are sent

A route that its models reach in different ways, by another protocol or at another place, is shown once for each way. Variables that
have a default have it, others are called like themselves. `python tests/routes_golden.py --write` rewrites them; review
the difference.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "routes"
TODAY = "2026-11-28"
KEY = "THE_KEY"
PLACE = "https://host.example"
STAND_IN = "some-model"
METADATA = "metadata.example"
SILENT = "nothing is sent"
PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
"""A profile of the user's own, which is said to be of a model of the registry."""

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwright.ir.chat import Request
    from modelwright.ir.parts import Part
    from modelwright.ir.resolved import Model
    from modelwright.runtime.registry import Registry


@cache
def registry() -> Registry:
    """Return the real registry with an account for every route, and a model for providers that have none."""
    from modelwright import pipeline
    from modelwright.cli import build
    from modelwright.resources import registry_dir
    from modelwright.runtime.registry import Registry

    with tempfile.TemporaryDirectory() as folder:
        plain = Registry(_compiled(folder, pipeline.Inputs(registry_dir(), TODAY)))
        file = Path(folder) / "models.json"
        file.write_text(json.dumps(_overlay(plain)))
        user = pipeline.UserFile(str(file), "user/models.json", "user", True)
        result = pipeline.resolve(pipeline.Inputs(registry_dir(), TODAY, (user,)))
        assert result.is_sound, "\n".join(map(str, result.findings))
        path = Path(folder) / "routes.artifact"
        build.write(str(path), build.artifact_bytes(result))
        return Registry(str(path))


def _compiled(folder: str, inputs: Any) -> str:
    from modelwright import pipeline
    from modelwright.cli import build

    path = str(Path(folder) / "plain.artifact")
    build.write(path, build.artifact_bytes(pipeline.resolve(inputs)))
    return path


def _overlay(plain: Registry) -> dict[str, Any]:
    accounts: dict[str, Any] = {}
    providers: dict[str, Any] = {"amazon-bedrock": {"models": {PROFILE: {"inherit": "amazon-bedrock/cohere.embed-v4:0", "routes": ["converse"]}}}}
    for provider in plain.providers():
        if not any(True for _ in plain.models(provider["id"])):
            providers[provider["id"]] = {"models": {STAND_IN: {"name": "A stand-in", "limits": {"context_tokens": 100000, "output_tokens": 10000}}}}
        for route in provider["routes"]:
            kind = plain.words("auth")[route["auth"]["kind"]]
            steps = ["chain"] if kind.get("chain") and kind.get("parts") != ["key"] else [{"env": KEY}] if kind.get("secret") else ["none"]
            unset = [name for name, variable in provider.get("variables", {}).items() if "default" not in variable and "env" not in variable]
            more: dict[str, Any] = {"variables": {name: f"the-{name.replace('_', '-')}" for name in unset}} if unset else {}
            if "base_url" not in route:
                more["base_url"] = PLACE
            accounts[account_of(provider, route)] = {"provider": provider["id"], "route": route["id"], "credentials": steps, **more}
    return {"version": 1, "providers": providers, "accounts": accounts}


def account_of(provider: dict[str, Any], route: dict[str, Any]) -> str:
    return f"{provider['id']}.{route['id']}"


def is_for_vectors(model: Model) -> bool:
    return model.output == ("embedding",)


def environment(provider: dict[str, Any]) -> dict[str, str]:
    """Return an environment with the key and every variable that has no default."""
    environ = {KEY: "the-key", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret", "GCE_METADATA_HOST": METADATA}
    for name, variable in provider.get("variables", {}).items():
        if "default" not in variable and variable.get("env"):
            environ.setdefault(variable["env"][0], f"the-{name.replace('_', '-')}")
    return environ


class Heard:
    """A transport that keeps what it is to send, and sends nothing."""

    def __init__(self) -> None:
        self.opened: list[Any] = []

    def open(self, request: Any) -> Any:
        from modelwright.runtime.dispatch.steps import UNREACHABLE, Down

        self.opened.append(request)
        return Down(UNREACHABLE, "this is no network")

    def close(self) -> None:
        pass


def shown(provider: dict[str, Any]) -> str:
    """Return what is sent through every route of *provider*, in the form that HTTP has on the wire."""
    return "\n".join(_shown(provider, route, protocol, models) for route in provider["routes"] for protocol, models in ways(provider, route))


def ways(provider: dict[str, Any], route: dict[str, Any]) -> list[tuple[str, list[Model]]]:
    """Return each way in which models are reached through *route*: the protocol, and the models."""
    ways: dict[tuple[str, str, bool], list[Model]] = {}
    for model in registry().models(provider["id"]):
        offered = model._facts.get("routes")
        if offered is None or route["id"] in offered:
            mine = registry().resolve(f"{account_of(provider, route)}/{model.id}")
            protocol, url = _way(registry(), mine, environment(provider), route["id"])
            ways.setdefault((protocol, url, is_for_vectors(model)), []).append(mine)
    return [(protocol, models) for (protocol, *_), models in ways.items()]


def _way(registry: Registry, model: Model, environ: dict[str, str], route: str) -> tuple[str, str]:
    from modelwright.runtime.endpoint import endpoint

    place = endpoint(registry, model, environ, route, asks="embedding" if is_for_vectors(model) else "chat")
    return place.protocol, place.url.replace(quote(place.upstream_id, safe=""), "…").replace(place.upstream_id, "…")


def _shown(provider: dict[str, Any], route: dict[str, Any], protocol: str, models: list[Model]) -> str:
    """Return the requests of the first of *models*, and of the first that can think and call tools."""
    first = models[0]
    if is_for_vectors(first):
        asked: list[tuple[str, Model, Any]] = [("vectors", first, lambda dispatcher, ref: dispatcher.embed(ref, ["Why is the sky blue?", "Light is scattered."]))]
    else:
        asked = [("", first, lambda dispatcher, ref: dispatcher.complete(ref, _plain(), lossy=True))]
        able = next((model for model in models if model._facts.get("thinking", {}).get("mode", "none") not in ("none", "always") and model.can("tools")), None)
        if able is None:
            asked.append(("streamed", first, lambda dispatcher, ref: list(dispatcher.stream(ref, _plain(), lossy=True))))
        else:
            asked.append(("streamed, thinking, after a tool", able, lambda dispatcher, ref: list(dispatcher.stream(ref, _rich(), lossy=True))))
    told = ""
    for what, model, ask in asked:
        sent = _sent(provider, f"{account_of(provider, route)}/{model.asked_id}", ask)
        told += f"### {route['id']}: {model.id} by {protocol}{what and f', {what}'}\n{sent}\n\n"
        if sent.startswith(SILENT):
            break
    return told


def _plain() -> Request:
    from modelwright.ir.chat import Message, Request

    return Request([Message("system", "Be brief."), Message("user", "Why is the sky blue?")], max_output_tokens=2000)


def _rich() -> Request:
    from modelwright.ir.chat import Message, Request, Tool
    from modelwright.ir.parts import Text, Thinking, ToolCall, ToolResult

    tool = Tool("look", "Look at the sky.", {"type": "object", "properties": {"where": {"type": "string"}}, "required": ["where"]})
    turn: list[Part] = [Thinking("I had better look."), Text("Let me see."), ToolCall("call_1", "look", '{"where":"up"}')]
    turns = [Message("system", "Be brief."), Message("user", "Is it blue?"), Message("assistant", turn), Message("tool", [ToolResult("call_1", "It is.", name="look")])]
    return Request(turns, tools=[tool], thinking="high", max_output_tokens=20000, temperature=0.5)


def _sent(provider: dict[str, Any], ref: str, ask: Callable[[Any, str], object]) -> str:
    from modelwright.runtime.credentials.answer import Granted
    from modelwright.runtime.credentials.granting import granted
    from modelwright.runtime.dispatch.dispatcher import Dispatcher
    from modelwright.runtime.dispatch.errors import CallError

    heard = Heard()
    scopes = registry().words("auth")["gcp-adc"]["scopes"]
    granted((METADATA, *scopes), time, lambda: Granted({"key": "the-token"}, float("inf")), early_seconds=0)  # as if the server had been asked
    with Dispatcher(registry(), transport=heard, environ=environment(provider), failover="off") as dispatcher:
        try:
            ask(dispatcher, ref)
        except CallError as error:
            if not heard.opened:
                return f"{SILENT}: {error}\n"
    (sent,) = heard.opened
    headers = "".join(f"{name}: {_steady(name, value)}\n" for name, value in sorted(sent.headers.items()))
    return f"{sent.method} {sent.url}\n{headers}\n{sent.body.decode()}\n"


def _steady(name: str, value: str) -> str:
    """Return the value of a header, but of one that differs each time what it is."""
    if name == "X-Amz-Date":
        return "THE_TIME"
    scope, signed, _ = value.split(", ") if value.startswith("AWS4-HMAC-SHA256 ") else (value, "", "")
    day = scope.split("/")[1] if signed else ""
    return f"{scope.replace(day, 'THE_DAY')}, {signed}, Signature=THE_SIGNATURE" if signed else value


def goldens() -> dict[Path, str]:
    """Return every file and what has to be in it."""
    return {FIXTURES / f"{provider['id']}.http": shown(provider) for provider in registry().providers()}


if __name__ == "__main__" and sys.argv[1:2] == ["--write"]:
    shutil.rmtree(FIXTURES, ignore_errors=True)
    FIXTURES.mkdir()
    for path, text in goldens().items():
        path.write_text(text)
