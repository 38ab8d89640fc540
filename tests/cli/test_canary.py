"""
No secret is ever told: every command runs with marked secrets in every place that may hold one, when all is well and when it is not.

All that is printed, and every file that is written, is searched for the marks as they are, in Base64 and URL-encoded; only the user's
own files, their copies and zot's auth.json hold them.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import socket
import sys
import traceback
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click
import pytest

from discover.servers import Call, Reply, as_json, serving
from modelwright import CredentialError, load
from modelwright.cli.root import group
from modelwright.resources import registry_dir
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODELS = {"openai": "gpt-5.5", "anthropic": "claude-sonnet-4-5", "google": "gemini-2.5-flash"}
_MODELS = """\
provider: {provider}
sources: {{default: {{from: "the documentation", read_on: 2026-11-01}}}}
models:
  - {{id: {id}, name: {id}, limits: {{context_tokens: 200000}}, input: [text], output: [text], prices: [{{input_usd_per_mtok: 1, output_usd_per_mtok: 2}}]}}
"""
PLACES = (
    "env",
    "sophon",
    "sophon-id",
    "sophon-secret",
    "sloppy",
    "routerly",
    "fased",
    "zot",
    "native",
    "vault",
    "profile",
    "auth-json",
    "auth-json-token",
    "cli",
    "codex",
    "command",
    "explicit",
    "stdin",
    "listed",
)


def mark(place: str) -> str:
    """Return the secret of *place*: with what has to be encoded in addresses, and of no kind that is known by its beginning."""
    return f"Mk/canary+{sha256(place.encode()).hexdigest()[:36]}=="


MARKS = {place: mark(place) for place in PLACES}


def disguises(secret: str) -> set[str]:
    """Return what betrays *secret*: any third of what is its own, which is the same in addresses, and all of it in Base64, wherever it begins there."""
    own = secret[-38:-2]
    return {own[:12], own[12:24], own[24:]} | {b64encode(b"x" * shift + secret.encode())[4 if shift else 0 : -4].decode() for shift in range(3)}


DISGUISES = {place: disguises(secret) for place, secret in MARKS.items()}


def leaks(text: str | bytes) -> list[str]:
    """Return the places whose secrets *text* holds."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return [place for place, shapes in DISGUISES.items() if any(shape in text for shape in shapes)]


@pytest.mark.parametrize("shift", range(4))
def test_the_search_finds_what_is_hidden(shift: int) -> None:
    for place, secret in MARKS.items():
        for hidden in (secret, quote(secret, safe=""), b64encode(b"user:id"[:shift] + secret.encode() + b"tail").decode(), f"…{secret[-14:]}", f"{secret[:24]}…"):
            assert place in leaks(hidden)
    assert leaks("nothing") == []


