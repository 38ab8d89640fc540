"""Where a credential is found: each kind of place, the order among them, and what is said of those that have none."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from credential_searches import KEY_ROUTE, KINDS, NOW, STEPS, STORES, search
from modelwright import CredentialError, StoredSecretError
from modelwright.cli.credential_report import as_text
from modelwright.runtime.credentials import chain

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-marked-0123456789"
TWO_ROUTES = [
    {"id": "key", "base_url": "https://api.acme.example", "auth": {"kind": "api-key", "header": "x-api-key", "env": ["ACME_API_KEY"], "key_prefix": "ak-"}},
    {"id": "token", "base_url": "https://api.acme.example", "auth": {"kind": "bearer", "env": ["ACME_TOKEN"]}},
]
SIGNED = {"id": "signed", "auth": {"kind": "aws-sigv4"}}


def reasons(found: Any) -> dict[str, str]:
    return {look.step: look.reason for look in chain.looks(found)}


def tried(found: Any) -> dict[str, str]:
    with pytest.raises(CredentialError) as raised:
        chain.first(found)
    return dict(raised.value.tried)


def test_every_word_of_the_vocabulary_is_a_place_to_look() -> None:
    """A step that the registry has and the code has not would stop every search."""
    assert set(STEPS) == {look.step for look in chain.looks(search(*(word for word in STEPS if word != "profile")))} | {"profile"}


def test_the_first_step_that_has_one_wins_whatever_the_order_is(tmp_path: Path) -> None:
    """contradictions.md 1: env before config, config before env, both are data."""
    file = tmp_path / "sloppy.json"
    file.write_text(json.dumps({"key": "of the file"}))
    inline = {"step": "inline", "file": "user/sloppy.json", "pointers": {"key": "/key"}}
    more: dict[str, Any] = {"environ": {"ACME_API_KEY": "of the environment"}, "locate": lambda _: (str(file), None)}
    assert chain.first(search("env", inline, **more)).parts() == {"key": "of the environment"}
    assert chain.first(search(inline, "env", **more)).parts() == {"key": "of the file"}
    assert chain.first(search(inline, "env", **more, explicit=" of the call ")).source == "explicit"
    assert chain.first(search("explicit", inline, "env", **more, explicit=" of the call ")).parts() == {"key": "of the call"}


@given(order=st.permutations(["explicit", "env", "none", "vault", "cli-sync", "oauth", "chain"]), has=st.sets(st.sampled_from(["explicit", "env", "none"])))
def test_looking_and_finding_agree_on_every_order(order: list[str], has: set[str]) -> None:
    route = {**KEY_ROUTE, "auth": {**KEY_ROUTE["auth"], "required": "none" not in has}}  # type: ignore[dict-item]  # a route is a mapping
    found = search(
        *order,
        routes=[route],
        environ={"ACME_KEY": "k", "PROVIDERS_HOME": "/nonexistent"} if "env" in has else {"PROVIDERS_HOME": "/nonexistent"},
        explicit="x" if "explicit" in has else None,
    )
    won = next((look for look in chain.looks(found) if look.found), None)
    assert (won is None) == (not has)
    assert [look.step for look in chain.looks(found)] == order
    if won is not None:
        assert won.step == next(step for step in order if step in has)
        assert chain.first(found).source == won.source
    else:
        assert set(tried(found)) == {"explicit", "env", "vault", "none"}  # the others could have none for a key


def test_variables_are_read_in_their_order_and_placeholders_are_none() -> None:
    """Fased 39: placeholder tokens are not sent."""
    assert chain.first(search("env", environ={"ACME_KEY": "2", "ACME_API_KEY": "1"})).source == "env:ACME_API_KEY"
    assert chain.first(search("env", environ={"ACME_KEY": " 2\n", "ACME_API_KEY": "n/a"})).headers() == {"Authorization": "Bearer 2"}
    assert chain.first(search({"step": "env", "names": ["MINE"]}, environ={"ACME_API_KEY": "1", "MINE": "3"})).source == "env:MINE"
    assert reasons(search("env", environ={"ACME_API_KEY": "n/a"})) == {"env": "ACME_KEY is not set; ACME_API_KEY holds a placeholder"}
    assert reasons(search("env")) == {"env": "ACME_API_KEY and ACME_KEY are not set"}


@pytest.mark.parametrize(
    ("auth", "headers", "query"),
    [
        ({"kind": "bearer"}, {"Authorization": "Bearer k"}, {}),
        ({"kind": "bearer", "header": "cf-aig-authorization"}, {"cf-aig-authorization": "Bearer k"}, {}),
        ({"kind": "api-key"}, {"x-api-key": "k"}, {}),
        ({"kind": "api-key", "header": "api-key"}, {"api-key": "k"}, {}),
        ({"kind": "query-key", "query": "key"}, {}, {"key": "k"}),
        ({"kind": "oauth-device"}, {"Authorization": "Bearer k"}, {}),
    ],
)
def test_a_key_is_sent_as_the_route_says(auth: dict[str, Any], headers: dict[str, str], query: dict[str, str]) -> None:
    found = chain.first(search("explicit", routes=[{"id": "r", "auth": auth}], explicit="k"))
    assert (found.headers(), found.query(), found.route) == (headers, query, "r")


def test_what_the_account_says_of_auth_lies_over_the_route() -> None:
    found = search("explicit", explicit="k", account={"auth": {"kind": "api-key"}})
    assert chain.first(found).headers() == {"x-api-key": "k"}


@pytest.mark.parametrize(("key", "route"), [("ak-1", "key"), ("tok-1", "token")])
def test_a_key_tells_by_its_beginning_which_route_it_is_for_but_not_at_another_host(key: str, route: str) -> None:
    """Sloppy 25: keys go as x-api-key, other tokens as bearer, and at third parties all as keys."""
    assert chain.first(search("explicit", routes=TWO_ROUTES, explicit=key)).route == route
    assert chain.first(search("explicit", routes=TWO_ROUTES, explicit=key, account={"base_url": "https://proxy.example/v1"})).route == "key"
    assert chain.first(search("explicit", routes=TWO_ROUTES, explicit=key, account={"base_url": "https://api.acme.example/"})).route == route


@pytest.mark.parametrize(
    ("required", "base_url", "is_free"),
    [(False, "https://h.example", True), ("if_public_host", "http://192.168.1.5:8000/v1", True), ("if_public_host", "https://h.example", False), (True, "http://127.0.0.1", False)],
)
def test_no_credential_is_enough_where_the_route_allows_it(required: Any, base_url: str, is_free: bool) -> None:
    """Sloppy 24: keyless at a private address, not at a public one."""
    found = search("none", routes=[{"id": "r", "base_url": base_url, "auth": {"kind": "bearer", "required": required}}])
    if is_free:
        assert (chain.first(found).source, chain.first(found).headers(), chain.first(found).parts()) == ("none", {}, {})
    else:
        assert set(tried(found)) == {"none"}
    keyless = found.but(account={**found.account, "keyless": True})
    assert chain.looks(keyless)[0].found is (is_free or required == "if_public_host")


def test_secrets_that_no_header_can_carry_are_passed_over_and_not_repeated() -> None:
    found = search("explicit", "env", explicit="two\nlines", environ={"ACME_KEY": "schlüssel"})
    with pytest.raises(CredentialError) as raised:
        chain.first(found)
    assert [reason for _, reason in raised.value.tried] == ["explicit has characters that no key has", "env:ACME_KEY has characters that no key has"]
    assert list(raised.value.broken) == [reason for _, reason in raised.value.tried]
    assert "two" not in str(raised.value)
    assert "schl" not in repr(raised.value)


def test_the_error_says_what_each_step_lacks_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CredentialError) as raised:
        chain.first(search("explicit", "env", {"step": "vault", "id": "work"}, "cli-sync", "none", environ={"PROVIDERS_HOME": str(tmp_path)}))
    assert str(raised.value) == (
        "no credential for 'work': explicit: none was given; env: ACME_API_KEY and ACME_KEY are not set; vault: nothing is stored; none: one is required; "
        "set ACME_API_KEY or ACME_KEY, or run `providers login work`"
    )


def test_inline_secrets_are_read_from_the_file_that_was_compiled_and_from_no_other(tmp_path: Path) -> None:
    """A file that changed may have somebody else's key at the pointer; it would be sent to the wrong place."""
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"a/b": [{"k": f"  {SECRET} "}, {"k": "   "}]}))
    then = sha256(file.read_bytes()).hexdigest()

    def inline(index: int, digest: str | None) -> Any:
        step = {"step": "inline", "file": "user/s.json", "pointers": {"key": f"/a~1b/{index}/k"}}
        return search(step, "env", environ={"ACME_KEY": "other"}, locate=lambda _: (str(file), digest))

    assert chain.first(inline(0, then)).headers() == {"Authorization": f"Bearer {SECRET}"}
    assert chain.first(inline(1, then)).source == "env:ACME_KEY"
    for digest in ("0" * 64,):
        with pytest.raises(StoredSecretError, match="changed since it was compiled; run `providers compile`"):
            chain.first(inline(0, digest))
        assert [look.found for look in chain.looks(inline(0, digest))] == [False, True]
    file.write_text("{" + SECRET)
    with pytest.raises(StoredSecretError, match="it is no JSON") as raised:
        chain.first(inline(0, None))
    assert SECRET not in "".join(map(repr, _causes(raised.value)))
    with pytest.raises(StoredSecretError, match=r"nobody knows where user/s\.json is"):
        chain.first(search({"step": "inline", "file": "user/s.json", "pointers": {"key": "/k"}}))


