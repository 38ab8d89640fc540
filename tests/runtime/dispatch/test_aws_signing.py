"""How requests to Bedrock are signed: as botocore's own client does, over the bytes that are sent."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.session import Session

import aws_world
import forms_golden
import wire_golden
from aws_world import ARN, KEYS, MODEL, PROFILES, TOKEN, answering, authorization, call
from modelwright.runtime.credentials.signing import signer
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.errors import UsageError
from runtime.dispatch.loopback import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.dispatch.loopback import Asked, Server, Wire

AT = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
URL = "http://127.0.0.1:9"
BODIES = [path for path in wire_golden.cases("bedrock-converse", ".call.json") if not path.name.startswith("loss-no-message")]
COUNTS = forms_golden.cases("bedrock-count", ".call.json")
IDS = [*dict.fromkeys(sent for _, _, sent in PROFILES if sent), MODEL, ARN, "arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine"]


class _SeenError(Exception):
    """Nothing is sent: what would be was seen."""


@cache
def client_of_botocore(token: str | None) -> tuple[Any, list[Any]]:
    """Return botocore's client, which sends nothing, and the list to which it adds what it would send."""
    session = Session()
    session.set_credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token)
    client = session.create_client("bedrock-runtime", region_name="us-east-1", endpoint_url=URL)
    seen: list[Any] = []

    def stop(request: Any, **_: Any) -> None:
        seen.append(request)
        raise _SeenError

    client.meta.events.register("before-send.bedrock-runtime.*", stop)
    return client, seen


def sent_by_botocore(monkeypatch: pytest.MonkeyPatch, identity: str, arguments: dict[str, Any], token: str | None, *, is_stream: bool) -> Any:
    """Return the request that botocore's client makes, at the time `AT`."""
    return asked_of_botocore(monkeypatch, "converse_stream" if is_stream else "converse", token, modelId=identity, **arguments)


def asked_of_botocore(monkeypatch: pytest.MonkeyPatch, operation: str, token: str | None, **arguments: Any) -> Any:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: AT)
    client, seen = client_of_botocore(token)
    with pytest.raises(_SeenError):
        getattr(client, operation)(**arguments)
    return seen.pop()


def arguments_of(body: Any) -> Any:
    """Return *body* as botocore's client takes it, bytes as bytes."""
    if isinstance(body, list):
        return [arguments_of(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: base64.b64decode(value) if name in ("bytes", "redactedContent") else value if name == "json" else arguments_of(value) for name, value in body.items()}


def signed_by_us(url: str, body: bytes, token: str | None, headers: dict[str, str] | None = None) -> dict[str, str]:
    parts = {"access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"], **({} if token is None else {"session_token": token})}
    sign = signer("aws-sigv4", parts, {"service": "bedrock", "region": "us-east-1"})
    assert sign is not None
    return sign("POST", url, headers or {"content-type": "application/json"}, body, AT.timestamp())


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_botocore_takes_every_body_we_write_and_writes_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.loads(path.read_text())["body"]
    assert json.loads(sent_by_botocore(monkeypatch, MODEL, arguments_of(body), None, is_stream=False).body) == body


