"""What is sent to Bedrock for a user of zot's: acceptance/zot.md 17 and 18, as calls to a server that hears them byte for byte."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from aws_world import ARN, KEYS, MODEL, PROFILES, TOKEN, answering, authorization, call, registry
from modelwright.runtime.credentials import granting
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from real_software import aimock
from runtime.dispatch.loopback import serving
from runtime.dispatch.scripted import Scripted
from runtime.dispatch.spoken import SPOKEN, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run
    from runtime.dispatch.loopback import Server

REF = f"amazon-bedrock/{MODEL}"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(granting, "_places", {})
    with serving(answering) as server:
        yield server


@pytest.mark.parametrize(("region", "identity", "sent"), [*(row for row in PROFILES if row[1]), ("us-east-1", ARN, ARN)])
def test_zot_17_a_call_goes_to_the_profile_of_the_region(region: str, identity: str, sent: str, server: Server) -> None:
    """M Bedrock 12 vectors: us-east-1→us., eu-central-1→eu., …, eu.* unchanged, global.* unchanged, us.* in eu region unchanged, arn unchanged, nova unchanged."""
    ways = [(is_async, is_stream) for is_async in (False, True) for is_stream in (False, True)]
    for is_async, is_stream in ways:
        assert call(server.url, {"AWS_REGION": region, **KEYS, **TOKEN}, f"amazon-bedrock/{identity}", is_async=is_async, is_stream=is_stream) == "Hello"
    for asked, (_, is_stream) in zip(server.asked, ways, strict=True):
        assert asked.path == f"/model/{quote(sent, safe='')}/converse{'-stream' if is_stream else ''}"
        assert asked.headers["authorization"] == authorization(asked, region or "us-east-1")
        assert asked.headers["x-amz-security-token"] == TOKEN["AWS_SESSION_TOKEN"]


@pytest.mark.parametrize(
    ("environ", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "ap-southeast-2"}, "ap-southeast-2"),
        ({"AWS_DEFAULT_REGION": "ap-southeast-2", "AWS_REGION": "eu-west-1"}, "eu-west-1"),
    ],
    ids=["default", "AWS_DEFAULT_REGION", "AWS_REGION"],
)
def test_zot_18_a_call_is_signed_for_the_region_that_is_found_in_order(environ: dict[str, str], region: str, server: Server) -> None:
    """M region default us-east-1; AWS_REGION beats AWS_DEFAULT_REGION."""
    assert call(server.url, {**KEYS, **environ}) == "Hello"
    (asked,) = server.asked
    assert f"/{region}/bedrock/aws4_request" in asked.headers["authorization"]
    assert asked.headers["authorization"] == authorization(asked, region)
    assert "x-amz-security-token" not in asked.headers


@pytest.mark.parametrize("is_stream", [False, True])
def test_zot_18_a_call_with_a_bearer_token_is_not_signed(is_stream: bool, server: Server) -> None:
    """M Bedrock `AWS_BEARER_TOKEN_BEDROCK` used over SigV4."""
    assert call(server.url, {**KEYS, **TOKEN, "AWS_BEARER_TOKEN_BEDROCK": "the-key"}, is_stream=is_stream) == "Hello"
    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer the-key"
    assert not any(name.startswith("x-amz") for name in asked.headers)


def test_zot_18_a_call_by_the_command_line_is_signed_with_a_profiles_keys(server: Server, artifact: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M ECS/IRSA chain delegated: what botocore finds; roles are in `tests/runtime/test_credentials_aws.py`."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[work]\naws_access_key_id = AKIAOFTHEPROFILE\naws_secret_access_key = s3cret\n")
    for name, value in {"PROVIDERS_ARTIFACT": str(artifact), "AWS_PROFILE": "work", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    assert run("call", REF, "Hello?", "--json").json["text"] == "Hello"
    assert run("call", REF, "Hello?", "--stream").out.strip() == "Hello"
    for asked in server.asked:
        assert "Credential=AKIAOFTHEPROFILE/" in asked.headers["authorization"]
        assert asked.headers["authorization"] == authorization(asked, secret="s3cret")


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--stream",)], ids=["whole", "stream"])
def test_zot_18_a_server_that_others_wrote_answers_the_command_line(options: tuple[str, ...], server: Server, artifact: Path, tmp_path: Path, run: Run) -> None:
    """M a call to Converse; aimock reads no signature."""
    fixtures = [{"match": {"userMessage": "hello", "systemMessage": "Be brief"}, "response": {"content": "Hello there, how are you today?"}}]
    with aimock(fixtures, tmp_path) as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, "PROVIDERS_ARTIFACT": str(artifact), "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        said = run("call", REF, "hello", "--system", "Be brief.", *options)
    assert said.out.strip() == "Hello there, how are you today?"
    assert "converse" in said.err
    assert server.asked == []


@pytest.mark.parametrize(("there", "missing"), [tuple(KEYS), tuple(KEYS)[::-1]])
def test_zot_18_half_a_key_is_no_credential_and_the_other_half_is_named(there: str, missing: str, server: Server) -> None:
    """M SigV4 keys: both parts."""
    with pytest.raises(CallError, match=f"no credential: set {missing}, or set AWS_BEARER_TOKEN_BEDROCK"):
        call(server.url, {there: "half", "HOME": "/nonexistent"})
    assert server.asked == []


@pytest.mark.parametrize(("model", "path"), [("openai.gpt-5.5", "/openai/v1/responses"), ("openai.gpt-oss-120b", "/v1/responses")])
def test_zot_18_models_of_the_other_endpoint_are_called_there(model: str, path: str, tmp_path: Path) -> None:
    """M `AWS_BEARER_TOKEN_BEDROCK`; which path is the model's is data of the registry."""
    heard = Scripted(SPOKEN["openai-responses"].answer)
    with Dispatcher(registry(), transport=heard, environ={"AWS_BEARER_TOKEN_BEDROCK": "the-key", "AWS_REGION": "eu-north-1", "HOME": str(tmp_path)}) as dispatcher:
        assert dispatcher.complete(f"amazon-bedrock/{model}", "Hello?").text == TEXT
    (asked,) = heard.asked
    assert (asked.url, asked.headers["Authorization"]) == (f"https://bedrock-mantle.eu-north-1.api.aws{path}", "Bearer the-key")
    assert json.loads(asked.body)["model"] == model
