"""What a cloud's chain was given and a provider refuses: another is asked for, once, and what is not its fault is not held against it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

import aws_world
from discover.servers import as_json, serving
from modelwright import CallError, Dispatcher
from modelwright.runtime.credentials import cloud, granting
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.replied import Replied
from runtime.dispatch.spoken import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from discover.servers import Call, Reply, Server
    from modelwright.runtime.dispatch.steps import Open

LASTS = 3600
CLOUDS = {
    "gcp-adc": ("google-vertex/gemini-2.5-flash", "google-vertex", {"GCE_METADATA_HOST": "{host}", "GOOGLE_CLOUD_PROJECT": "mine"}),
    "azure-entra": (
        "azure-openai/gpt-5.1",
        "openai-responses",
        {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": "{url}", "AZURE_OPENAI_BASE_URL": "https://acme.example"},
    ),
    "aws-sigv4": (f"amazon-bedrock/{aws_world.MODEL}", "bedrock-converse", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/role", "AWS_EC2_METADATA_DISABLED": "true"}),
}


def give(call: Call) -> Reply:
    """Give what each cloud's service gives, numbered."""
    if call.path == "/role":
        ends = datetime.fromtimestamp(time.time() + LASTS, UTC).isoformat().replace("+00:00", "Z")
        return as_json({"AccessKeyId": f"number-{call.number}", "SecretAccessKey": "s", "Token": "t", "Expiration": ends})
    return as_json({"access_token": f"number-{call.number}", "expires_in": LASTS})


class Provider:
    """A transport: answers in the cloud's protocol, and refuses the credentials that are told."""

    def __init__(self, answer: bytes) -> None:
        self.status = 401
        self.refused: set[int] | None = set()
        self.seen: list[int] = []
        self._answer = answer

    def open(self, request: Open) -> Any:
        said = next(value for name, value in request.headers.items() if name.lower() == "authorization")
        number = int(said.partition("number-")[2].partition("/")[0])
        self.seen.append(number)
        is_refused = self.refused is None or number in self.refused
        return Replied(self.status, b'{"message": "no"}') if is_refused else Replied(200, self._answer)

    def close(self) -> None:
        pass


class World:
    """A cloud, and a dispatcher whose clock can be put on."""

    def __init__(self, ref: str, provider: Provider, service: Server, environ: dict[str, str], **more: Any) -> None:
        self.ref, self.provider, self.service = ref, provider, service
        self.later = 0.0
        given: dict[str, Any] = {"state": MemoryStore(), "now": lambda: time.time() + self.later, "timer": lambda: time.monotonic() + self.later, **more}
        self.dispatcher = Dispatcher(aws_world.registry(), environ=environ, transport=provider, **given)

    def call(self) -> list[str]:
        """Return of each attempt how it failed, "" where it did not."""
        try:
            attempts = self.dispatcher.complete(self.ref, "Hello?").attempts
        except CallError as error:
            attempts = error.attempts
        return ["" if one.failure is None else one.failure.kind for one in attempts]


@pytest.fixture(params=CLOUDS)
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    ref, protocol, templates = CLOUDS[request.param]
    monkeypatch.setattr(granting, "_places", {})
    monkeypatch.setattr(cloud, "_GOOGLE_MACHINE", str(tmp_path / "none"))
    with serving(give) as service:
        environ = {"HOME": str(tmp_path), **{name: text.format(url=service.url, host=service.url.removeprefix("http://")) for name, text in templates.items()}}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        there = World(ref, Provider(SPOKEN[protocol].answer), service, environ)
        with there.dispatcher:
            yield there


def test_what_was_kept_and_is_refused_gives_way_to_another_in_the_same_call(world: World) -> None:
    assert (world.call(), world.call(), world.provider.seen) == ([""], [""], [1, 1])
    world.later, world.provider.refused = 120, {1}
    assert (world.call(), world.provider.seen[2:]) == (["auth", ""], [1, 2])
    assert (world.call(), world.provider.seen[4:]) == ([""], [2])
    assert len(world.service.calls) == 2


def test_another_that_is_refused_as_well_is_the_last(world: World) -> None:
    world.call()
    world.later, world.provider.refused = 120, None
    assert world.call() == ["auth", "auth"]
    for _ in range(3):
        world.call()
    assert len(world.service.calls) == 2, "what was given just now is not asked for anew"


def test_other_failures_leave_what_was_given_alone(world: World) -> None:
    world.call()
    world.later, world.provider.refused, world.provider.status = 120, None, 429
    assert set(world.call()) == {"rate_limit"}
    assert (len(world.service.calls), set(world.provider.seen)) == (1, {1})
