"""Discovery against LiteLLM's proxy as its project publishes it; `make verify-real` installs it under `build/` and runs this."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from checkout import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = ROOT / "build" / "litellm" / "bin" / "litellm"
KEY = "sk-canary-4f9c1d7e8a2b6c3d"
_NOWHERE = {"api_base": "http://127.0.0.1:9/v1", "api_key": "none"}
_COMPANY = {
    "mode": "chat",
    "max_input_tokens": 64_000,
    "max_output_tokens": 4096,
    "supports_function_calling": True,
    "supports_vision": False,
    "input_cost_per_token": 0.0000015,
    "output_cost_per_token": 0.000006,
    "cache_read_input_token_cost": 0.00000015,
}
MODELS = [
    {"model_name": "gpt-4o", "litellm_params": {"model": "openai/gpt-4o", **_NOWHERE}},
    {"model_name": "company-llm", "litellm_params": {"model": "openai/company-llm", **_NOWHERE}, "model_info": _COMPANY},
    {"model_name": "embeddings", "litellm_params": {"model": "openai/text-embedding-3-small", **_NOWHERE}},
    {"model_name": "mystery", "litellm_params": {"model": "openai/nobody-knows-this", **_NOWHERE}},
]

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[str]:
    """Run the proxy with models that lead nowhere, and give its address."""
    if not PROGRAM.exists():
        pytest.skip(f"LiteLLM's proxy is not installed in {PROGRAM.parent.parent}; `make verify-real` does it")
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"model_list": MODELS, "general_settings": {"master_key": KEY}}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "HOME": str(tmp_path)}
    command = [str(PROGRAM), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **own}, stdout=log, stderr=log) as process:
        try:
            for _ in range(180):
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/health/liveliness", trust_env=False).is_success:
                        break
                except httpx.TransportError:
                    time.sleep(0.5)
            else:
                raise AssertionError((tmp_path / "log").read_text()[-2000:])
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def providers(home: Path, access: dict[str, str], *arguments: str, code: int = 0) -> Any:
    """Return the JSON that `providers` prints, of the registry of this checkout."""
    program = str(ROOT / ".venv" / "bin" / "providers")
    done = subprocess.run([program, *arguments], cwd=ROOT, env=environment(home, **access), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout


def test_what_the_proxy_lists_is_read_and_compiled(proxy: str, tmp_path: Path) -> None:
    home, access = tmp_path / "home", {"LITELLM_BASE_URL": proxy, "LITELLM_API_KEY": KEY}
    found = providers(home, access, "refresh", "litellm", "--source", "litellm.proxy.0", "--source", "litellm.proxy.1", "--json")
    assert [(source["state"], source["models"]) for source in found["sources"]] == [("ok", 4)] * 2
    assert found["changes"] == []
    listings = json.loads((home / "cache" / "sightings.json").read_text())["listings"]
    assert [listing["source"] for listing in listings] == [f"{proxy}/v1/model/info", f"{proxy}/v1/models"]
    told, ids = ({model["id"]: model for model in listing["models"]} for listing in listings)
    assert list(ids) == list(told) == ["gpt-4o", "company-llm", "embeddings", "mystery"]
    assert told["company-llm"] == {
        "id": "company-llm",
        "limits": {"context_tokens": 64_000, "output_tokens": 4096},
        "output": ["text"],
        "capabilities": {"tools": True},
        "price": {"input_usd_per_mtok": 1.5, "output_usd_per_mtok": 6, "cache_read_usd_per_mtok": 0.15},
    }
    assert (told["gpt-4o"]["price"]["input_usd_per_mtok"], told["gpt-4o"]["limits"]["context_tokens"], told["gpt-4o"]["input"][:2]) == (2.5, 128_000, ["text", "image"])
    assert (told["embeddings"]["output"], told["embeddings"]["limits"]) == (["embedding"], {"context_tokens": 8191})
    assert told["mystery"] == {"id": "mystery"}
    assert ids["mystery"] == {"id": "mystery"}
    providers(home, {}, "compile", "--quiet")
    (shown,) = providers(home, {}, "models", "show", "litellm/company-llm", "--json")["models"]
    assert (shown["limits"]["context_tokens"], shown["capabilities"]["tools"], shown["capabilities"]["vision"], shown["price"]["state"]) == (64_000, True, None, "unknown")


def test_a_key_that_the_proxy_does_not_know_is_a_state_with_its_reason(proxy: str, tmp_path: Path) -> None:
    question = ("refresh", "litellm", "--source", "litellm.proxy.0", "--json")
    found = providers(tmp_path / "home", {"LITELLM_BASE_URL": proxy, "LITELLM_API_KEY": "sk-another"}, *question, code=4)
    (source,) = found["sources"]
    assert source["state"] in ("unauthorized", "unreachable")  # without a database it answers 400
    assert source["detail"].startswith("the server answered 40")
    without = providers(tmp_path / "home", {"LITELLM_BASE_URL": proxy}, *question, code=4)
    assert without["sources"][0]["state"] == "credential-missing"