def _causes(error: BaseException | None) -> list[Any]:
    """Return an error with all that led to it, and what those carry."""
    found: list[Any] = []
    while error is not None:
        found += [error, error.args, vars(error), getattr(error, "doc", None), getattr(error, "object", None)]
        error = error.__cause__ or error.__context__
    return found


def test_inline_parts_of_a_signature_need_each_other(tmp_path: Path) -> None:
    """Sophon 6: a missing secret access key is an error that names it."""
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"id": "AKIA", "secret": ""}))
    step = {"step": "inline", "file": "s.json", "pointers": {"access_key_id": "/id", "secret_access_key": "/secret"}}
    found = search(step, routes=[SIGNED], locate=lambda _: (str(file), None))
    assert tried(found) == {"inline": f"{file} has nothing at /secret"}
    file.write_text(json.dumps({"id": "AKIA", "secret": "s"}))
    assert chain.first(found).parts() == {"access_key_id": "AKIA", "secret_access_key": "s"}
    assert chain.first(found).headers() == {}


PROFILES = {
    "k": {"credentials": [{"step": "env", "names": ["K"]}]},
    "o": {"kind": "oauth", "credentials": [{"step": "env", "names": ["O"]}]},
    "t": {"kind": "token", "credentials": [{"step": "env", "names": ["T"]}], "route": "token"},
}


