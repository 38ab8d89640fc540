"""`providers route`: which routes a call may take, in which order, and why. Nothing is sent and no secret is shown."""

from __future__ import annotations

import csv
import io
import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import CallError, Dispatcher, load
from paid_calls import Provided, chat, failed
from routing_world import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Run

SECRET = "sk-north-0123456789-canary"
ACCOUNTS: dict[str, Any] = {
    "work": {"provider": "north", "rank": 1, "models": ["eyes", "blind"], "credentials": [{"env": "WORK_KEY"}, "vault"]},
    "home": {"provider": "south", "rank": 2, "models": ["seer", "gift"]},
    "off": {"provider": "south", "rank": 3, "status": "inactive", "models": ["seer"]},
}
AGENTS: dict[str, Any] = {"coder": {"primary": "north/eyes", "fallbacks": ["south/seer"], "tasks": {"title": "south/gift"}}}

pytestmark = pytest.mark.usefixtures("real_words")


@pytest.fixture
def use(run: Run, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what compiles what a user's file says, in a place where nothing can be sent."""

    def use(**said: Any) -> None:
        user_file.write_text(json.dumps({"providers": PROVIDERS, "accounts": ACCOUNTS, **said}))
        run("compile", "-q")

    def sent(*_: object) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(socket.socket, "connect", sent)
    monkeypatch.setenv("WORK_KEY", SECRET)
    use()
    return use


def test_text_has_the_routes_in_their_order_with_the_reason_of_each(use: Any, run: Run) -> None:
    done = run("route", "north/eyes")
    assert [line.split(maxsplit=2) for line in done.out.splitlines()] == [["route", "why"], ["1", "work/eyes", "asked for"]]
    assert done.err == ""


def test_what_is_skipped_is_counted_and_explained_on_request(use: Any, run: Run) -> None:
    done = run("route", "--needs", "vision")
    assert [line.split()[1] for line in done.out.splitlines()[1:]] == ["work/eyes", "home/seer"]
    assert done.err == "3 skipped; --explain says why\n"
    assert run("route", "--needs", "vision", "-q").err == ""
    explained = run("route", "--needs", "vision", "--explain")
    lines = [" ".join(line.split()) for line in explained.out.splitlines()]
    assert lines[lines.index("skipped") + 1 :] == ["work/blind it has no vision", "home/gift it has no vision", "off/seer account off is inactive"]
    assert explained.err == ""


def test_explain_says_where_each_leads_with_which_credential_at_what_price_and_no_secret(use: Any, run: Run) -> None:
    done = run("route", "north/eyes", "south/gift", "south/bare", "--explain")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[:6] == [
        "1 work/eyes",
        "model north/eyes",
        "why asked for",
        "goes to openai-chat at https://north.example/v1/chat/completions, route default",
        "credential env:WORK_KEY",
        "price 4 in, 8 out (USD per million tokens)",
    ]
    assert "price free" in lines
    assert "home/bare account home does not name it among its models" in lines
    assert SECRET not in done.out + done.err


def test_where_there_is_no_credential_it_says_how_to_get_one(use: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORK_KEY")
    assert "not found; set WORK_KEY, or run `providers login work`" in run("route", "north/eyes", "--explain").out


def test_policies_say_what_they_make_of_each(use: Any, run: Run) -> None:
    use(policy={"routing_policies": ["cheapest", "context"]})
    done = run("route", "north/eyes", "south/seer", "--needs", "context=95000", "--explain").out
    assert "work/eyes  95,000 tokens are needed, and its input is 90,000" in done
    done = run("route", "north/eyes", "south/seer", "--needs", "context=88000", "--explain").out
    lines = [" ".join(line.split()) for line in done.splitlines()]
    assert [line for line in lines if line.startswith(("score", "cheapest", "context"))] == [
        "score 1.00",
        "cheapest 1.00",
        "context 1.00",
        "score 0.55",
        "cheapest 0.50",
        "context 0.64",
    ]


def test_tiers_are_told_and_what_leads_nowhere_says_so(use: Any, run: Run) -> None:
    assert "USD per million tokens; other prices above 100,000 input tokens)" in run("route", "acme/acme-large", "--explain").out
    nowhere = {"base_url": "https://${region}.example/v1", "variables": {"region": {"description": "Where", "env": ["NO_SUCH_REGION"]}}, "models": {"far": {}}}
    use(providers={"nowhere": nowhere}, accounts={})
    lines = [" ".join(line.split()) for line in run("route", "nowhere/far", "--explain").out.splitlines()]
    assert lines[3].startswith("goes nowhere; ")
    assert "NO_SUCH_REGION" in lines[3]
    assert lines[4:] == ["price unknown"]
    assert run("route", "nowhere/far", "--explain", "--json").json["candidates"][0]["url"] is None


def test_json_has_each_candidate_and_with_explain_where_it_leads(use: Any, run: Run) -> None:
    plain = run("route", "north/eyes", "south/bare", "--json").json
    assert plain["version"] == 1
    assert plain["warning"] is None
    assert plain["candidates"][0] == {
        "ref": "north/eyes",
        "account": "work",
        "profile": None,
        "kept": True,
        "reason": "asked for",
        "cause": None,
        "name": "work/eyes",
        "score": None,
        "notes": [],
    }
    explained = run("route", "north/eyes", "--json", "--explain").json["candidates"][0]
    assert explained["credential"] == {"step": "env", "source": "env:WORK_KEY", "cure": None}
    assert (explained["route"], explained["protocol"], explained["url"]) == ("default", "openai-chat", "https://north.example/v1/chat/completions")
    assert (explained["price"]["input_usd_per_mtok"], explained["error"]) == ("4", None)
    assert "credential" not in run("route", "--needs", "vision", "--json", "--explain").json["candidates"][-1]


def test_csv_has_all_candidates_those_that_may_be_used_first(use: Any, run: Run) -> None:
    done = run("route", "--needs", "vision", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["ref"], row["account"], row["kept"]) for row in rows[:2]] == [("north/eyes", "work", "true"), ("south/seer", "home", "true")]
    assert {row["cause"] for row in rows[2:]} == {"unfit"}
    assert done.err == ""


@pytest.mark.parametrize("format_", ["text", "json", "csv"])
def test_without_a_route_it_ends_with_1(use: Any, run: Run, format_: str) -> None:
    done = run("route", "--needs", "audio", "--format", format_, code=1)
    assert ("error: there is no route" in done.err) == (format_ != "json")


def test_without_a_route_the_first_reasons_are_told_and_how_many_more_there_are(use: Any, run: Run) -> None:
    done = run("route", "north/blind", "north/eyes", "south/gift", "south/seer", "--needs", "audio", "--provider", "north", code=1)
    assert done.out == ""
    lines = done.err.splitlines()
    assert lines[:3] == ["error: there is no route; each is skipped", "  work/blind: it has no audio", "  work/eyes: it has no audio"]
    assert len(run("route", "north/blind", "--needs", "audio", code=1).err.splitlines()) == 2
    many = {f"account-{number}": {"provider": "north", "models": ["blind"]} for number in range(7)}
    use(accounts=many)
    assert run("route", "--needs", "vision", code=1).err.splitlines()[5:] == ["  account-4/blind: it has no vision", "  and 2 more; --explain has them all"]
    assert run("route", "north/blind", "--needs", "audio", "--explain", code=1).err == "error: there is no route; see above\n"


def test_where_no_model_is_named_anywhere_it_says_what_to_do(use: Any, run: Run) -> None:
    use(accounts={})
    assert run("route", code=1).err.startswith("error: there is no route; no model is named: name one, or name some of your accounts' (`models`)")


def test_agent_and_task_choose_the_model_and_what_stands_behind_it(use: Any, run: Run) -> None:
    use(agents=AGENTS)
    found = run("route", "--agent", "coder", "--json").json["candidates"]
    assert [(one["ref"], one["reason"]) for one in found if one["kept"]] == [("north/eyes", "the agent's model"), ("south/seer", "a fallback")]
    found = run("route", "--agent", "coder", "--task", "title", "--json").json["candidates"]
    assert found[0]["ref"] == "south/gift"


def test_a_default_that_cannot_what_is_needed_comes_with_a_warning(use: Any, run: Run) -> None:
    use(policy={"capability_missing": "default"})
    for format_ in ("text", "csv"):
        assert "warning: nothing can do what is needed (audio); work/eyes is used all the same\n" in run("route", "--needs", "audio", "--format", format_).err
    found = run("route", "--needs", "audio", "--json").json
    assert found["warning"] == "nothing can do what is needed (audio); work/eyes is used all the same"
    assert found["candidates"][0]["notes"] == ["it has no audio"]


def test_no_name_is_the_first_model_and_no_argument_the_agents(use: Any, run: Run) -> None:
    use(agents={"defaults": {"primary": "south/seer"}})
    assert run("route", "", "--json").json["candidates"][0]["ref"] == "north/eyes"
    assert run("route", "--json").json["candidates"][0]["ref"] == "south/seer"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["north/nobody"], 1, "error: unknown model 'north/nobody'"),
        (["--provider", "nroth"], 1, "error: unknown provider 'nroth'; nearest: north"),
        (["--agent", "cook"], 1, "error: there is no agent 'cook'; there are: none"),
        (["north/eyes@x"], 1, "error: 'north/eyes' has no profile 'x'; it has: none"),
        (["--needs", "visoin"], 2, "Invalid value for --needs: 'visoin' is no capability; nearest: vision"),
        (["--needs", "context=big"], 2, "Invalid value for --needs: 'context=big' is no need"),
        (["--format", "markdown"], 2, "Invalid value for '--format'"),
    ],
)
def test_what_cannot_be_meant_is_refused_as_the_exit_codes_say(arguments: list[str], code: int, said: str, use: Any, run: Run) -> None:
    done = run("route", *arguments, code=code)
    assert (said in done.err, done.out) == (True, "")


