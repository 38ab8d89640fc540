"""AWS's own chain: a container's role, profiles, web identities; when what it gives ends, and that it is asked for anew before."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aws_world import MODEL, answering, authorization, call, registry
from credential_searches import search
from discover.servers import as_json, serving as serving_http
from modelwright import CredentialError
from modelwright.runtime.credentials import chain, cloud, command, granting
from real_software import moto
from runtime.dispatch.loopback import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNED = {"id": "signed", "auth": {"kind": "aws-sigv4"}}
ROLE = "arn:aws:iam::123456789012:role/caller"


@pytest.fixture(autouse=True)
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing of AWS in this process's environment, and nothing of an earlier answer."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(granting, "_places", {})


class Container:
    """The endpoint that gives a container the credentials of its role."""

    def __init__(self, url: str, calls: list[Any]) -> None:
        self.url, self.calls = f"{url}/v2/credentials/1", calls


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    def role(number: int) -> dict[str, str]:
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        return {"AccessKeyId": f"ASIA{number}", "SecretAccessKey": "s3cret-of-the-role", "Token": "t0ken", "Expiration": ends.isoformat().replace("+00:00", "Z")}

    with serving_http(lambda call: as_json(role(call.number))) as server:
        there = Container(server.url, server.calls)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", there.url)
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of the agent")
        yield there


def test_a_containers_role_ends_when_it_says_and_is_asked_for_anew_before(container: Container) -> None:
    found = search("chain", routes=[SIGNED], environ=os.environ, now=datetime.now(UTC).timestamp)
    first = chain.first(found)
    assert first.parts() == {"access_key_id": "ASIA1", "secret_access_key": "s3cret-of-the-role", "session_token": "t0ken"}
    assert first.expires_at is not None
    assert 3500 < first.expires_at - found.now() <= 3600
    assert container.calls[0].headers["authorization"] == "of the agent"
    ages = (500, 3500)
    assert [chain.first(found.but(now=lambda age=age: first.expires_at - 3600 + age)).parts()["access_key_id"] for age in ages] == ["ASIA1", "ASIA2"]
    assert len(container.calls) == 2


def test_a_call_is_signed_with_the_containers_role(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        assert call(server.url, {**os.environ}) == "Hello"
    (asked,) = server.asked
    assert asked.headers["x-amz-security-token"] == "t0ken"
    assert asked.headers["authorization"] == authorization(asked, secret="s3cret-of-the-role")
    assert "Credential=ASIA1/" in asked.headers["authorization"]
    assert len(container.calls) == 1


def test_an_environment_of_the_callers_own_is_looked_through_and_not_the_processs(container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for name in ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
        monkeypatch.delenv(name)
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIAOFTHEPROCESS\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    found = chain.first(search("chain", routes=[SIGNED], environ=environ, now=datetime.now(UTC).timestamp, run=command.run))
    assert (found.parts()["access_key_id"], found.expires_at is None) == ("ASIA1", False)
    own = chain.first(search("chain", routes=[SIGNED], environ=os.environ))
    assert (own.parts()["access_key_id"], own.expires_at) == ("AKIAOFTHEPROCESS", None)
    assert len(container.calls) == 1


def test_a_profiles_keys_are_read_anew_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "work")
    found = search("chain", routes=[SIGNED], environ=os.environ)
    for number in (1, 2):
        file.write_text(f"[work]\naws_access_key_id = AKIA{number}\naws_secret_access_key = s\naws_session_token = t\n")
        assert chain.first(found).parts() == {"access_key_id": f"AKIA{number}", "secret_access_key": "s", "session_token": "t"}


@pytest.mark.parametrize(
    ("environ", "said"), [({"AWS_PROFILE": "gone"}, "botocore failed with ProfileNotFound"), ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://8.8.8.8/"}, "failed with")]
)
def test_what_the_chain_cannot_give_is_told_in_a_word(environ: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CredentialError, match=said):
        chain.first(search("chain", routes=[SIGNED], environ=os.environ))


def test_what_the_chain_cannot_give_of_another_environment_is_told_in_the_same_words(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_PROFILE": "of another"}
    with pytest.raises(CredentialError) as raised:
        chain.first(search("chain", routes=[SIGNED], environ=environ, run=command.run))
    assert raised.value.broken == ("botocore failed with ProfileNotFound (`aws sts get-caller-identity` says more)",)


def test_an_end_in_any_of_the_forms_that_tools_write_is_understood() -> None:
    assert [cloud._time(text) for text in ("2026-11-28T01:00:00Z", "2026-11-28T02:00:00+01:00", "2026-11-28T01:00:00", "soon", None)] == [*[1795827600.0] * 3, None, None]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["a profile that takes a role", "a web identity, as IRSA has it"])
def test_a_role_is_taken_at_sts_and_calls_are_signed_with_what_that_gives(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with moto() as sts, serving(answering) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        if way.startswith("a profile"):
            file = tmp_path / "config"
            file.write_text(f"[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n")
            monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
            monkeypatch.setenv("AWS_PROFILE", "work")
        else:
            token = tmp_path / "token"
            token.write_text("of.the.cluster")
            monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
            monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        assert call(server.url, {**os.environ}) == "Hello"
        credential = registry().credential("amazon-bedrock", environ={**os.environ})
    (asked,) = server.asked
    assert credential.parts()["access_key_id"] not in ("AKIABASE", "")
    assert credential.expires_at is not None
    assert credential.expires_at > datetime.now(UTC).timestamp() + 600
    assert asked.headers["authorization"] == authorization(asked, "eu-west-1", credential.parts()["secret_access_key"])
    assert asked.headers["x-amz-security-token"] == credential.parts()["session_token"]
    assert json.loads(asked.body)["messages"]
    assert MODEL.partition(".")[0] in asked.path
