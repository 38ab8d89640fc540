"""Tokens of Google's: what is asked of a token service or the metadata server, how long what it gives is kept, and what is said where it gives nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from credential_searches import search
from discover.servers import Call, Reply, as_json, serving
from modelwright import CredentialError
from modelwright.runtime.credentials import chain, cloud, granting
from modelwright.runtime.dispatch.prepare import why

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from discover.servers import Server

ADC = {"id": "adc", "auth": {"kind": "gcp-adc", "env": ["GOOGLE_APPLICATION_CREDENTIALS"]}}
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECRET = "canary-refresh-token-0123456789"
LASTS = 3599


class Service:
    """A token service, and the file that leads there."""

    def __init__(self, server: Server, file: Path) -> None:
        self.server = server
        self.file = file
        self.reply: Reply | None = None

    def answer(self, call: Call) -> Reply:
        return self.reply or as_json({"access_token": f"ya29.token-{call.number}", "expires_in": LASTS, "token_type": "Bearer", "issued_token_type": "x"})

    def write(self, said: Any) -> None:
        self.file.write_text(said if isinstance(said, str) else json.dumps(said))

    def user(self, **more: str) -> None:
        self.write({"type": "authorized_user", "client_id": "c", "client_secret": "cs", "refresh_token": SECRET, **more})

    def workload(self, path: Path) -> None:
        """Write a file whose token is exchanged for that in the one at *path*."""
        self.write(
            {
                "type": "external_account",
                "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "token_url": f"{self.server.url}/token",
                "credential_source": {"file": str(path)},
            }
        )

    def form(self, place: int = -1) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.server.calls[place].body.decode()).items()}

    def find(self, now: float = 0, **environ: str) -> Any:
        file = {"GOOGLE_APPLICATION_CREDENTIALS": str(self.file)} if self.file.exists() else {}
        return chain.first(search("chain", routes=[ADC], environ={"HOME": str(self.file.parent), **file, **environ}, now=lambda: time.time() + now))

    def why_not(self, **environ: str) -> str:
        with pytest.raises(CredentialError) as raised:
            self.find(0, **environ)
        told: BaseException | None = raised.value
        while told is not None:  # neither it nor what led to it repeats a secret
            assert SECRET not in repr(told) + str(told)
            told = told.__context__ or told.__cause__
        return dict(raised.value.tried)["chain"]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(granting, "_places", {})
    monkeypatch.setattr(cloud, "_GOOGLE_MACHINE", str(tmp_path / "product_name"))
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is no service yet
        there = Service(server, tmp_path / "adc.json")
        monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{server.url}/token")  # of users no file names another
        yield there


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_service_account_signs_what_it_asks_for(service: Service) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    uri = f"{service.server.url}/token"
    service.write({"type": "service_account", "client_email": "robot@acme.example", "private_key_id": "k1", "private_key": pem, "token_uri": uri, "project_id": "p"})
    found = service.find()
    assert (found.headers(), found.source) == ({"Authorization": "Bearer ya29.token-1"}, "gcp-adc")
    assert found.expires_at == pytest.approx(time.time() + LASTS, abs=60)
    form = service.form()
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = form["assertion"].split(".")
    key.public_key().verify(_decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(_decoded(head)) == {"typ": "JWT", "alg": "RS256", "kid": "k1"}
    said = json.loads(_decoded(claims))
    assert (said["iss"], said["aud"], said["scope"]) == ("robot@acme.example", "https://oauth2.googleapis.com/token", SCOPE)
    assert 0 < said["exp"] - said["iat"] <= 3600
    assert "PRIVATE" not in repr(found) + repr(chain.looks(search("chain", routes=[ADC], environ={"GOOGLE_APPLICATION_CREDENTIALS": str(service.file)})))
    assert len(service.server.calls) == 1


def test_a_user_s_token_is_refreshed_and_its_project_pays(service: Service) -> None:
    service.user(quota_project_id="billed")
    assert service.find().headers() == {"Authorization": "Bearer ya29.token-1", "x-goog-user-project": "billed"}
    assert service.form() == {"grant_type": "refresh_token", "client_id": "c", "client_secret": "cs", "refresh_token": SECRET, "scope": SCOPE}
    assert service.find(GOOGLE_CLOUD_QUOTA_PROJECT="other").headers()["x-goog-user-project"] == "other"
    service.user()
    assert "x-goog-user-project" not in service.find().headers()


def test_a_workload_s_own_token_is_exchanged(service: Service, tmp_path: Path) -> None:
    (tmp_path / "subject").write_text("the workload's own token")
    service.workload(tmp_path / "subject")
    assert service.find().headers() == {"Authorization": "Bearer ya29.token-1"}
    form = service.form()
    assert (form["subject_token"], form["scope"]) == ("the workload's own token", SCOPE)
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"


def test_where_a_metadata_server_is_it_is_asked(service: Service) -> None:
    host = service.server.url.removeprefix("http://")
    found = service.find(GCE_METADATA_HOST=host)
    assert found.headers() == {"Authorization": "Bearer ya29.token-1"}
    assert found.expires_at == pytest.approx(time.time() + LASTS, abs=60)
    (call,) = service.server.calls
    assert (call.method, call.path, call.query) == ("GET", "/computeMetadata/v1/instance/service-accounts/default/token", {"scopes": SCOPE})
    assert call.headers["metadata-flavor"] == "Google"
    service.user()
    assert service.find(GCE_METADATA_HOST=host).headers() == {"Authorization": "Bearer ya29.token-2"}, "a file comes first"


@pytest.mark.parametrize("reply", [Reply(status=404, body=b"no account"), as_json([SECRET]), Reply(body=b"<html>"), as_json({"access_token": "a", "expires_in": SECRET})])
def test_a_metadata_server_that_gives_nothing_is_named(service: Service, reply: Reply) -> None:
    service.reply = reply
    host = service.server.url.removeprefix("http://")
    assert service.why_not(GCE_METADATA_HOST=host).startswith(f"the metadata server at {host} gave nothing: ")


@pytest.mark.parametrize(("product", "there"), [("Google Compute Engine", True), ("Standard PC", False)])
def test_a_machine_of_google_s_is_known_by_its_name(service: Service, tmp_path: Path, product: str, there: bool) -> None:
    (tmp_path / "product_name").write_text(f"{product}\n")
    (look,) = chain.looks(search("chain", routes=[ADC], environ={"HOME": str(tmp_path)}))
    assert (look.found, "metadata server" in look.reason, service.server.calls) == (there, there, [])


def test_a_token_is_kept_until_shortly_before_its_end_and_for_its_file_alone(service: Service) -> None:
    service.user()
    tokens = [service.find(now).parts()["key"] for now in (0, 60, LASTS - 240, LASTS - 200, LASTS + 9)]
    assert tokens == ["ya29.token-1"] * 3 + ["ya29.token-2", "ya29.token-3"]  # the service says each time that it ends in an hour
    service.user(client_id="another")
    assert service.find().parts()["key"] == "ya29.token-4"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (as_json({"error": "invalid_grant", "error_description": f"Bad {SECRET}"}, 400), "RefreshError (invalid_grant)"),
        (as_json({"error": {"message": SECRET}}, 403), "RefreshError"),
        (Reply(status=500, body=SECRET.encode()), "RefreshError"),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "RefreshError"),
        (as_json({"token": SECRET}), "RefreshError"),
        (Reply(body=f"<html>{SECRET}".encode()), "TypeError"),
    ],
)
def test_a_token_service_that_refuses_is_told_by_its_word_alone(service: Service, reply: Reply, said: str) -> None:
    service.user()
    service.reply = reply
    assert service.why_not() == f"{service.file}: google-auth failed with {said}"
    assert {call.path for call in service.server.calls} == {"/token"}


def test_a_token_service_that_is_not_there_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", "http://127.0.0.1:9/token")
    service.user()
    assert service.why_not() == f"{service.file}: google-auth failed with TransportError"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SECRET, "is damaged: it is no JSON"),
        (json.dumps([SECRET]), "is damaged: it is no object"),
        (json.dumps({"type": SECRET}), "its type is none of external_account, authorized_user, "),
        (json.dumps({"type": "service_account", "private_key": SECRET}), "google-auth failed with MalformedError"),
        (json.dumps({"type": "service_account", "client_email": "a", "token_uri": "b", "private_key": SECRET}), "google-auth failed with "),
        (json.dumps({"type": "authorized_user", "refresh_token": SECRET}), "google-auth failed with ValueError"),
        (json.dumps({"type": "external_account", "credential_source": SECRET}), "google-auth failed with "),
    ],
)
def test_a_file_that_is_none_is_named_and_not_repeated(service: Service, content: str, said: str) -> None:
    service.write(content)
    assert said in service.why_not()
    assert service.server.calls == []


def test_without_google_auth_google_s_tool_is_run_and_else_the_library_named(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.auth.exceptions", None)
    service.user()
    printed = [(0, b"ya29.token\n"), (1, b"")]
    found = search("chain", routes=[ADC], environ={"GOOGLE_APPLICATION_CREDENTIALS": str(service.file)}, run=lambda *_: printed.pop(0))
    assert chain.first(found).headers() == {"Authorization": "Bearer ya29.token"}
    with pytest.raises(CredentialError, match=r"google-auth is not installed \(pip install 'modelwright\[gcp\]'\), and gcloud ended with exit code 1") as raised:
        chain.first(found)
    assert why(raised.value).startswith("no credential: google-auth is not installed (pip install")


def test_nothing_but_google_auth_is_needed(service: Service, tmp_path: Path) -> None:
    """It would want a library of its own for requests, which the extra does not bring."""
    (tmp_path / "subject").write_text("the workload's own token")
    service.workload(tmp_path / "subject")
    code = """
import sys
sys.modules["requests"] = None
from credential_searches import search
from modelwright.runtime.credentials import chain
route = {"id": "adc", "auth": {"kind": "gcp-adc"}}
print(chain.first(search("chain", routes=[route], environ={"GOOGLE_APPLICATION_CREDENTIALS": sys.argv[1]})).headers())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(service.file)], capture_output=True, text=True, check=False, env={"PYTHONPATH": ":".join(sys.path), "NO_PROXY": "127.0.0.1"}
    )
    assert done.stdout == "{'Authorization': 'Bearer ya29.token-1'}\n", done.stderr
