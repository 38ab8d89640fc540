"""Calls of the real registry's Bedrock to servers of a test's own, and botocore as the judge of how they are signed."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import yaml
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from checkout import ROOT
from modelwright import Registry, pipeline
from modelwright.cli import build
from modelwright.resources import registry_dir
from modelwright.runtime.dispatch.async_dispatcher import AsyncDispatcher
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.httpx_transport import AsyncHttpxTransport, HttpxTransport
from runtime.dispatch.desk import TRUST
from runtime.dispatch.loopback import Asked

if TYPE_CHECKING:
    from discover.servers import Call
    from runtime.dispatch.loopback import Wire

PROFILES: list[tuple[str, str, str]] = yaml.safe_load((ROOT / "fixtures" / "runtime" / "endpoints.yaml").read_text())["profiles"]
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret/of+this"}
TOKEN = {"AWS_SESSION_TOKEN": "the-token//=="}
USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
ANSWER = {"output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}}, "stopReason": "end_turn", "usage": USAGE}


@cache
def registry() -> Registry:
    """Return the real registry with the ids of the vectors for inference profiles, and an ARN."""
    own = {identity: {"name": "Mine"} for identity in (*(identity for _, identity, _ in PROFILES), ARN) if identity}
    with tempfile.TemporaryDirectory() as folder:
        file, path = Path(folder, "models.json"), Path(folder, "registry.artifact")
        file.write_text(json.dumps({"version": 1, "providers": {"amazon-bedrock": {"models": own}}}))
        result = pipeline.resolve(pipeline.Inputs(registry_dir(), "2026-11-28", (pipeline.UserFile(str(file), "user/models.json", "user"),)))
        build.write(str(path), build.artifact_bytes(result))
        return Registry(str(path))


def answering(wire: Wire, asked: Asked) -> None:
    """Answer as Bedrock does, whole or piece by piece."""
    from event_frames import frame

    if asked.is_stream:
        wire.head(content_type="application/vnd.amazon.eventstream", transfer_encoding="chunked")
        delta = {"contentBlockIndex": 0, "delta": {"text": "Hello"}}
        said = (("messageStart", {"role": "assistant"}), ("contentBlockDelta", delta), ("messageStop", {"stopReason": "end_turn"}), ("metadata", {"usage": USAGE}))
        wire.chunks([frame("event", name, payload) for name, payload in said])
    else:
        wire.whole(json.dumps(ANSWER).encode())


def call(url: str, environ: dict[str, str], ref: str = f"amazon-bedrock/{MODEL}", request: Any = "Hello?", *, is_async: bool = False, is_stream: bool = False) -> str:
    """Return the text of the answer to *request*, sent to *url* in place of Bedrock with what *environ* has."""
    given: dict[str, Any] = {"environ": {**environ, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url}, "failover": "off"}

    async def awaited() -> str:
        async with httpx.AsyncClient(verify=TRUST) as client, AsyncDispatcher(registry(), transport=AsyncHttpxTransport(client), **given) as dispatcher:
            if not is_stream:
                return (await dispatcher.complete(ref, request)).text
            return "".join([text async for text in dispatcher.stream(ref, request).texts()])

    if is_async:
        return asyncio.run(awaited())
    with httpx.Client(verify=TRUST) as client, Dispatcher(registry(), transport=HttpxTransport(client), **given) as dispatcher:
        return "".join(dispatcher.stream(ref, request).texts()) if is_stream else dispatcher.complete(ref, request).text


def authorization(asked: Asked, region: str = "us-east-1", secret: str = KEYS["AWS_SECRET_ACCESS_KEY"], service: str = "bedrock", method: str = "POST") -> str:
    """Return what botocore would have put into the header Authorization of *asked*, byte for byte as it arrived."""
    signed = asked.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    access_key = asked.headers["authorization"].partition("Credential=")[2].partition("/")[0]
    request = AWSRequest(method, f"http://{asked.headers['host']}{asked.path}", {name: asked.headers[name] for name in signed}, asked.body)
    request.context["timestamp"] = asked.headers["x-amz-date"]
    auth = SigV4Auth(Credentials(access_key, secret), service, region)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={';'.join(signed)}, Signature={signature}"


def authorization_of(call: Call, region: str = "us-east-1") -> str:
    """Return the same of *call*."""
    asked = Asked(f"{call.path}?{urlencode(call.query)}", call.headers, call.body)
    return authorization(asked, region, method=call.method)


def signed_at(asked: Asked) -> datetime:
    """Return when *asked* was signed."""
    return datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