class World:
    """A user of all systems at once, with a secret in every place."""

    def __init__(self, root: Path, home: Path, url: str) -> None:
        self.root, self.home, self.url = root, home, url
        self.user_home, self.work = root / "user", root / "work"
        self.own: dict[str, Path] = {}

    def lay(self) -> None:
        """Write everything anew."""
        for folder in (self.home, self.user_home, self.work):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        registry = self.work / "registry"
        (registry / "models").mkdir(parents=True)
        shutil.copytree(f"{registry_dir()}/providers", registry / "providers")
        for provider, identity in MODELS.items():
            (registry / "models" / f"{provider}.yaml").write_text(_MODELS.format(provider=provider, id=identity))
        shutil.copytree(f"{registry_dir()}/vocabulary", registry / "vocabulary", ignore=shutil.ignore_patterns("catalogues.yaml"))
        self._configure()
        self._sign_in()

    def _configure(self) -> None:
        command = self.user_home / "print-key"
        command.write_text(f"#!{sys.executable}\nimport sys\nprint(*[{MARKS['command']!r}] * len(sys.argv), sep='\\n')\n")
        command.chmod(0o700)
        said: dict[str, Any] = {
            "models.json": {
                "accounts": {
                    "env": {"provider": "openai", "credentials": ["explicit", {"env": "CANARY_KEY"}, "none"]},
                    "stored": {"provider": "openai", "credentials": ["vault"]},
                    "rotating": {
                        "provider": "openai",
                        "credentials": ["profile"],
                        "profile_order": ["home"],
                        "profiles": {"home": {}, "away": {"credentials": [{"env": "CANARY_KEY"}]}},
                    },
                    "printed": {"provider": "openai", "credentials": [{"command": [str(command)]}]},
                    "failing": {"provider": "openai", "credentials": [{"command": [str(command), "twice"], "timeout_ms": 5000}, {"env": "NOT_SET"}]},
                    "tool": {"provider": "anthropic-subscription", "route": "cli"},
                    "codex": {"provider": "openai-codex"},
                    "zots": {"provider": "openrouter", "credentials": ["auth-json", "vault"]},
                },
                "providers": {"in-house": {"base_url": f"{self.url}/v1", "discover": True, "auth": {"kind": "bearer", "env": ["CANARY_KEY"]}, "models": {"own": {}}}},
            },
            "sophon.json": {
                "providers": [
                    {"id": "main", "providerType": "anthropic", "apiKey": MARKS["sophon"], "baseUrl": self.url},
                    {"id": "aws", "providerType": "bedrock", "accessKeyId": MARKS["sophon-id"], "secretAccessKey": MARKS["sophon-secret"]},
                ]
            },
            "sloppy.json": {"models": [{"title": "openai-api", "apiKey": MARKS["sloppy"], "apiUrl": f"{self.url}/v1", "model": "gpt-5.5"}]},
            "routerly.json": [
                {
                    "id": "gemini-2.5-flash",
                    "name": "g",
                    "provider": "gemini",
                    "endpoint": "https://generativelanguage.googleapis.com",
                    "apiKey": MARKS["routerly"],
                    "cost": {"inputPerMillion": 1, "outputPerMillion": 2},
                }
            ],
            "fased.json": {
                "models": {
                    "mode": "merge",
                    "providers": {"theirs": {"baseUrl": f"{self.url}/v1", "apiKey": MARKS["fased"], "api": "openai-completions", "models": [{"id": "m", "name": "m"}]}},
                }
            },
            "zot.json": {"providers": {"company": {"baseUrl": f"{self.url}/v1", "api": "openai", "apiKey": MARKS["zot"], "models": [{"id": "m"}]}}},
            "broken.json": {"accounts": {"bad": {"provider": "openai", "apiKey": MARKS["native"], "credentials": [{"key": MARKS["native"]}]}}},
        }
        for name, data in said.items():
            self.own[name] = (self.home if name == "models.json" else self.work) / name
            self.own[name].write_text(json.dumps(data, indent=1))
        torn = self.work / "torn.json"
        torn.write_text(json.dumps(said["sophon.json"])[:-30])
        self.own["torn.json"] = torn

    def _sign_in(self) -> None:
        vault = Vault(os.environ)
        vault.store("stored", "openai", {"key": MARKS["vault"]})
        vault.store("rotating home", "openai", {"key": MARKS["profile"]})
        files = {
            "zot/auth.json": {
                "openai": {"api_key": MARKS["auth-json"]},
                "additional_api_key_creds": {"openrouter": {"api_key": MARKS["auth-json"]}},
                "anthropic": {"oauth": {"access_token": MARKS["auth-json-token"]}},
            },
            ".claude/.credentials.json": {"claudeAiOauth": {"accessToken": MARKS["cli"], "refreshToken": MARKS["cli"]}},
            ".codex/auth.json": {"tokens": {"access_token": MARKS["codex"], "account_id": "acc"}},
        }
        for name, data in files.items():
            place = self.user_home / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(data))

    def configs(self) -> list[Path]:
        return [self.own["models.json"], *(self.own[f"{name}.json"] for name in ("sophon", "sloppy", "routerly", "fased", "zot"))]

    def written(self) -> Iterator[Path]:
        """Yield every file that is not the user's own, a copy of one, or a tool's."""
        own = {str(path) for path in self.own.values()}
        for folder in (self.home, self.work, self.user_home):
            for path in folder.rglob("*"):
                is_own = str(path).split(".backup.")[0].split(".broken.")[0] in own or ".backup" in path.name
                if path.is_file() and not is_own and path.name not in ("auth.json", ".credentials.json", "print-key"):
                    yield path


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setitem(sys.modules, "keyring", None)
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN", "_BASE_URL", "_HOST")) or name.lower().endswith("_proxy") or name == "GITHUB_STEP_SUMMARY"]:
        monkeypatch.delenv(name)

    def answer(call: Call) -> Reply:
        given = call.headers.get("authorization") or call.headers.get("x-api-key") or str(call.query)
        if "models" not in call.path or "bad" in call.headers.get("x-team", ""):
            return as_json({"error": {"message": f"the key {given} is wrong"}}, 401)
        return as_json({"data": [{"id": "gpt-5.5"}, {"id": "m"}]}) if "canary" in given else as_json({"error": {"message": f"who is {given}?"}}, 403)

    def only_here(host: Any, *more: Any, **named: Any) -> Any:
        assert host in ("127.0.0.1", "localhost", "", None), f"{host} was asked"
        return look_up(host, *more, **named)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", only_here)
    with serving(answer) as server:
        world = World(tmp_path, home, server.url)
        for name, value in {
            "HOME": str(world.user_home),
            "ZOT_HOME": str(world.user_home / "zot"),
            "CANARY_KEY": MARKS["env"],
            "OPENAI_API_KEY": MARKS["env"],
            "COLUMNS": "200",
        }.items():
            monkeypatch.setenv(name, value)
        world.lay()
        monkeypatch.chdir(world.work)
        yield world