@pytest.mark.parametrize(
    ("order", "environ", "only", "profile"),
    [
        (None, {"K": "1", "O": "2", "T": "3"}, None, "o"),
        (None, {"K": "1", "T": "3"}, None, "t"),
        (["k"], {"K": "1", "O": "2"}, None, "k"),
        (["gone", "k"], {"K": "1"}, None, "k"),
        (["k"], {"O": "2", "T": "3"}, None, "o"),
        (None, {"K": "1", "O": "2", "T": "3"}, "t", "t"),
        (None, {"ACME_TOKEN": "4"}, None, None),
    ],
)
def test_profiles_come_in_the_order_that_is_written_else_sign_ins_before_tokens_before_keys(
    order: list[str] | None, environ: dict[str, str], only: str | None, profile: str | None
) -> None:
    account = {"profiles": PROFILES, **({"profile_order": order} if order else {})}
    found = chain.first(search("profile", "env", routes=TWO_ROUTES, account=account, environ=environ, profile=only))
    assert found.profile == profile
    assert found.route == ("token" if profile in ("t", None) else found.route)


def test_a_profile_that_is_asked_for_and_has_nothing_does_not_give_way_to_another() -> None:
    """Fased 36: an unknown profile is an error."""
    for only in ("t", "nobody"):
        assert set(tried(search("profile", "env", routes=TWO_ROUTES, account={"profiles": PROFILES}, environ={"K": "1", "ACME_API_KEY": "2"}, profile=only))) == (
            {"env t"} if only == "t" else set()
        )


