"""Tokens of Microsoft Entra: each place that may have one, asked as its documentation says, on the loopback interface."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12

from credential_searches import NOW, search
from discover.servers import Call, Reply, Server, as_json, serving
from modelwright import CredentialError
from modelwright.runtime.credentials import chain, entra, granting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUTE = {"id": "entra", "base_url": "https://acme.openai.azure.com", "auth": {"kind": "azure-entra", "env": ["ACME_TOKEN"]}}
SECRET = "canary-7d1f0c-secret"
CLIENT = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client"}
RESOURCE = "https://cognitiveservices.azure.com"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Make this machine none of Azure's, with nothing kept of another test."""
    monkeypatch.setattr(entra, "_CHASSIS", str(tmp_path / "chassis"))
    granting._places.clear()
    yield
    granting._places.clear()


class Authority:
    """A server that gives tokens."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.reply: Reply | None = None

    @property
    def url(self) -> str:
        return self.server.url

    def answer(self, call: Call) -> Reply:
        return self.reply or as_json({"access_token": f"token-{call.number}", "expires_in": 3600, "token_type": "Bearer"})


@pytest.fixture
def authority() -> Iterator[Authority]:
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is none yet
        there = Authority(server)
        yield there


def _token(environ: dict[str, str], **more: Any) -> str:
    found = chain.first(search("chain", routes=[ROUTE], environ=environ, **more))
    assert (found.source, found.route) == ("azure-entra", "entra")
    return found.headers()["Authorization"]


def _why_not(environ: dict[str, str], **more: Any) -> str:
    with pytest.raises(CredentialError) as caught:
        chain.first(search("chain", routes=[ROUTE], environ=environ, **more))
    return dict(caught.value.tried)["chain"]


def test_a_client_proves_itself_with_its_secret(authority: Authority) -> None:
    assert _token({**CLIENT, "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": authority.url}) == "Bearer token-1"
    (call,) = authority.server.calls
    assert (call.method, call.path, call.query) == ("POST", "/tenant/oauth2/v2.0/token", {})
    form = {"client_id": "client", "scope": f"{RESOURCE}/.default", "grant_type": "client_credentials", "client_secret": SECRET}
    assert dict(parse_qsl(call.body.decode())) == form
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_workload_proves_itself_with_the_token_in_its_file(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "federated").write_text("assertion\n")
    assert _token({**CLIENT, "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "federated"), "AZURE_AUTHORITY_HOST": authority.url + "/"}) == "Bearer token-1"
    form = dict(parse_qsl(authority.server.calls[0].body.decode()))
    assert (form["client_assertion"], form["client_assertion_type"]) == ("assertion", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    assert "client_secret" not in form
    assert _why_not({**CLIENT, "AZURE_FEDERATED_TOKEN_FILE": "/gone"}) == "AZURE_FEDERATED_TOKEN_FILE names /gone, which is not there"


def _decoded(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=="))


def test_a_client_proves_itself_with_its_certificate(authority: Authority, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    began, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    named = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = named.not_valid_before(began).not_valid_after(ends).sign(key, SHA256())
    der, pem = made.public_bytes(Encoding.DER), made.public_bytes(Encoding.PEM)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = {"plain": (pem + plain, {}), "packed": (pkcs12.serialize_key_and_certificates(None, key, made, None, BestAvailableEncryption(b"word")), {"PASSWORD": "word"})}
    asserted = []
    for file, (content, more) in files.items():
        (tmp_path / file).write_bytes(content)
        given = {f"AZURE_CLIENT_CERTIFICATE_{name}": value for name, value in {"PATH": str(tmp_path / file), **more}.items()}
        environ = {**CLIENT, **given, "AZURE_AUTHORITY_HOST": authority.url, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true" if more else "no"}
        assert _token(environ) == _token(environ)
        form = dict(parse_qsl(authority.server.calls[-1].body.decode()))
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        asserted.append(form["client_assertion"])
    assert len(authority.server.calls) == 2
    for token, is_chained in zip(asserted, (False, True), strict=True):
        head, claims, signature = token.split(".")
        key.public_key().verify(urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode(), padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        digest = urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
        assert _decoded(head) == {"alg": "PS256", "typ": "JWT", "x5t#S256": digest} | ({"x5c": [b64encode(der).decode()]} if is_chained else {})
        said = _decoded(claims)
        assert (said["aud"], said["iss"], said["sub"]) == (f"{authority.url}/tenant/oauth2/v2.0/token", "client", "client")
        assert (said["nbf"], said["exp"]) == (NOW, NOW + 600)
    assert len({_decoded(token.split(".")[1])["jti"] for token in asserted}) == 2
    for content in (b"", pem, plain, files["packed"][0], pem + b"-----BEGIN PRIVATE KEY-----"):
        (tmp_path / "other").write_bytes(content)
        why = _why_not({**CLIENT, "AZURE_CLIENT_CERTIFICATE_PATH": str(tmp_path / "other"), "AZURE_AUTHORITY_HOST": authority.url})
        assert why == f"{tmp_path / 'other'}: it holds no certificate with its RSA key, or another password opens it"


@pytest.mark.parametrize("client", [None, "mine"])
def test_a_service_of_the_vendors_is_asked_at_its_own_address(authority: Authority, client: str | None) -> None:
    more = {} if client is None else {"AZURE_CLIENT_ID": client}
    assert _token({"IDENTITY_ENDPOINT": f"{authority.url}/msi/token", "IDENTITY_HEADER": SECRET, "HTTP_PROXY": "http://127.0.0.1:9", **more}) == "Bearer token-1"
    (call,) = authority.server.calls
    assert (call.method, call.path, call.headers["x-identity-header"]) == ("GET", "/msi/token", SECRET)
    assert call.query == {"api-version": "2019-08-01", "resource": RESOURCE, **({} if client is None else {"client_id": client})}


def test_a_machine_of_the_vendors_is_asked_for_its_identity(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(entra, "_METADATA_HOST", authority.url)
    assert "this is no machine of Azure's" in _why_not({"HOME": str(tmp_path)})
    (tmp_path / "chassis").write_text("7783-7084-3265-9085-8269-3286-77\n")
    assert _token({"HOME": str(tmp_path)}) == "Bearer token-1"
    (call,) = authority.server.calls
    assert (call.method, call.path, call.headers["metadata"]) == ("GET", "/metadata/identity/oauth2/token", "true")
    assert call.query == {"api-version": "2018-02-01", "resource": RESOURCE}
    (tmp_path / "chassis").write_bytes(b"\xff")
    assert "AZURE_POD_IDENTITY_AUTHORITY_HOST is set" in str(chain.looks(search("chain", routes=[ROUTE], environ={"AZURE_POD_IDENTITY_AUTHORITY_HOST": authority.url})))
    assert len(authority.server.calls) == 1


def test_the_tool_is_run_where_somebody_signed_in_with_it(tmp_path: Path) -> None:
    printed: list[tuple[int, Any]] = [
        (0, {"accessToken": "of-the-tool", "expires_on": NOW + 3600, "expiresOn": "2026-11-26 13:00:00.000000"}),
        (1, {}),
        (0, [SECRET]),
        (0, {"accessToken": 7}),
    ]
    asked: list[tuple[str, ...]] = []

    def run(argv: Any, _seconds: float, _environ: Any) -> tuple[int, bytes]:
        asked.append(tuple(argv))
        code, said = printed.pop(0)
        return code, json.dumps(said).encode()

    environ = {"AZURE_CONFIG_DIR": str(tmp_path)}
    assert {_token(environ, run=run), _token(environ, run=run)} == {"Bearer of-the-tool"}
    assert asked == [("az", "account", "get-access-token", "--scope", f"{RESOURCE}/.default", "--output", "json")]
    granting._places.clear()
    assert _why_not(environ, run=run) == "az account get-access-token ended with exit code 1; sign in with: az login"
    assert [_why_not(environ, run=run) for _ in range(2)] == ["az account get-access-token gave no token"] * 2


@pytest.mark.parametrize(
    "ends",
    [{"expires_in": 3600}, {"expires_in": "3600"}, {"expires_on": NOW + 3600}, {"expires_on": str(int(NOW) + 3600), "expires_in": "7"}, {"expires_on": "soon", "expires_in": 3600}],
)
def test_a_token_is_kept_until_five_minutes_before_its_end(authority: Authority, ends: dict[str, Any]) -> None:
    now = NOW
    environ = {**CLIENT, "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": authority.url}

    def asked() -> int:
        authority.reply = as_json({"access_token": "t", **ends})
        _token(environ, now=lambda: now)
        return len(authority.server.calls)

    assert [asked(), asked()] == [1, 1]
    assert chain.first(search("chain", routes=[ROUTE], environ=environ)).expires_at == NOW + 3600
    now += 3299
    assert asked() == 1
    now += 2
    assert asked() == 2


def test_what_does_not_say_when_it_ends_is_not_kept_and_neither_is_what_another_secret_was_given(authority: Authority) -> None:
    environ = {**CLIENT, "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": authority.url}
    assert [_token(environ), _token(environ), _token({**environ, "AZURE_CLIENT_SECRET": "another"})] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    granting._places.clear()
    authority.reply = as_json({"access_token": "t", "expires_in": None})
    assert {_token(environ), _token(environ)} == {"Bearer t"}
    assert len(authority.server.calls) == 4


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (as_json({"error": "invalid_client", "error_description": f"AADSTS7000215: {SECRET}"}, 401), "gave no token (invalid_client)"),
        (as_json({"error": f"\u00e9{SECRET}"}, 400), "gave no token"),
        (as_json({"access_token": ""}), "gave no token"),
        (as_json([SECRET]), "gave no token"),
        (Reply(body=b"[" * 100_000), "gave no token"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}), "gave no token"),
    ],
)
def test_what_is_no_token_is_said_without_the_secret(authority: Authority, reply: Reply, said: str) -> None:
    authority.reply = reply
    why = _why_not({**CLIENT, "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": authority.url})
    assert why == f"{authority.url}/tenant/oauth2/v2.0/token {said}"
    assert len(authority.server.calls) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "no\x00host", "http://[bad"])
def test_where_nobody_answers_that_is_said(address: str) -> None:
    assert "gave nothing (" in _why_not({**CLIENT, "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": address})


@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"])
def test_half_a_client_is_none_and_what_is_missing_is_named(name: str) -> None:
    assert _why_not({name: SECRET}) == f"{name} is set without AZURE_TENANT_ID and AZURE_CLIENT_ID"
    assert _why_not({name: SECRET, "AZURE_TENANT_ID": "t"}) == f"{name} is set without AZURE_CLIENT_ID"
    with pytest.raises(CredentialError, match=r"; set AZURE_CLIENT_ID$"):
        chain.first(search("chain", routes=[ROUTE], environ={name: SECRET, "AZURE_TENANT_ID": "t"}))


def test_a_token_of_ones_own_is_sent_as_any_key() -> None:
    found = chain.first(search("env", "chain", routes=[ROUTE], environ={"ACME_TOKEN": "own"}))
    assert (found.source, found.headers()) == ("env:ACME_TOKEN", {"Authorization": "Bearer own"})