CALLS = """
compile
compile --check
compile --target json -o out.json
compile --lock
compile --config broken.json
compile --config torn.json
compile --config nowhere.json
compile --config zot.json -o zot.artifact
compile
lint
lint --format json
lint --format github
lint --format sarif
lint --config broken.json
lint --config torn.json broken.json
lint --config sloppy.json --dialect zot
refresh in-house --no-cache --json
refresh --no-cache in-house --record recorded
refresh in-house --no-cache --write-review
refresh openai --no-network
refresh --from-file recorded
refresh --verify-live --apply
diff --json registry registry
probe in-house --json
probe in-house --api-key {explicit}
probe openai --base-url {url}/v1 --api-key {explicit}
probe openai --base-url {url}/nowhere --api-key {explicit} --json
probe openai --base-url {url}/v1 --config sloppy.json
probe anthropic --config sophon.json --json
probe google --base-url {url} --config routerly.json
probe openai-codex --base-url {url}
login stored --stdin
login zots --stdin
login printed --stdin
login stored --command "no-such-program {explicit}"
login stored {explicit}
login stored --command "{home}/print-key twice"
login stored --command {home}/print-key
login rotating --profile home --stdin
login nobody --stdin
login --rotate
logout rotating --profile home
logout zots
logout nobody
auth status
auth status --json --check
auth status --format csv
auth status nobody
list --json
list --signed-in-first
accounts list --json
accounts list --format csv
accounts add another --provider openai --env CANARY_KEY --config {models}
accounts add another --env OTHER_KEY --config {models}
accounts add failing --config {models} --command "{home}/print-key twice"
accounts default another --config {models}
accounts order another env --config {models}
accounts remove another --config {models}
accounts remove nobody --config {models}
accounts add mine --provider anthropic --config sophon.json
accounts import sophon.json
accounts import sloppy.json --backup
accounts import routerly.json
accounts import fased.json
accounts import torn.json
models list --json
models show openai/gpt-5.5 --json
models add --provider in-house --model more --base-url {url}/v2 --config {models}
models add --provider openai --model more --config sloppy.json
models add --provider company --model more --config zot.json
models add --provider openai --model another --config {models}
models remove --provider in-house --model more --config {models}
compile
resolve env/gpt-5.5 --json
resolve main/claude-sonnet-4-5
resolve {explicit}
route env/gpt-5.5 main/claude-sonnet-4-5 rotating/gpt-5.5 --explain
route --needs vision --explain --json
route {explicit}
call in-house/own Hi --explain
call in-house/own Hi --json --stream
count in-house/own Hi --json
embed in-house/own Hi
call {explicit} Hi
usage
usage --by route --json
cost openai/gpt-5.5 --input 1000 --json
why env credential
why main credential --json
why failing credential
why tool credential --json
why zots credential
why in-house/own
why openai base_url --json
why nobody credential
explain PV703
trust sophon.json
restore torn.json
restore broken.json
import litellm sophon.json
conflicts --json --against litellm sophon.json
schema overlay
completion bash
no-such-command {explicit}
"""
"""What is called, in this order; {explicit} is a secret that somebody writes where it does not belong, and may be told back to them alone."""
TELLS_BACK = ("resolve {explicit}", "route {explicit}", "call {explicit} Hi", "no-such-command")
"""Calls that repeat what was written on the command line in the place of a name."""