def jwt(ends: float) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps({'exp': ends}).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize(
    ("store", "content", "ends"),
    [
        ("claude-code", {"claudeAiOauth": {"accessToken": SECRET, "expiresAt": (NOW + 3600) * 1000}}, NOW + 3600),
        ("claude-code", {"claudeAiOauth": {"accessToken": SECRET, "expiresAt": NOW + 3600}}, NOW + 3600),  # values below 1e11 are seconds
        ("codex", {"tokens": {"access_token": jwt(NOW + 7200), "account_id": "acc-1"}}, NOW + 7200),
        ("kimi-code", {"access_token": SECRET, "expires_at": NOW + 600}, NOW + 600),
        ("minimax", {"access_token": SECRET, "expiry_date": str((NOW + 600) * 1000)}, NOW + 600),
        ("github-copilot", {"github.com:Iv1.abc": {"oauth_token": SECRET}}, None),
        ("opencode", {"opencode": {"key": SECRET}}, None),
    ],
)
def test_the_token_of_a_tool_is_read_where_it_keeps_it(store: str, content: dict[str, Any], ends: float | None, tmp_path: Path) -> None:
    file = tmp_path / STORES[store]["files"][-1].removeprefix("~/")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(content))
    found = chain.first(search("cli-sync", routes=[{"id": "cli", "auth": {"kind": "cli-sync", "store": store}}], environ={"HOME": str(tmp_path)}))
    assert (found.source, found.expires_at) == (f"cli:{store}", ends)
    assert found.headers()["Authorization"].removeprefix("Bearer ") in json.dumps(content)
    assert found.extra == ({"chatgpt-account-id": "acc-1"} if store == "codex" else {})


def test_a_token_that_ends_too_soon_or_is_not_there_says_how_to_sign_in(tmp_path: Path) -> None:
    """Sophon 20: a missing file leads to `claude auth login`; what the tool renews is picked up."""
    found = search("cli-sync", routes=[{"id": "cli", "auth": {"kind": "cli-sync", "store": "claude-code"}}], environ={"HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": str(tmp_path)})
    assert tried(found) == {"cli-sync": "~/.claude/.credentials.json is not there; sign in with: claude auth login"}
    file = tmp_path / ".credentials.json"
    for content, reason in [
        ("{" + SECRET, "it is no JSON"),
        ("[]", "has no token"),
        (json.dumps({"claudeAiOauth": {"accessToken": SECRET, "expiresAt": (NOW + 59) * 1000}}), "has ended"),
    ]:
        file.write_text(content)
        (look,) = chain.looks(found)
        assert reason in look.reason
        assert "claude auth login" in look.reason
        assert SECRET not in repr(look) + look.reason
    assert look.expired_at == NOW + 59
    file.write_text(json.dumps({"claudeAiOauth": {"accessToken": SECRET, "expiresAt": (NOW + 61) * 1000}}))
    assert chain.first(found).parts() == {"key": SECRET}


@pytest.mark.parametrize(
    ("said", "ends", "found"),
    [
        ("2026-11-26T12:10:00Z", NOW + 600, True),
        ("2026-11-26T11:00:00+00:00", None, False),
        ("\u00b2", None, True),
        ("never", None, True),
        (1e300, 1e297, True),
        (-5, -5, False),
        ([], None, True),
        ("", None, True),
    ],
)
def test_times_are_read_as_they_are_written(said: Any, ends: float | None, found: bool, tmp_path: Path) -> None:
    file = tmp_path / ".kimi" / "credentials" / "kimi-code.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"access_token": SECRET, "expires_at": said}))
    store = {**STORES["kimi-code"], "expires_in": "milliseconds"}
    asked = search({"step": "cli-sync", "id": "kimi-code"}, environ={"HOME": str(tmp_path)}).but(stores={"kimi-code": store})
    (look,) = chain.looks(asked)
    assert look.found is found
    if found:
        assert chain.first(asked).expires_at == ends
    assert as_text(look.expires_at or look.expired_at or 0)


def test_a_tool_that_says_nothing_of_the_end_is_believed_for_an_hour(tmp_path: Path) -> None:
    file = tmp_path / "auth.json"
    file.write_text(json.dumps({"tokens": {"access_token": "opaque"}}))
    os.utime(file, (NOW - 3000, NOW - 3000))
    found = search({"step": "cli-sync", "id": "codex"}, environ={"CODEX_HOME": str(tmp_path)})
    assert chain.first(found).expires_at == NOW + 600
    os.utime(file, (NOW - 3400, NOW - 3400))  # five minutes before the end count as the end
    assert "has ended" in tried(found)["cli-sync"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set"),
        ({"AWS_PROFILE": "p"}, "AWS_PROFILE is set"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "f"}, "AWS_WEB_IDENTITY_TOKEN_FILE is set"),
        ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/u"}, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set"),
        ({"AWS_SHARED_CREDENTIALS_FILE": os.devnull.replace("null", "zero-not-there"), "AWS_ACCESS_KEY_ID": "AKIA"}, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"),
        ({}, "no AWS variables are set and there is no ~/.aws; a role of this machine is not looked for"),
    ],
)
def test_the_chain_of_a_cloud_is_looked_at_without_asking_anybody(environ: dict[str, str], said: str, tmp_path: Path) -> None:
    """Zot 18: keys, profiles, IRSA and ECS."""
    found = search("chain", routes=[SIGNED], environ={"HOME": str(tmp_path), **environ})
    assert reasons(found) == {"chain": said}
    if "no AWS" in said:
        with pytest.raises(CredentialError, match=r"; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE$"):
            chain.first(found)
    if "AWS_SESSION_TOKEN" in environ:
        assert chain.first(found).parts() == {"access_key_id": "AKIA", "secret_access_key": "s", "session_token": "t"}
        assert (chain.first(found).source, chain.first(found).headers()) == ("aws-sigv4", {})