def test_an_unknown_model_goes_where_the_users_system_would_go(use: Any, run: Run, user_file: Path) -> None:
    """As zot, which goes on with a provider's default model."""
    use(policy={"on_unknown": "warn-default"}, agents={"defaults": {"primary": "north/eyes"}})
    done = run("route", "north/nobody", "--json", code=0)
    assert "is used instead" in done.err
    assert done.json["candidates"]


def test_what_has_several_profiles_shows_each_and_what_goes_without(use: Any, run: Run) -> None:
    profiles = {"a": {"credentials": [{"env": "WORK_KEY"}]}, "b": {"kind": "oauth", "credentials": ["vault"]}}
    use(accounts={"mine": {"provider": "north", "profiles": profiles, "credentials": ["profile", {"env": "NO_SUCH_KEY"}]}})
    found = run("route", "north/eyes", "--json", "--explain").json["candidates"]
    assert [(one["name"], one["profile"], one["credential"]["source"]) for one in found] == [
        ("mine/eyes@b", "b", None),
        ("mine/eyes@a", "a", "env:WORK_KEY"),
        ("mine/eyes", None, None),
    ]
    assert found[2]["credential"]["cure"] == "set NO_SUCH_KEY"
    assert run("route", "north/eyes@a", "--json").json["candidates"][0]["name"] == "mine/eyes@a"