@pytest.mark.parametrize("identity", IDS)
@pytest.mark.parametrize("token", [None, TOKEN["AWS_SESSION_TOKEN"]], ids=["keys", "token"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
def test_the_address_and_the_signature_are_those_of_botocores_own_client(identity: str, token: str | None, is_stream: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = sent_by_botocore(monkeypatch, identity, {"messages": [{"role": "user", "content": [{"text": "Hello?"}]}]}, token, is_stream=is_stream)
    url = f"{URL}/model/{quote(identity, safe='')}/converse{'-stream' if is_stream else ''}"
    ours = signed_by_us(url, theirs.body, token)
    assert theirs.url == url
    for name in ("Authorization", "X-Amz-Date", *(("X-Amz-Security-Token",) if token else ())):
        assert ours[name] == theirs.headers[name].decode()
    assert ("X-Amz-Security-Token" in ours) == (token is not None)


@pytest.mark.parametrize("identity", ["amazon.titan-embed-text-v2:0", ARN])
def test_so_are_those_of_a_call_for_vectors(identity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = asked_of_botocore(monkeypatch, "invoke_model", None, modelId=identity, body=b'{"inputText":"a"}', contentType="application/json")
    url = f"{URL}/model/{quote(identity, safe='')}/invoke"
    assert (theirs.url, theirs.headers["Authorization"].decode()) == (url, signed_by_us(url, theirs.body, None)["Authorization"])


@pytest.mark.parametrize("path", COUNTS, ids=lambda path: path.name)
def test_so_are_those_of_a_count_whose_every_body_it_takes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.loads(path.read_text())["body"]
    theirs = asked_of_botocore(monkeypatch, "count_tokens", None, modelId=MODEL, input=body["input"])
    url = f"{URL}/model/{quote(MODEL, safe='')}/count-tokens"
    assert json.loads(theirs.body) == body
    assert (theirs.url, theirs.headers["Authorization"].decode()) == (url, signed_by_us(url, theirs.body, None)["Authorization"])


def test_headers_of_the_callers_own_are_signed_and_old_signatures_replaced() -> None:
    own = {"content-type": "application/json", "x-amzn-trace": "a  b", "authorization": "old", "x-amz-date": "old", "x-amz-security-token": "old"}
    found = signed_by_us(f"{URL}/model/m/converse", b"{}", None, own)
    assert "SignedHeaders=content-type;host;x-amz-date;x-amzn-trace, " in found["Authorization"]
    assert found["X-Amz-Date"] == "20261128T010203Z"
    assert sorted(name.lower() for name in found) == ["authorization", "content-type", "x-amz-date", "x-amzn-trace"]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering) as server:
        yield server


def test_a_retry_is_signed_anew(server: Server) -> None:
    said: list[Asked] = []

    def at_last(wire: Wire, asked: Asked) -> None:
        said.append(asked)
        if len(said) == 1:
            wire.whole(b'{"message":"it broke"}', 500, x_amzn_errortype="InternalServerException")
        else:
            answering(wire, asked)

    server.begin(at_last)
    environ = {**KEYS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url}
    with Dispatcher(aws_world.registry(), environ=environ, now=lambda: AT.timestamp() + 60 * len(said)) as dispatcher:
        assert dispatcher.complete(f"amazon-bedrock/{MODEL}", "Hello?").text == "Hello"
    first, second = server.asked
    assert (aws_world.signed_at(second) - aws_world.signed_at(first)).total_seconds() == 60
    assert [asked.headers["authorization"] for asked in (first, second)] == [authorization(asked) for asked in (first, second)]


def test_without_botocore_the_extra_and_the_other_way_are_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "botocore" or name.endswith("aws_signing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(CallError, match=r"aws-sigv4 needs botocore: pip install 'modelwright\[aws\]', or set AWS_BEARER_TOKEN_BEDROCK"):
        call(server.url, KEYS)
    assert call(server.url, {"AWS_BEARER_TOKEN_BEDROCK": "the-key", **KEYS}) == "Hello"
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer the-key"]


def test_a_kind_that_signs_nothing_has_no_signer_and_one_that_does_wants_its_scope() -> None:
    assert signer("bearer", {"key": "k"}, {}) is None
    with pytest.raises(UsageError, match="signs for a service and a region, and this one names no region"):
        signer("aws-sigv4", {}, {"service": "s"})


def test_no_secret_and_no_token_is_told_when_a_signed_call_fails(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    secrets = [KEYS["AWS_SECRET_ACCESS_KEY"], TOKEN["AWS_SESSION_TOKEN"]]
    server.begin(lambda wire, _: wire.whole(json.dumps({"message": f"not {' and not '.join(secrets)}"}).encode(), 403, x_amzn_errortype="AccessDeniedException"))
    with caplog.at_level("DEBUG"), pytest.raises(CallError) as caught:
        call(server.url, {**KEYS, **TOKEN})
    assert not any(secret in str(caught.value) + caplog.text for secret in secrets)
    assert "auth" in str(caught.value)