def test_what_a_profile_of_aws_has_is_asked_of_its_own_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    monkeypatch.delitem(sys.modules, "modelwright.runtime.credentials.aws_chain", raising=False)
    monkeypatch.delattr("modelwright.runtime.credentials.aws_chain", raising=False)
    printed = [(0, json.dumps({"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": SECRET, "SessionToken": None}).encode()), (255, b""), (0, f"no json {SECRET}".encode())]
    asked: list[tuple[str, ...]] = []

    def run(argv: Any, _seconds: float, _environ: Any) -> tuple[int, bytes]:
        asked.append(tuple(argv))
        return printed.pop(0)

    found = search("chain", routes=[SIGNED], environ={"HOME": str(tmp_path), "AWS_PROFILE": "p"}, run=run)
    assert chain.first(found).parts() == {"access_key_id": "AKIA", "secret_access_key": SECRET}
    assert asked == [("aws", "configure", "export-credentials", "--format", "process")]
    assert tried(found) == {"chain": "aws configure export-credentials ended with exit code 255"}
    assert tried(found) == {"chain": "aws configure export-credentials printed something else than credentials"}


def test_google_s_default_credentials_are_looked_for_in_their_places(tmp_path: Path) -> None:
    route = {"id": "adc", "auth": {"kind": "gcp-adc", "env": ["GOOGLE_APPLICATION_CREDENTIALS"]}}
    environ = {"HOME": str(tmp_path)}
    assert "names gone.json, which is not there" in reasons(search("chain", routes=[route], environ={**environ, "GOOGLE_APPLICATION_CREDENTIALS": "gone.json"}))["chain"]
    with pytest.raises(CredentialError, match=r"; set GOOGLE_APPLICATION_CREDENTIALS or run `gcloud auth application-default login`$"):
        chain.first(search("chain", routes=[route], environ=environ))
    file = tmp_path / ".config" / "gcloud" / "application_default_credentials.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    assert reasons(search("chain", routes=[route], environ=environ)) == {"chain": f"{file} is there"}


def test_a_credential_shows_its_place_and_never_itself() -> None:
    found = chain.first(search("explicit", explicit=SECRET))
    for text in (repr(found), str(found), f"{found}", f"{found!r:>40}", repr(chain.looks(search("explicit", explicit=SECRET)))):
        assert SECRET not in text
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(found)
    with pytest.raises(AttributeError):
        found.source = "x"
    assert "explicit" in repr(found)


def test_nothing_of_this_is_imported_before_a_credential_is_asked_for(artifact: Path, tmp_path: Path) -> None:
    code = """
import sys, modelwright
registry = modelwright.load(sys.argv[1])
model = registry.resolve("openai/gpt-5.5")
modelwright.cost(model, modelwright.Usage(1))
print([name for name in sys.modules if name.startswith("modelwright.runtime.credentials") or name in ("cryptography", "keyring", "filelock", "subprocess")])
print(registry.credential("openai", environ={"OPENAI_API_KEY": "k", "PROVIDERS_HOME": sys.argv[2]}))
print([name for name in sys.modules if name in ("cryptography", "keyring", "filelock", "subprocess", "json")])
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, str(artifact), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", "") or os.pathsep.join(sys.path)},
    )
    assert done.stdout.splitlines() == ["[]", "<Credential env:OPENAI_API_KEY>", "[]"]


def test_all_kinds_of_auth_say_what_they_send() -> None:
    assert {name: kind["parts"] for name, kind in KINDS.items() if "parts" in kind and kind["parts"] != ["key"]} == {"aws-sigv4": ["access_key_id", "secret_access_key"]}
    assert all(kind.get("header") or kind.get("is_key") for kind in KINDS.values() if kind["secret"])