# As the state of calls has it


@pytest.fixture
def called(use: Any, home: Path) -> Callable[..., bytes]:
    """Return what makes calls that share a state with the command, and returns what is in its file then."""

    def called(*refs: str, **answers: Any) -> bytes:
        with Dispatcher(load(), transport=Provided(**answers), state=f"sqlite:{home / 'state.sqlite'}") as dispatcher:
            for ref in refs:
                with suppress(CallError):
                    dispatcher.complete(ref, "Well?", project="site")
        return (home / "state.sqlite").read_bytes()

    return called


def test_what_rests_is_skipped_until_its_key_is_another(called: Any, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("route", "north/eyes", "--json").json["candidates"][0]["kept"]
    assert not (home / "state.sqlite").exists()
    before = called("north/eyes", north=failed(429, "rate limit reached"))
    done = run("route", "north/eyes", "south/seer", "north/blind", "--explain")
    assert [line.split()[0] for line in done.out.splitlines() if line[0].isdigit()] == ["1"]
    assert "work/eyes   its credential failed with rate_limit; left alone until 20" in done.out
    assert SECRET not in done.out + done.err
    assert {one["cause"] for one in run("route", "north/eyes", "--json", code=1).json["candidates"]} == {"cooling"}
    assert run("route", "north/eyes", "--state", "memory:").out
    assert run("route", "north/eyes", "--state", f"sqlite:{home / 'none.sqlite'}").err == f"{home / 'none.sqlite'} is not there, so nothing rests and nothing is spent\n"
    monkeypatch.setenv("WORK_KEY", "sk-north-another")
    assert run("route", "north/eyes").out
    assert ((home / "state.sqlite").read_bytes(), (home / "none.sqlite").exists()) == (before, False)


def test_of_a_credential_that_a_program_gives_the_rest_is_not_asked_for_but_that_of_its_route_is(use: Any, called: Any, run: Run, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    command = {"command": ["sh", "-c", f"echo >> {ran}; echo sk-north-program"]}
    use(accounts={"work": {"provider": "north", "credentials": [command, {"env": "WORK_KEY"}]}})
    called("north/blind", north=failed(529, "overloaded"))
    called("north/eyes", north=failed(429, "rate limit reached"))
    assert run("route", "north/eyes").out
    assert "its model failed with overloaded" in run("route", "north/blind", code=1).err
    assert ran.read_text() == 2 * "\n"


def test_what_has_spent_its_budget_is_skipped_and_policies_know_what_calls_showed(use: Any, called: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NORTH", "SOUTH"):
        monkeypatch.setenv(f"{name}_API_KEY", SECRET)
    budgets = [
        {"metric": "calls", "value": 1, "scope": "model", "of": "north/eyes", "period": "yearly"},
        {"metric": "calls", "value": 2, "scope": "project", "period": "yearly", "mode": "extend"},
    ]
    use(accounts={}, budgets=budgets, policy={"routing_policies": ["fairness"]})
    called("north/eyes", north=chat((1, 1)))
    found = run("route", "north/eyes", "south/seer", "north/blind", "--json").json["candidates"]
    assert [(one["name"], one["score"], one["cause"]) for one in found] == [("south/seer", None, None), ("north/blind", None, None), ("north/eyes", None, "spent")]
    called("south/seer", south=chat((1, 1)))
    found = run("route", "south/seer", "north/blind", "--json").json["candidates"]
    assert [(one["name"], one["score"]) for one in found] == [("north/blind", 1.0), ("south/seer", 0.0)]
    done = run("route", "south/seer", "--project", "site", code=1)
    assert "south/seer: budget project: 2 calls yearly is spent" in done.err


def test_a_state_that_cannot_be_read_is_said_and_routes_are_shown_all_the_same(use: Any, run: Run, home: Path) -> None:
    (home / "state.sqlite").write_bytes(b"no database at all" * 100)
    done = run("route", "north/eyes")
    assert "1  work/eyes  asked for" in done.out
    assert done.err.startswith("warning: what rests and what is spent is not known: ")
    (home / "state.sqlite").write_bytes(b"")
    assert "it is empty, or of an earlier version" in run("route", "north/eyes").err
    assert (home / "state.sqlite").read_bytes() == b""
    assert "Invalid value for --state" in run("route", "north/eyes", "--state", "nowhere:x", code=2).err
