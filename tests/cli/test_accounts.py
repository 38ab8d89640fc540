"""`providers accounts add|list|remove|default|order` changes the user's own file as `models add` does, and shows no secret."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from command_line import Run

pytestmark = pytest.mark.usefixtures("real_words")
ADD, REMOVE, DEFAULT, ORDER, LIST = (("accounts", word) for word in ("add", "remove", "default", "order", "list"))


def said(file: Path) -> Any:
    return json.loads(file.read_text())


@pytest.mark.parametrize(
    ("arguments", "account"),
    [
        (["acme"], {}),
        (["work", "--provider", "acme"], {"provider": "acme"}),
        (["work", "--provider", "ACME", "--name", "At work"], {"provider": "acme", "name": "At work"}),
        (["acme", "--rank", "-5"], {"rank": -5}),
        (["acme", "--default"], {"default": True}),
        (["acme", "--no-default"], {"default": False}),
        (["acme", "--status", "inactive"], {"status": "inactive"}),
        (["acme", "--base-url", "https://gateway.example/v1", "--private-network"], {"base_url": "https://gateway.example/v1", "private_network": True}),
        (["acme", "--env", "ACME_WORK_KEY"], {"credentials": ["explicit", {"env": "ACME_WORK_KEY"}, "vault"]}),
        (["acme", "--env", "A_KEY", "--env", "B_KEY"], {"credentials": ["explicit", {"env": ["A_KEY", "B_KEY"]}, "vault"]}),
        (["acme", "--command", "pass show 'my key'"], {"credentials": ["explicit", {"command": ["pass", "show", "my key"]}, "vault"]}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_said_of_an_account_stands_in_the_file(arguments: list[str], account: dict[str, Any], run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, *arguments)
    assert said(user_file) == {"version": 1, "accounts": {arguments[0]: account}}
    run("compile", "-q")
    assert run(*LIST, "--json", "-q").json["accounts"][0]["id"] == arguments[0]


def test_a_route_has_to_be_one_of_the_provider_s(run: Run, tree: Path, user_file: Path) -> None:
    assert "acme has no route 'other'; it has " in run(*ADD, "acme", "--route", "other", code=2).err
    run("compile", "-q")
    route = run("list", "acme", "--json", "-q").json["providers"][0]["routes"][0]["id"]
    run(*ADD, "acme", "--route", route)
    assert said(user_file)["accounts"]["acme"] == {"route": route}


def test_of_an_account_that_is_there_only_what_is_named_changes(run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, "work", "--provider", "acme", "--rank", "1", "--budget", "5/daily", "--budget", "50/monthly")
    run(*ADD, "work", "--status", "inactive", "--budget", "7.5/daily")
    assert said(user_file)["accounts"]["work"] == {"provider": "acme", "rank": 1, "status": "inactive"}
    of = {"scope": "account", "of": "work", "metric": "cost"}
    assert said(user_file)["budgets"] == [{**of, "value": 50, "period": "monthly"}, {**of, "value": 7.5, "period": "daily"}]


def test_there_is_one_default(run: Run, tree: Path, user_file: Path) -> None:
    for name in ("work", "home"):
        run(*ADD, name, "--provider", "acme", "--default")
    assert [account.get("default") for account in said(user_file)["accounts"].values()] == [None, True]
    run(*DEFAULT, "work")
    assert [account.get("default") for account in said(user_file)["accounts"].values()] == [True, None]


def test_accounts_are_tried_in_the_order_that_was_given(run: Run, tree: Path, user_file: Path) -> None:
    for name in ("a", "b", "c"):
        run(*ADD, name, "--provider", "acme")
    run(*ORDER, "c", "a")
    run("compile", "-q")
    assert [line.split()[0] for line in run(*LIST, "-q").out.splitlines()[1:]] == ["c", "a", "b"]
    run(*ORDER, "b", "c", "a")
    run("compile", "-q")
    assert [account["id"] for account in run(*LIST, "--json", "-q").json["accounts"]] == ["b", "c", "a"]


def test_a_removed_account_takes_its_budgets_with_it_and_the_file_is_as_it_was(run: Run, tree: Path, user_file: Path) -> None:
    before = '{\n  "accounts": {\n    "home": {"provider": "acme"}\n  },\n  "budgets": [\n    {"metric": "cost", "value": 9, "period": "daily"}\n  ]\n}\n'
    user_file.write_text(before)
    run(*ADD, "work", "--provider", "acme", "--rank", "2", "--budget", "5/daily", "--env", "ACME_KEY")
    assert user_file.read_text().startswith(before[: before.index('"acme"}') + 7])
    run(*REMOVE, "work")
    assert user_file.read_text() == before


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["add", "work"], "There is no provider 'work'"),
        (["add", "work", "--provider", "acmee"], "did you mean `acme`?"),
        (["add", "acme", "--budget", "5"], "is not an amount and a time; write 5/daily"),
        (["add", "acme", "--budget", "5/fortnightly"], "is not an amount and a time"),
        (["add", "acme", "--budget", "much/daily"], "is not an amount of USD"),
        (["add", "acme", "--rank", "first"], "is not a valid integer"),
        (["add", "acme", "--status", "gone"], "is not one of"),
        (["add", "acme", "--command", "pass 'show"], "--command cannot be read: No closing quotation"),
        (["order"], "Missing argument"),
        (["order", "a", "a"], "An account is named twice"),
        (["default"], "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_writes_nothing(arguments: list[str], what: str, run: Run, tree: Path, home: Path) -> None:
    assert what in run("accounts", *arguments, code=2).err
    assert not (home / "models.json").exists()


def test_an_account_keeps_its_provider(run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, "work", "--provider", "acme")
    user_file.write_text(json.dumps(said(user_file) | {"providers": {"own": {"base_url": "https://h.example/v1"}}}))
    assert "The account 'work' is with acme; remove it first" in run(*ADD, "work", "--provider", "own", code=2).err
    run(*ADD, "other", "--provider", "own")


@pytest.mark.parametrize("command", [REMOVE, DEFAULT, ORDER], ids=lambda command: command[1])
def test_an_account_that_is_not_in_the_file_ends_with_1_and_the_nearest(command: tuple[str, str], run: Run, tree: Path, user_file: Path) -> None:
    run(*ADD, "work", "--provider", "acme")
    before = user_file.read_text()
    assert "the file has no account `wrk`; did you mean `work`?" in run(*command, "wrk", code=1).err
    assert user_file.read_text() == before


def test_nothing_is_written_that_would_be_an_error(run: Run, tree: Path, user_file: Path) -> None:
    user_file.write_text("{}")
    found = run(*ADD, "acme", "--base-url", "gateway.example", code=1)
    assert "error[PV013]" in found.err
    assert "nothing was written" in found.err
    assert user_file.read_text() == "{}"


def test_a_yaml_file_keeps_its_comments(run: Run, tree: Path) -> None:
    file = tree / "mine.yaml"
    text = "# mine\naccounts:  # all\n  work: {provider: acme}  # at work\n  home: {provider: acme, rank: 3}\n"
    file.write_text(text)
    run(*ORDER, "home", "work", "--config", file)
    assert file.read_text() == text.replace("acme}", "acme, rank: 2}").replace("rank: 3", "rank: 1")


SOPHON: dict[str, Any] = {"providers": [{"id": "main", "providerType": "acme", "isDefault": True, "priority": 1}, {"id": "spare", "providerType": "acme"}]}


def test_in_sophon_s_file_accounts_are_its_providers(run: Run, tree: Path) -> None:
    file = tree / "sophon.json"
    file.write_text(json.dumps(SOPHON, indent=2))
    run(*ADD, "third", "--provider", "acme", "--rank", "3", "--status", "inactive", "--budget", "5/monthly", "--name", "Third", "--config", file)
    assert said(file)["providers"][2] == {
        "id": "third",
        "providerType": "acme",
        "priority": 3,
        "status": "Inactive",
        "budget": {"amount": 5, "period": "monthly"},
        "name": "Third",
    }
    run(*DEFAULT, "spare", "--config", file)
    run(*ORDER, "third", "spare", "--config", file)
    assert [(one["id"], one.get("isDefault"), one.get("priority")) for one in said(file)["providers"]] == [("main", None, 1), ("spare", True, 2), ("third", None, 1)]
    run(*REMOVE, "third", "--config", file)
    assert [one["id"] for one in said(file)["providers"]] == ["main", "spare"]
    for arguments, what in (((*REMOVE, "third"), "has no provider `third`"), ((*ADD, "main", "--env", "KEY"), "cannot say where a key is looked for")):
        assert what in run(*arguments, "--config", file, code=1).err


def test_a_file_without_accounts_of_its_own_says_where_to_keep_one(run: Run, tree: Path) -> None:
    found = run(*ADD, "acme", "--rank", "1", "--config", "theirs.json", "--dialect", "fased", code=1)
    assert "theirs.json is in fased's form, in which an account is no entry of its own; keep it in a native file" in found.err
    assert not Path("theirs.json").exists()


CANARY = "canary-secret-of-accounts"


def test_the_list_has_the_same_in_every_format_and_no_secret(run: Run, tree: Path, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_WORK_KEY", CANARY)
    run(*ADD, "work", "--provider", "acme", "--rank", "1", "--default", "--env", "ACME_WORK_KEY", "--budget", "5/daily")
    run(*ADD, "home", "--provider", "acme", "--status", "inactive", "--command", f"echo {CANARY}")
    run("compile", "-q")
    text, as_json, as_csv = (run(*LIST, "--format", name, "-q").out for name in ("text", "json", "csv"))
    assert CANARY not in text + as_json + as_csv
    work, home = json.loads(as_json)["accounts"]
    assert (work["id"], work["provider"], work["rank"], work["default"], work["status"]) == ("work", "acme", 1, True, "active")
    assert (work["credentials"], home["credentials"]) == (["explicit", "env:ACME_WORK_KEY", "vault"], ["explicit", "command:echo", "vault"])
    assert [(budget["value"], budget["period"]) for budget in work["budgets"]] == [(5, "daily")]
    assert [(row["id"], row["default"], row["status"], row["credentials"]) for row in csv.DictReader(io.StringIO(as_csv))] == [
        ("work", "yes", "active", "explicit env:ACME_WORK_KEY vault"),
        ("home", "no", "inactive", "explicit command:echo vault"),
    ]
    assert [line.split()[:5] for line in text.splitlines()[1:]] == [["work", "acme", "-", "1", "yes"], ["home", "acme", "-", "100", "no"]]
    assert run(*LIST, "--provider", "ACME", "--json", "-q").json == json.loads(as_json)
    assert "unknown provider" in run(*LIST, "--provider", "nobody", "-q", code=1).err


def test_without_accounts_the_list_is_empty(run: Run, compiled: Path) -> None:
    assert run(*LIST, "--json", "-q").json == {"version": 1, "accounts": []}
