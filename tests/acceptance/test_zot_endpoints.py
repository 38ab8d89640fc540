"""Where a call goes for a user of zot's: acceptance/zot.md 17-23 and 29, by number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelwright import Model, Registry
from modelwright.runtime.endpoint import endpoint

if TYPE_CHECKING:
    from command_line import Drop, Run

ROOT = Path(__file__).parent.parent.parent
PROFILES: list[tuple[str, str, str]] = yaml.safe_load((ROOT / "fixtures" / "runtime" / "endpoints.yaml").read_text())["profiles"]
BEDROCK = "anthropic.claude-sonnet-4-5-20250929-v1:0"
INSTRUCTIONS = ("amazon-bedrock", "google-vertex", "cloudflare-workers-ai", "cloudflare-ai-gateway", "azure-openai-responses")
VARIABLES = ("AWS_", "AZURE_", "CLOUDFLARE_", "GOOGLE_", "GCLOUD_")


@pytest.fixture(autouse=True)
def cloud(tmp_path: Path, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the registry alone, with no cloud set up."""
    import os

    for name in [name for name in os.environ if name.startswith(VARIABLES)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOT_HOME", str(tmp_path / "zot"))
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(artifact))


def where(run: Run, ref: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = run("resolve", ref, "--json", "-q", *options).json
    return found


def given(monkeypatch: pytest.MonkeyPatch, **environ: str) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


def test_zot_17_ids_get_the_profile_of_the_region(drop: Drop, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Bedrock 12 vectors: us-east-1→us., eu-central-1→eu., …, eu.* unchanged, global.* unchanged, us.* in eu region unchanged, arn unchanged, nova unchanged."""
    assert len(PROFILES) >= 12
    own = sorted({identity for _, identity, _ in PROFILES if identity})
    file, compiled = drop({"providers": {"bedrock": {"models": [{"id": identity, "name": "Mine"} for identity in own]}}}), tmp_path / "own.artifact"
    run("compile", "-q", "--config", file, "-o", compiled)
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(compiled))
    for region, identity, sent in PROFILES:
        if identity:
            monkeypatch.setenv("AWS_REGION", region)
            assert where(run, f"bedrock/{identity}")["upstream_model"] == sent


def test_zot_17_an_empty_id_stays_empty(artifact: Path, run: Run) -> None:
    """M Bedrock 12 vectors: "" → ""."""
    registry = Registry(str(artifact))
    assert endpoint(registry, Model("amazon-bedrock/", {"provider": "amazon-bedrock", "id": ""}, registry.digest), {}).upstream_id == ""
    run("resolve", "amazon-bedrock/", code=1)


def test_zot_18_a_bearer_token_comes_before_keys_and_the_region_is_found_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Bedrock `AWS_BEARER_TOKEN_BEDROCK` used over SigV4; region default us-east-1; AWS_REGION beats AWS_DEFAULT_REGION."""
    ref = f"amazon-bedrock/{BEDROCK}"
    assert where(run, ref)["base_url"] == "https://bedrock-runtime.us-east-1.amazonaws.com"
    given(monkeypatch, AWS_DEFAULT_REGION="ap-southeast-2", AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="s")
    signed = where(run, ref)
    assert (signed["auth"]["kind"], signed["base_url"]) == ("aws-sigv4", "https://bedrock-runtime.ap-southeast-2.amazonaws.com")
    given(monkeypatch, AWS_REGION="eu-west-1", AWS_BEARER_TOKEN_BEDROCK="t")
    found = where(run, ref)
    assert (found["auth"]["kind"], found["auth"]["source"]) == ("bearer", "env:AWS_BEARER_TOKEN_BEDROCK")
    assert found["url"] == f"https://bedrock-runtime.eu-west-1.amazonaws.com/model/eu.{BEDROCK.replace(':', '%3A')}/converse"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/x"},
        {"AWS_PROFILE": "work"},
    ],
    ids=["the machine's role", "ECS", "IRSA", "profile"],
)
def test_zot_18_the_vendors_own_chain_is_left_to_the_vendor(environ: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M ECS/IRSA chain delegated."""
    given(monkeypatch, **environ)
    found = where(run, f"amazon-bedrock/{BEDROCK}")
    assert found["auth"]["kind"] == "aws-sigv4"
    assert found["auth"]["source"] is not None


@pytest.mark.parametrize(
    ("base", "version", "route", "url"),
    [
        ("https://acme.openai.azure.com", "2024-02-01", "deployments", "https://acme.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-02-01"),
        ("https://acme.openai.azure.com", None, "deployments", "https://acme.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21"),
        ("https://acme.openai.azure.com", "2024-02-01", "responses", "https://acme.openai.azure.com/openai/v1/responses?api-version=2024-02-01"),
        ("https://acme.openai.azure.com", None, "responses", "https://acme.openai.azure.com/openai/v1/responses?api-version=v1"),
        ("https://acme.openai.azure.com/openai/v1", None, "responses", "https://acme.openai.azure.com/openai/v1/responses?api-version=v1"),
        ("https://acme.openai.azure.com/openai/v1/", None, "chat", "https://acme.openai.azure.com/openai/v1/chat/completions?api-version=v1"),
        ("https://acme.openai.azure.com/openai/v1", "2024-02-01", "deployments", "https://acme.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-02-01"),
    ],
)
def test_zot_19_azure_is_called_by_deployment_or_by_its_new_api(base: str, version: str | None, route: str, url: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Azure URL and api-key header; AZURE_OPENAI_API_VERSION=2024-02-01 → `?api-version=2024-02-01`, unset → default; base with /openai/v1 suffix not doubled."""
    given(monkeypatch, AZURE_OPENAI_BASE_URL=base, AZURE_OPENAI_API_KEY="k", **({} if version is None else {"AZURE_OPENAI_API_VERSION": version}))
    found = where(run, "azure-openai-responses/mine", "--route", route)
    assert (found["url"], found["auth"]["header"], found["auth"]["source"]) == (url, "api-key", "env:AZURE_OPENAI_API_KEY")


def test_zot_19_a_deployment_is_a_model_of_ones_own_or_another_name_of_one(drop: Drop, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M deployment alias via models override."""
    given(monkeypatch, AZURE_OPENAI_RESOURCE_NAME="acme", AZURE_OPENAI_API_KEY="k")
    own = drop({"providers": {"azure-openai-responses": {"models": [{"id": "luna-preview", "name": "Luna here", "contextWindow": 100000}]}}}, "zot.json")
    named = drop({"version": 1, "providers": {"azure-openai": {"models": {"gpt-5.6-sol": {"name": "Sol", "upstream_id": "sol-preview"}}}}}, "native.json")
    compiled = tmp_path / "own.artifact"
    run("compile", "-q", "--config", own, "--config", named, "-o", compiled)
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(compiled))
    monkeypatch.setenv("AZURE_OPENAI_DEPLOYMENT_NAME_MAP", "gpt-5-mini=mini-preview, other=x")
    sent = {ref: where(run, ref)["upstream_model"] for ref in ("azure/luna-preview", "azure/gpt-5.6-sol", "azure/gpt-5-mini")}
    assert sent == {"azure/luna-preview": "luna-preview", "azure/gpt-5.6-sol": "sol-preview", "azure/gpt-5-mini": "mini-preview"}


def test_zot_20_cloudflares_gateway_takes_a_header_of_its_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Cloudflare gateway URL and header; missing gateway id → error naming the variable."""
    given(monkeypatch, CLOUDFLARE_API_KEY="k", CLOUDFLARE_ACCOUNT_ID="a")
    ref = "cloudflare-ai-gateway/openai/gpt-5-mini"
    assert "CLOUDFLARE_GATEWAY_ID" in run("resolve", ref, code=1).err
    given(monkeypatch, CLOUDFLARE_GATEWAY_ID="g")
    found = where(run, ref)
    assert found["url"] == "https://gateway.ai.cloudflare.com/v1/a/g/compat/chat/completions"
    assert (found["auth"]["header"], found["auth"]["source"]) == ("cf-aig-authorization", "env:CLOUDFLARE_API_KEY")


def test_zot_21_workers_ai_is_reached_by_account(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Workers AI URL; missing account id → error."""
    ref = "cloudflare-workers-ai/@cf/moonshotai/kimi-k2.6"
    given(monkeypatch, CLOUDFLARE_API_KEY="k")
    assert "CLOUDFLARE_ACCOUNT_ID" in run("resolve", ref, code=1).err
    given(monkeypatch, CLOUDFLARE_ACCOUNT_ID="a")
    found = where(run, ref)
    assert found["url"] == "https://api.cloudflare.com/client/v4/accounts/a/ai/v1/chat/completions"
    assert (found["auth"]["kind"], found["auth"]["header"]) == ("bearer", "Authorization")


def test_zot_22_vertex_takes_a_key_or_the_vendors_chain_and_needs_a_project(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Vertex API key path; no project (ADC path) → error; location default us-central1."""
    ref = "google-vertex/gemini-2.5-pro"
    assert "GOOGLE_CLOUD_PROJECT" in run("resolve", ref, "--route", "adc", code=1).err
    given(monkeypatch, GOOGLE_CLOUD_API_KEY="k", GOOGLE_CLOUD_PROJECT="p")
    found = where(run, ref)
    base = "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1"
    assert found["url"] == f"{base}/publishers/google/models/gemini-2.5-pro:generateContent"
    assert (found["auth"]["header"], found["auth"]["source"]) == ("x-goog-api-key", "env:GOOGLE_CLOUD_API_KEY")
    assert where(run, ref, "--route", "adc")["auth"]["kind"] == "gcp-adc"
    given(monkeypatch, GOOGLE_CLOUD_LOCATION="europe-west4")
    assert where(run, ref)["base_url"] == base.replace("us-central1", "europe-west4")


@pytest.mark.parametrize("provider", INSTRUCTIONS)
def test_zot_23_where_a_key_is_not_enough_login_says_what_to_set_up(provider: str, run: Run, home: Path, tmp_path: Path) -> None:
    """M setup-instruction providers: login/wizard prints instructions (5 ids) and stores nothing."""
    told = run("login", provider)
    assert len([line for line in told.out.splitlines() if line.startswith("  - ")]) >= 3
    assert any(name in told.out for name in VARIABLES)
    assert "nothing was stored" in told.err
    assert not home.exists()
    assert not (tmp_path / "zot").exists()


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://h.test/v1", "https://h.test/v1/chat/completions"),
        ("https://h.test/v1/", "https://h.test/v1/chat/completions"),
        ("https://h.test", "https://h.test/v1/chat/completions"),
        ("https://h.test/api/coding/paas/v4", "https://h.test/api/coding/paas/v4/chat/completions"),
        ("https://h.test/inference", "https://h.test/inference/v1/chat/completions"),
    ],
)
def test_zot_29_the_path_is_joined_with_a_version_where_the_address_ends_in_none(
    base: str, path: str, drop: Drop, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M URL join: `https://h/v1`→/v1/chat/completions; `https://h`→/v1/chat/completions; `…/paas/v4`→/paas/v4/chat/completions."""
    compiled = tmp_path / "own.artifact"
    run("compile", "-q", "--config", drop({"providers": {"my-company": {"baseUrl": base, "models": [{"id": "m"}]}}}), "-o", compiled)
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(compiled))
    assert where(run, "my-company/m")["url"] == path
