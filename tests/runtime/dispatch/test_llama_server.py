"""Calls of a real server with a real model, however little that knows: llama.cpp."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conftest import ON
from discover.servers import as_json, serving
from llama_server import llama_server
from modelwright import Registry, pipeline
from modelwright.cli import build
from modelwright.ir.chat import Request
from modelwright.resources import registry_dir
from modelwright.runtime.dispatch.errors import CallError
from runtime.dispatch.desk import PATIENT, Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTEXT_TOKENS, MOST_TOKENS = 256, 12


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_server(tmp_path_factory.mktemp("llama"), context_tokens=CONTEXT_TOKENS) as found:
        yield found


@pytest.fixture(scope="module")
def registry(address: str, elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Return the registry with an account of a user's at that server, and a provider of theirs to fail over to."""
    folder = tmp_path_factory.mktemp("home")
    account = {"provider": "custom-openai", "route": "chat", "base_url": address, "models": ["tiny"]}
    other = {"base_url": elsewhere, "protocol": "openai-chat", "auth": {"kind": "none"}, "models": {"m": {}}}
    (folder / "models.json").write_text(json.dumps({"version": 1, "accounts": {"home": account}, "providers": {"other": other}}))
    user = pipeline.UserFile(str(folder / "models.json"), "config/models.json", "user")
    result = pipeline.resolve(pipeline.Inputs(registry_dir(), ON, (user,)))
    assert [finding.message for finding in result.findings if finding.severity == "error"] == []
    build.write(str(folder / "artifact"), build.artifact_bytes(result))
    return Registry(str(folder / "artifact"))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Serve what must not be asked."""
    with serving(lambda _: as_json({}, 500)) as server:
        yield server.url
        assert server.calls == []


REFS = ("custom-openai/tiny", "other/m")
ASKED = Request("Why is the sky blue?", max_output_tokens=MOST_TOKENS, temperature=0, seed=1, extra={"ignore_eos": True})


@pytest.mark.slow
def test_a_stream_comes_in_pieces_and_its_usage_is_what_the_server_counted(registry: Registry, tmp_path: Path) -> None:
    with Desk(registry, tmp_path, limits=PATIENT, budgets=[], environ={}).sync() as dispatcher:
        whole = dispatcher.complete(REFS, ASKED)
        stream = dispatcher.stream(REFS, ASKED)
        pieces = list(stream.texts())
        answer = stream.answer
    assert "".join(pieces) == answer.text
    assert len(pieces) > 1
    for found in (answer, whole):
        assert found.usage is not None
        assert (found.usage.output_tokens, found.usage.estimated, found.response.stop_reason) == (MOST_TOKENS, False, "length")
        assert 0 < found.usage.input_tokens < CONTEXT_TOKENS


@pytest.mark.slow
@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
def test_what_does_not_fit_is_an_overflow_and_nobody_else_is_asked(registry: Registry, tmp_path: Path, is_stream: bool) -> None:
    asked = Request("Why is the sky blue? " * 100, max_output_tokens=MOST_TOKENS)
    with Desk(registry, tmp_path, limits=PATIENT, budgets=[], environ={}).sync() as dispatcher:
        ask = (lambda: list(dispatcher.stream(REFS, asked).texts())) if is_stream else (lambda: dispatcher.complete(REFS, asked))
        with pytest.raises(CallError) as caught:
            ask()
    assert caught.value.failure is not None
    assert (caught.value.failure.kind, caught.value.failure.status, len(caught.value.attempts)) == ("context_overflow", 400, 1)
