"""What a ref names: fixtures/runtime/refs.yaml, case by case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelwright import AmbiguousRefError, Registry, UnknownRefError

if TYPE_CHECKING:
    from modelwright import Model

DAY = "2026-11-20"
TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load((Path(__file__).parent.parent.parent / "fixtures" / "runtime" / "refs.yaml").read_text())
CASES = [pytest.param(which, case, id=f"{which}-{case['ref'].encode('unicode_escape').decode()}-{case.get('on', '')}") for which, cases in TABLE.items() for case in cases]


@pytest.fixture
def registry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setattr("modelwright.runtime.registry.today", lambda: DAY)
    which = request.getfixturevalue({"small": "small_artifact", "real": "artifact"}[request.getfixturevalue("which")])
    return Registry(str(which))


def _outcome(registry: Registry, ref: str, on: str | None) -> dict[str, Any]:
    try:
        model = registry.resolve(ref, on)
    except AmbiguousRefError as error:
        return {"error": "ambiguous", "choices": list(error.choices)}
    except UnknownRefError as error:
        return {"error": "unknown", "nearest": list(error.nearest)} if error.ref == ref else {}
    return {"is": model.ref, "asked": model.asked_id, "listed": model.is_listed}


def _expected(case: dict[str, Any]) -> dict[str, Any]:
    wanted = {key: value for key, value in case.items() if key not in ("ref", "on")}
    return {"asked": wanted["is"].partition("/")[2], "listed": True, **wanted} if "is" in wanted else wanted


@pytest.mark.parametrize(("which", "case"), CASES)
def test_a_ref_names_what_the_table_says(which: str, case: dict[str, Any], registry: Registry) -> None:
    days = [case["on"]] if "on" in case else [None, None, DAY]  # twice: the second answer may be remembered
    for on in days:
        outcome = _outcome(registry, case["ref"], on)
        if "first" in case:
            outcome["first"] = outcome.pop("nearest", [None])[0]
        assert outcome == _expected(case)


def test_the_provider_and_the_id_of_a_model_make_its_ref(artifact: Path) -> None:
    for model in Registry(str(artifact)).models():
        assert model.ref == f"{model.provider}/{model.id}"
        assert model.asked_id == model.id
        assert model.is_listed


def test_every_listed_ref_resolves_with_either_separator_and_any_case_of_the_provider(artifact: Path) -> None:
    registry = Registry(str(artifact))
    for model in registry.models():
        assert registry.resolve(model.ref) == model
        assert registry.resolve(model.ref).facts == model.facts
        assert registry.resolve(f"{model.provider.upper()}:{model.id}") == model


def test_every_alias_of_every_model_resolves_to_it_on_the_days_it_holds(artifact: Path) -> None:
    registry = Registry(str(artifact))
    checked = 0
    for model in registry.models():
        for alias in model.facts.get("aliases", ()):
            spelling, since, until = (alias, None, None) if isinstance(alias, str) else (alias["id"], alias.get("since"), alias.get("until"))
            day = since or (_day_before(until) if until else DAY)
            found = registry.resolve(f"{model.provider}/{spelling}", day)
            assert (found.ref, found.asked_id) == (model.ref, spelling)
            checked += 1
    assert checked > 50


def _day_before(day: str) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


def test_refs_lists_everything_that_names_a_model_sorted(small: Registry) -> None:
    refs = list(small.refs())
    assert refs == sorted(refs)
    assert set(refs) == {
        *("acme/Small:free", "acme/big", "acme/lab/tiny", "acme/large-1", "acme/large-2", "acme/latest"),
        *("beta/large-2", "beta/mini", "beta/mini-1", "beta/my-mini", "open/lab/x:free", "open/llama:8b"),
    }


def test_models_of_a_provider_are_those_of_no_other(small: Registry) -> None:
    assert [model.ref for model in small.models("beta")] == ["beta/large-2", "beta/mini"]
    assert [model.ref for model in small.models()] == sorted(model.ref for model in small.models())
    assert len(list(small.models())) == 8


@pytest.mark.parametrize(("name", "identity"), [("acme", "acme"), ("AC", "acme"), ("Bee", "beta"), ("OPEN", "open")])
def test_a_provider_is_found_by_id_and_alias_in_any_case(name: str, identity: str, small: Registry) -> None:
    assert small.provider(name)["id"] == identity


def test_an_unknown_provider_lists_the_nearest(small: Registry) -> None:
    with pytest.raises(UnknownRefError, match="unknown provider 'Acne'; nearest: acme") as caught:
        small.provider("Acne")
    assert caught.value.nearest[0] == "acme"


def test_an_ambiguous_provider_lists_the_choices(small: Registry) -> None:
    with pytest.raises(AmbiguousRefError, match="'shared' names 2 things; say which: acme, beta"):
        small.provider("Shared")


def test_providers_come_in_display_order(small: Registry) -> None:
    assert [provider["id"] for provider in small.providers()] == ["beta", "acme", "open"]


def test_what_is_asked_of_a_provider_is_a_copy(small: Registry) -> None:
    small.provider("acme")["routes"].clear()
    small.words("protocols").clear()
    small.header.clear()
    assert small.provider("acme")["routes"]
    assert small.words("protocols")
    assert small.header["digest"] == small.digest == "small"


def test_a_day_may_be_text_or_a_date(small: Registry) -> None:
    day = dt.date(2026, 5, 31)
    for on in (day, day.isoformat(), dt.datetime(2026, 5, 31, 23, 59, tzinfo=dt.UTC)):
        assert small.resolve("acme/latest", on).id == "large-1"


@pytest.mark.parametrize("day", ["", "today", "2026-5-31", "2026/05/31", "31.05.2026", "2026-05-31T00", "2026-05"])
def test_a_day_written_another_way_is_refused(day: str, small: Registry) -> None:
    with pytest.raises(ValueError, match="a day is written YYYY-MM-DD"):
        small.resolve("acme/latest", day)


def _asked(registry: Registry, monkeypatch: pytest.MonkeyPatch, day: str) -> Model:
    monkeypatch.setattr("modelwright.runtime.registry.today", lambda: day)
    return registry.resolve("newest")


def test_a_name_that_moves_is_not_remembered_over_the_day_it_moves(small: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _asked(small, monkeypatch, "2026-05-31").id == "large-1"
    assert _asked(small, monkeypatch, "2026-06-01").id == "large-2"


def test_the_same_ref_gives_the_same_object(small: Registry) -> None:
    assert small.resolve("acme/big") is small.resolve("acme/big")
