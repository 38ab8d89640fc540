"""What is told of credentials: where each account's is, why the other places were passed over, and never the secret."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run

SECRET = "sk-marked-0123456789"
HOUR = 3600


@pytest.fixture(autouse=True)
def _alone(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test the small registry, compiled, and none of the keys of this machine."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    for name in ("ACME_API_KEY", "ZENITH_API_KEY", "WORK_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def accounts(user_file: Path, run: Run) -> Any:
    """Return what makes accounts of the user's."""

    def write(said: dict[str, Any], **more: Any) -> None:
        user_file.write_text(json.dumps({"accounts": said, **more}, indent=2))
        run("compile")

    return write


def states(run: Run, *arguments: str) -> dict[str, str]:
    return {one["id"]: one["state"] for one in run("auth", "status", *arguments, "--json").json["accounts"]}


def test_status_has_every_step_with_its_reason(run: Run, accounts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts({"work": {"provider": "acme", "credentials": ["explicit", {"env": ["WORK_KEY", "ACME_API_KEY"]}, "vault", "none"]}})
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    (found,) = run("auth", "status", "work", "--json").json["accounts"]
    assert found == {
        "id": "work",
        "provider": "acme",
        "status": "active",
        "step": "env",
        "ok": True,
        "state": "ok",
        "source": "env:ACME_API_KEY",
        "route": "api",
        "expires_at": None,
        "steps": [
            {"step": "explicit", "found": False, "reason": "none was given"},
            {"step": "env", "found": True, "reason": "ACME_API_KEY is set"},
            {"step": "vault", "found": False, "reason": "nothing is stored"},
            {"step": "none", "found": False, "reason": "one is required"},
        ],
    }


def test_without_a_name_it_is_the_accounts_and_the_providers_that_have_a_credential(run: Run, accounts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("auth", "status").err == "no credential is found for any provider; `providers login PROVIDER` stores one\n"
    assert states(run) == {}
    monkeypatch.setenv("ZENITH_API_KEY", SECRET)
    assert states(run) == {"zenith": "ok"}
    accounts({"second": {"provider": "acme", "rank": 2}, "first": {"provider": "acme", "rank": 1}})
    assert list(states(run).items()) == [("first", "missing"), ("second", "missing"), ("zenith", "ok")]
    accounts({"first": {"provider": "acme"}}, policy={"visible": "configured"})
    assert states(run) == {"first": "missing"}


@pytest.mark.parametrize(("ends_in", "state", "code"), [(-1, "expired", 1), (23 * HOUR, "expiring", 5), (25 * HOUR, "ok", 0), (None, "ok", 0)])
def test_check_ends_with_1_for_what_is_expired_and_5_for_what_ends_within_a_day(ends_in: float | None, state: str, code: int, run: Run) -> None:
    """Fased 41, with the codes of this project."""
    Vault(os.environ).store("acme", "acme", {"key": SECRET}, expires_at=None if ends_in is None else time.time() + ends_in)
    assert states(run, "acme") == {"acme": state}
    run("auth", "status", "acme", "--check", code=code)
    (shown,) = run("auth", "status", "acme", "--json").json["accounts"]
    assert (shown["expires_at"] is None) == (ends_in is None)
    assert shown["ok"] is (state != "expired")


def test_what_ends_soon_is_what_one_says(run: Run) -> None:
    Vault(os.environ).store("acme", "acme", {"key": SECRET}, expires_at=time.time() + 3 * HOUR)
    run("auth", "status", "--check", "--within", "2", code=0)
    run("auth", "status", "--check", "--within", "4", code=5)


def test_check_looks_at_active_accounts_only_and_missing_comes_before_expiring(run: Run, accounts: Any) -> None:
    accounts({"work": {"provider": "acme"}, "old": {"provider": "acme", "status": "inactive"}})
    Vault(os.environ).store("work", "acme", {"key": SECRET}, expires_at=time.time() + HOUR)
    run("auth", "status", "--check", code=5)
    accounts({"work": {"provider": "acme"}, "old": {"provider": "acme"}})
    run("auth", "status", "--check", code=1)
    run("auth", "status", code=0)


def test_nothing_at_all_is_missing(run: Run) -> None:
    run("auth", "status", "--check", code=1)


def test_a_table_and_csv_say_the_same(run: Run, accounts: Any) -> None:
    accounts({"work": {"provider": "acme", "status": "inactive"}})
    Vault(os.environ).store("work", "acme", {"key": SECRET})
    (row,) = csv.DictReader(io.StringIO(run("auth", "status", "--format", "csv").out))
    assert row == {"account": "work", "provider": "acme", "state": "ok (inactive)", "credential": "vault:work", "ends": ""}
    assert run("auth", "status").out.splitlines()[1].split() == ["work", "acme", "ok", "(inactive)", "vault:work", "-"]


def test_a_vault_that_cannot_be_read_is_said_of_the_account_and_stops_nothing(run: Run, accounts: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts({"work": {"provider": "acme"}, "other": {"provider": "zenith"}})
    monkeypatch.setenv("ZENITH_API_KEY", SECRET)
    Vault(os.environ).store("work", "acme", {"key": SECRET})
    (home / "vault.key").unlink()
    assert states(run) == {"work": "missing", "other": "ok"}
    assert str(home / "vault.key") in run("auth", "status").out


def test_an_unknown_account_lists_the_nearest(run: Run) -> None:
    assert "unknown account 'acne'; nearest: acme" in run("auth", "status", "acne", code=1).err


def test_why_says_which_step_wins_and_why_the_others_do_not(run: Run, accounts: Any, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts({"work": {"provider": "acme", "credentials": ["explicit", {"env": "WORK_KEY"}, "vault", "env"]}})
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    Vault(os.environ).store("work", "acme", {"key": SECRET})
    assert run("why", "work", "credential").out.splitlines() == [
        "work credential = vault:work",
        f"  the order is the account's own  {user_file}:5:22",
        "        explicit   none was given",
        "        env        WORK_KEY is not set",
        "  wins  vault      stored as work",
        "  also  env        ACME_API_KEY is set",
    ]
    found = run("why", "work", "credential", "--json").json
    assert (found["ref"], found["field"], found["value"], found["account"], found["provider"]) == ("work", "credential", "vault:work", "work", "acme")
    assert [(step["step"], step["found"], step["wins"]) for step in found["steps"]] == [
        ("explicit", False, False),
        ("env", False, False),
        ("vault", True, True),
        ("env", True, False),
    ]
    assert found["origins"] == [
        {"layer": "user", "path": str(user_file), "line": 5, "column": 22, "source": None, "day": None, "value": ["explicit", "env", "vault", "env"], "wins": True}
    ]


def test_why_of_a_provider_or_a_model_is_that_of_its_first_account_or_of_the_policy(run: Run, accounts: Any) -> None:
    out = run("why", "acme", "credential").out
    assert "acme credential = not found\n  the order is that of native\n" in out
    assert out.endswith("  set ACME_API_KEY, or run `providers login acme`\n")
    assert run("why", "acme/acme-small", "credential").out == out == run("why", "acme", "credentials").out
    accounts({"work": {"provider": "acme", "rank": 2}, "first": {"provider": "acme", "rank": 1}, "off": {"provider": "acme", "rank": 0, "status": "inactive"}})
    assert run("why", "acme", "credential").out.startswith("first credential = not found")
    assert run("why", "work/acme-small", "credential").out.startswith("work credential = not found")
    accounts({}, policy={"credentials": ["vault", "env"]})
    assert "the order is that of the policy" in run("why", "acme", "credential").out
    assert [step["step"] for step in run("why", "acme", "credential", "--json").json["steps"]] == ["vault", "env"]


def test_why_reads_the_files_as_they_are_now_and_status_what_was_compiled(run: Run, user_file: Path) -> None:
    user_file.write_text('{"accounts": {"work": {"provider": "acme"}}}')
    assert "work credential = not found" in run("why", "work", "credential").out
    run("auth", "status", "work", code=1)


def test_signed_in_first_floats_providers_with_a_credential_and_leaves_the_order_of_the_rest(run: Run, accounts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def order(*flags: str) -> list[str]:
        return [one["id"] for one in run("list", *flags, "--json").json["providers"]]

    accounts({}, providers={"in-house": {"base_url": "http://10.0.0.1/v1"}})
    assert order() == order("--signed-in-first") == ["acme", "zenith", "in-house"]  # one that needs no key is not signed in
    monkeypatch.setenv("ZENITH_API_KEY", SECRET)
    assert order("--signed-in-first") == ["zenith", "acme", "in-house"]
    assert order() == ["acme", "zenith", "in-house"]
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    monkeypatch.setenv("IN_HOUSE_API_KEY", SECRET)
    assert order("--signed-in-first") == ["acme", "zenith", "in-house"]
    accounts({"work": {"provider": "acme", "credentials": [{"env": "WORK_KEY"}]}}, providers={"in-house": {"base_url": "http://10.0.0.1/v1"}})
    assert order("--signed-in-first") == ["zenith", "in-house", "acme"]  # the account does not look at ACME_API_KEY
    assert run("list", "--signed-in-first").out.splitlines()[1].startswith("zenith")


def test_resolve_uses_the_account_s_own_places(run: Run, accounts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts({"work": {"provider": "acme", "credentials": [{"env": "WORK_KEY"}, "vault"]}})
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    assert run("resolve", "acme/acme-small", "--json").json["auth"]["source"] is None
    assert "credential    not found; set WORK_KEY, or run `providers login work`" in run("resolve", "work/acme-small").out
    monkeypatch.setenv("WORK_KEY", SECRET)
    assert run("resolve", "work/acme-small", "--json").json["auth"]["source"] == "env:WORK_KEY"