TOUCHED = (
    "probe in-house",
    "login",
    "logout",
    "auth",
    "list --signed",
    "accounts list",
    "accounts import",
    "models show",
    "resolve",
    "route",
    "cost",
    "why",
    "refresh in-house --no-cache --json",
)
"""Beginnings of the calls that read what is damaged in some tests."""


def test_every_command_is_called() -> None:
    def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from leaves(found, (*path, name))
        else:
            yield " ".join(path)

    called = CALLS.strip().splitlines()
    assert [leaf for leaf in leaves(group) if not any(call == leaf or call.startswith(f"{leaf} ") for call in called)] == []


def call(arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Return the exit code of a call and all that it printed; an exception that nobody caught is an error."""
    from modelwright.cli import main

    monkeypatch.setattr(sys, "argv", ["providers", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{MARKS['stdin']}\n"))
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main()
    printed = capsys.readouterr()
    return int(stopped.value.code or 0), printed.out + printed.err


@pytest.mark.parametrize("damage", ["", "vault.key", "vault.json", "auth.json", "registry.artifact"])
def test_no_command_tells_a_secret_and_no_file_that_is_written_holds_one(damage: str, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS_CONFIG", os.pathsep.join(map(str, world.configs()[:-1])))
    code, printed = call(["compile"], capsys, monkeypatch)
    assert code == 0, printed
    if damage:
        file = world.user_home / "zot" / damage if damage == "auth.json" else world.home / damage
        file.write_bytes(file.read_bytes()[:-20])
    codes = set()
    for line in CALLS.strip().splitlines():
        if damage and not line.startswith(TOUCHED):
            continue
        arguments = shlex.split(line.format(explicit=MARKS["explicit"], url=world.url, home=world.user_home, models=world.own["models.json"]))
        code, printed = call(arguments, capsys, monkeypatch)
        codes.add(code)
        allowed = ["explicit"] if line.startswith(TELLS_BACK) else []
        assert [place for place in leaks(printed) if place not in allowed] == [], (line, printed)
        assert "Traceback" not in printed, (line, printed)
        assert {str(path.relative_to(world.root)): found for path in world.written() if (found := leaks(path.read_bytes()))} == {}, line
    assert codes >= ({0, 1, 2, 4} if damage.startswith("vault") else {0, 1, 2})


def test_credentials_are_found_where_the_marks_are(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the search above might find nothing because there is nothing."""
    monkeypatch.setenv("PROVIDERS_CONFIG", os.pathsep.join(map(str, world.configs()[:-1])))
    code, printed = call(["compile"], capsys, monkeypatch)
    assert code == 0, printed
    registry = load()
    expected = {
        "env": "env", "stored": "vault", "rotating": "profile", "printed": "command", "tool": "cli", "codex": "codex", "zots": "auth-json", "main": "sophon", "openai-api": "sloppy", "gemini": "routerly", "theirs": "fased",
    }  # fmt: skip
    found = {account: registry.credential(account) for account in expected}
    assert {account: credential.parts()["key"] for account, credential in found.items()} == {account: MARKS[place] for account, place in expected.items()}
    assert set(registry.credential("aws").parts().values()) == {MARKS["sophon-id"], MARKS["sophon-secret"]}
    texts = [text for credential in found.values() for text in (repr(credential), str(credential), f"{credential}")]
    assert leaks("\n".join(texts)) == []


@pytest.mark.parametrize("account", ["failing", "stored", "zots", "main", "rotating"])
def test_errors_hold_no_secret_in_any_of_their_parts(account: str, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of errors show messages, causes, and often the variables of each frame."""
    monkeypatch.setenv("PROVIDERS_CONFIG", os.pathsep.join(map(str, world.configs()[:-1])))
    call(["compile"], capsys, monkeypatch)
    for file in (world.home / "vault.json", world.user_home / "zot" / "auth.json", world.own["sophon.json"]):
        file.write_text(file.read_text()[:-9])
    environ = {name: value for name, value in os.environ.items() if name != "CANARY_KEY" and "canary" not in value}
    with pytest.raises(CredentialError) as raised:
        load().credential(account, environ=environ)
    error: BaseException | None = raised.value
    while error is not None:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert leaks(told.replace(repr(dict(os.environ)), "")) == []
        assert leaks(repr(error) + str(error) + repr(vars(error)) + repr(error.args)) == []
        error = error.__cause__ or error.__context__
