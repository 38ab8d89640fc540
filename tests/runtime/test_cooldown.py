"""Cooldowns: what failed is left alone for as long as the table says, one probes, and success forgets."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, strategies as st

from modelwright.runtime.cooldown import (
    COOLING,
    DUE,
    FAILED,
    FAILURE_WINDOW_SECONDS,
    LEFT,
    LONGEST_ASKED_SECONDS,
    NEXT,
    PROBE_LEASE_SECONDS,
    PROBED,
    PROBING,
    READY,
    SUCCEEDED,
    Cooldowns,
    Cooled,
    Entry,
    Keys,
    _Facts,
    _read,
    _Record,
    _written,
)
from modelwright.runtime.errors import StateError
from modelwright.runtime.state.memory import MemoryStore
from modelwright.runtime.state.sqlite import SqliteStore
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelwright.runtime.state import Store

WORDS = yaml.safe_load((Path(__file__).parent.parent.parent / "registry" / "vocabulary" / "errors.yaml").read_text())["words"]
KEYS = Keys("credential:work:main:a1b2", "route:work:default", "model:work:acme/large")
OTHER = Keys("credential:work:spare:c3d4", KEYS.route, KEYS.model)
HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store: Store = MemoryStore(clock=clock) if request.param == "memory" else SqliteStore(tmp_path / "state.sqlite", clock=clock)
    yield store
    store.close()


@pytest.fixture
def heard() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def cooldowns(store: Store, heard: list[tuple[str, dict[str, Any]]]) -> Cooldowns:
    return Cooldowns(store, WORDS, hook=lambda event, facts: heard.append((event, facts)))


def entered(cooldowns: Cooldowns, keys: Keys = KEYS, *, early: bool = False) -> Entry:
    found = cooldowns.enter(keys, early=early)
    assert isinstance(found, Entry), found
    return found


def kept_out(cooldowns: Cooldowns, keys: Keys = KEYS, *, early: bool = False) -> Cooled:
    found = cooldowns.enter(keys, early=early)
    assert isinstance(found, Cooled), found
    return found


def fail(cooldowns: Cooldowns, kind: str = "rate_limit", **more: Any) -> Cooled:
    """Enter, fail, and return what is cooled."""
    found = cooldowns.failed(entered(cooldowns), kind, **more)
    assert found is not None
    return found


# The table


def _record(**more: Any) -> _Record:
    return _Record(START + 60, START, START, START, 0.0, "rate_limit", {"rate_limit": 1})._replace(**more)


RECORDS = {
    READY: None,
    COOLING: _record(),
    DUE: _record(until=START - 5, failed_at=START - 65),
    PROBING: _record(until=START - 5, failed_at=START - 65, probe_until=START + 20),
}


@pytest.mark.parametrize("state", NEXT)
@pytest.mark.parametrize("event", [FAILED, SUCCEEDED, PROBED, LEFT])
def test_the_table_says_for_every_state_and_event_what_follows(state: str, event: str, store: Store) -> None:
    cooldowns = Cooldowns(store, WORDS)
    assert cooldowns._state(RECORDS[state], START) == state
    follows, act = NEXT[state][event]
    changed = act(RECORDS[state], START, _Facts(kind="rate_limit", table=[60, 300], early=True, began_at=START, is_mine=True))
    assert cooldowns._state(changed, START) == follows


def test_the_table_knows_nothing_else() -> None:
    assert set(NEXT) == {READY, COOLING, DUE, PROBING}
    assert {frozenset(events) for events in NEXT.values()} == {frozenset({FAILED, SUCCEEDED, PROBED, LEFT})}


def test_time_turns_cooling_into_due_probing_into_due_and_due_into_ready(store: Store) -> None:
    cooldowns = Cooldowns(store, WORDS, failure_window_seconds=100)
    record = _record(probe_until=START + 90)
    states = [(second, cooldowns._state(record, START + second)) for second in (0, 59.9, 60, 89.9, 90, 159.9, 160)]
    assert states == [(0, COOLING), (59.9, COOLING), (60, PROBING), (89.9, PROBING), (90, DUE), (159.9, DUE), (160, READY)]


@given(st.tuples(*[st.floats(0, 10**10)] * 5), st.dictionaries(st.sampled_from(sorted(WORDS)), st.integers(1, 10**6), min_size=1))
def test_a_record_is_read_back_as_it_was_written(times: tuple[float, float, float, float, float], counts: dict[str, int]) -> None:
    record = _Record(*times, next(iter(counts)), counts)
    assert _read(_written(record)) == record


# How long


def test_fased_31_windows_get_longer_up_to_an_hour_and_success_resets_them(cooldowns: Cooldowns, clock: Clock) -> None:
    """Fased 31: cooldown 60/300/1500/3600/3600 s for n=1..5; success resets; failure in active window doesn't extend."""
    for number, seconds in enumerate((60, 300, 1500, 3600, 3600), start=1):
        found = fail(cooldowns)
        assert found[:5] == (KEYS.credential, COOLING, "rate_limit", number, clock.now + seconds)
        clock.now += 10
        again = cooldowns.failed(Entry(KEYS, clock.now), "rate_limit")
        assert again is not None
        assert (again.until, again.failures) == (found.until, number)
        clock.now = found.until - 0.001
        assert kept_out(cooldowns).until == found.until
        clock.now = found.until
    cooldowns.succeeded(entered(cooldowns))
    assert fail(cooldowns).until == clock.now + 60


@pytest.mark.parametrize("kind", ["billing", "auth_permanent"])
def test_fased_32_billing_and_revoked_keys_are_cooled_for_hours_as_configured(kind: str, cooldowns: Cooldowns, clock: Clock) -> None:
    """Fased 32: billing disable 5,10,20,24 h; configurable per provider."""
    for hours in (5, 10, 20, 24, 24):
        found = fail(cooldowns, kind)
        assert found.until == clock.now + hours * HOUR
        clock.now = found.until
    cooldowns.succeeded(entered(cooldowns))
    assert fail(cooldowns, kind, table=(2 * HOUR, 3 * HOUR)).until == clock.now + 2 * HOUR


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_a_failure_cools_what_its_class_says(kind: str, cooldowns: Cooldowns) -> None:
    cools = WORDS[kind]["cools"]
    found = cooldowns.failed(entered(cooldowns), kind)
    if cools == "nothing":
        assert found is None
        assert cooldowns.look(KEYS) == {}
    else:
        assert found is not None
        assert cooldowns.look(KEYS) == {getattr(KEYS, cools): found}
        assert isinstance(cooldowns.enter(OTHER), Entry if cools == "credential" else Cooled)


@pytest.mark.parametrize("kind", ["context_overflow", "invalid_request", "content_policy", "aborted", "timeout"])
def test_fased_34_what_is_the_callers_cools_nothing_and_ends_no_probe_badly(kind: str, cooldowns: Cooldowns, clock: Clock) -> None:
    """Fased 34: context overflow, image-size, abort → no failover, no cooldown."""
    assert cooldowns.failed(entered(cooldowns), kind, retry_after_seconds=60) is None
    clock.now = fail(cooldowns).until
    assert cooldowns.failed(entered(cooldowns), kind) is None
    assert entered(cooldowns).probes == (KEYS.credential,)  # the next one probes at once


def test_a_table_that_is_empty_cools_nothing(cooldowns: Cooldowns) -> None:
    assert cooldowns.failed(entered(cooldowns), "rate_limit", table=()) is None
    assert cooldowns.failed(entered(cooldowns), "no such word") is None
    assert cooldowns.look(KEYS) == {}


def test_each_kind_of_failure_is_counted_for_itself(cooldowns: Cooldowns, clock: Clock) -> None:
    clock.now = fail(cooldowns, "rate_limit").until
    clock.now = fail(cooldowns, "rate_limit").until
    found = fail(cooldowns, "billing")
    assert (found.failures, found.until) == (1, clock.now + 5 * HOUR)
    clock.now = found.until
    assert fail(cooldowns, "rate_limit").failures == 3


def test_failures_are_forgotten_a_day_after_their_window(cooldowns: Cooldowns, clock: Clock) -> None:
    found = fail(cooldowns)
    clock.now = found.until + FAILURE_WINDOW_SECONDS - 1
    found = fail(cooldowns)
    assert found.failures == 2
    clock.now = found.until + FAILURE_WINDOW_SECONDS
    assert entered(cooldowns).probes == ()  # nobody needs to probe
    assert fail(cooldowns).failures == 1


# What the provider asks for


def test_retry_after_is_waited_for_where_it_is_longer_than_the_table(cooldowns: Cooldowns, clock: Clock) -> None:
    assert fail(cooldowns, retry_after_seconds=7).until == clock.now + 60
    clock.now += 60
    assert fail(cooldowns, retry_after_seconds=400.5).until == clock.now + 400.5


def test_retry_after_within_a_window_moves_its_end_but_never_nearer(cooldowns: Cooldowns, clock: Clock) -> None:
    first = fail(cooldowns)
    for asked, expected in ((None, 60), (30, 60), (90, 10 + 90), (50, 100), (0, 100), (-5, 100)):
        clock.now = START + 10
        found = cooldowns.failed(Entry(KEYS, START), "rate_limit", retry_after_seconds=asked)
        assert found is not None
        assert (found.until, found.failures) == (START + expected, first.failures)
    assert kept_out(cooldowns).until == START + 100


def test_a_wait_that_nobody_can_mean_is_cut(cooldowns: Cooldowns, clock: Clock) -> None:
    assert fail(cooldowns, retry_after_seconds=10.0**12).until == clock.now + LONGEST_ASKED_SECONDS


# Probes


def test_after_a_window_one_probes_and_the_others_wait_for_what_comes_of_it(cooldowns: Cooldowns, clock: Clock, heard: list[Any]) -> None:
    clock.now = fail(cooldowns).until
    assert cooldowns.look(KEYS) == {}
    probe = entered(cooldowns)
    assert probe.probes == (KEYS.credential,)
    waiting = kept_out(cooldowns)
    assert waiting[:5] == (KEYS.credential, PROBING, "rate_limit", 1, clock.now + PROBE_LEASE_SECONDS)
    assert cooldowns.look(KEYS) == {KEYS.credential: waiting}
    kept_out(cooldowns, early=True)
    cooldowns.succeeded(probe)
    assert entered(cooldowns).probes == ()
    assert [event for event, _ in heard] == ["cooled", "probing", "recovered"]
    assert heard[0][1] == {"key": KEYS.credential, "kind": "rate_limit", "until": START + 60, "failures": 1}


def test_a_probe_that_fails_begins_the_next_window(cooldowns: Cooldowns, clock: Clock) -> None:
    clock.now = fail(cooldowns).until
    assert fail(cooldowns).until == clock.now + 300


def test_a_probe_of_which_nothing_is_heard_ends_with_its_lease(cooldowns: Cooldowns, clock: Clock) -> None:
    clock.now = fail(cooldowns).until
    lost = entered(cooldowns)
    clock.now += PROBE_LEASE_SECONDS - 0.001
    kept_out(cooldowns)
    clock.now += 0.001
    second = entered(cooldowns)
    assert second.probes
    cooldowns.succeeded(lost)  # late, but it began after the failure
    assert entered(cooldowns).probes == ()


def test_a_probe_that_says_nothing_lets_the_next_one_try(cooldowns: Cooldowns, clock: Clock) -> None:
    clock.now = fail(cooldowns).until
    cooldowns.left(entered(cooldowns))
    probe = entered(cooldowns)
    cooldowns.left(Entry(KEYS, clock.now))  # who has no probe gives none back
    kept_out(cooldowns)
    cooldowns.left(probe)
    entered(cooldowns)


def test_of_many_at_once_one_probes(cooldowns: Cooldowns, clock: Clock) -> None:
    clock.now = fail(cooldowns).until
    barrier = threading.Barrier(8)

    def ask(_: int) -> bool:
        barrier.wait()
        return isinstance(cooldowns.enter(KEYS), Entry)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))).count(True) == 1


def test_who_is_too_late_for_one_probe_gives_the_others_back(cooldowns: Cooldowns, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(cooldowns, "rate_limit")
    clock.now = START + 60
    cooldowns.failed(entered(cooldowns, OTHER), "server_error")  # of the route
    clock.now = START + 120
    change = Cooldowns._change

    def race(self: Cooldowns, key: str, event: str, now: float, facts: _Facts) -> Any:
        if event == PROBED and key == KEYS.route:
            monkeypatch.undo()
            assert isinstance(cooldowns.enter(OTHER), Entry)
        return change(self, key, event, now, facts)

    monkeypatch.setattr(Cooldowns, "_change", race)
    assert kept_out(cooldowns).key == KEYS.route
    assert set(cooldowns.look(KEYS)) == {KEYS.route}


def test_who_finds_it_recovered_meanwhile_goes_on(cooldowns: Cooldowns, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.now = fail(cooldowns).until
    change = Cooldowns._change

    def race(self: Cooldowns, key: str, event: str, now: float, facts: _Facts) -> Any:
        monkeypatch.undo()
        cooldowns.succeeded(Entry(KEYS, clock.now))
        return change(self, key, event, now, facts)

    monkeypatch.setattr(Cooldowns, "_change", race)
    assert entered(cooldowns).probes == ()


def test_of_several_that_stand_against_it_the_one_that_lasts_longest_is_told(cooldowns: Cooldowns, clock: Clock) -> None:
    fail(cooldowns, "rate_limit")
    cooldowns.failed(Entry(KEYS, clock.now), "overloaded", retry_after_seconds=500)
    found = kept_out(cooldowns)
    assert (found.key, found.kind, found.until) == (KEYS.model, "overloaded", clock.now + 500)
    assert set(cooldowns.look([*KEYS, "route:home:default"])) == {KEYS.credential, KEYS.model}


def test_a_probe_that_fails_for_one_thing_gives_the_others_back(cooldowns: Cooldowns, clock: Clock) -> None:
    fail(cooldowns, "rate_limit")
    cooldowns.failed(Entry(KEYS, clock.now), "server_error")
    clock.now += 60
    probe = entered(cooldowns)
    assert set(probe.probes) == {KEYS.credential, KEYS.route}
    cooldowns.failed(probe, "server_error")
    assert {key: cooled.until - clock.now for key, cooled in cooldowns.look(KEYS).items()} == {KEYS.route: 300}


# Success


def test_a_success_that_began_before_the_failure_proves_nothing(cooldowns: Cooldowns, clock: Clock) -> None:
    slow = entered(cooldowns)
    clock.now += 5
    found = fail(cooldowns)
    clock.now += 5
    cooldowns.succeeded(slow)
    assert kept_out(cooldowns).until == found.until
    clock.now = found.until
    cooldowns.succeeded(slow)
    assert entered(cooldowns).probes == (KEYS.credential,)
    cooldowns.succeeded(Entry(KEYS, slow.began_at, (KEYS.credential,)))  # a probe begun by a clock that was put back: it is given back
    assert entered(cooldowns).probes == (KEYS.credential,)


def test_a_call_that_was_made_all_the_same_and_succeeded_ends_the_window(cooldowns: Cooldowns, clock: Clock) -> None:
    fail(cooldowns)
    clock.now += 1
    cooldowns.succeeded(Entry(KEYS, clock.now))
    assert entered(cooldowns).probes == ()


def test_what_succeeds_and_had_not_failed_writes_nothing(cooldowns: Cooldowns, heard: list[Any]) -> None:
    cooldowns.succeeded(entered(cooldowns))
    cooldowns.left(entered(cooldowns))
    assert heard == []


# Early probes


def test_fased_37_where_all_are_cooled_one_may_probe_two_minutes_before_the_end_and_every_half_minute(cooldowns: Cooldowns, clock: Clock) -> None:
    """Fased 37: all profiles cooled → earliest expiry reported; probe policy (2 min / 30 s) with fake clock."""
    clock.now = fail(cooldowns).until
    begun, found = clock.now, fail(cooldowns)
    cooldowns.failed(entered(cooldowns, OTHER), "rate_limit", retry_after_seconds=250)
    cooled = cooldowns.look([KEYS.credential, OTHER.credential])
    assert min(one.until for one in cooled.values()) == begun + 250
    assert (found.until, found.probe_at) == (begun + 300, begun + 180)
    clock.now = begun + 179.9
    assert kept_out(cooldowns, early=True).probe_at == begun + 180
    clock.now = begun + 180
    kept_out(cooldowns)  # not without asking for it
    first = entered(cooldowns, early=True)
    assert first.probes == (KEYS.credential,)
    kept_out(cooldowns, early=True)
    clock.now = begun + 185
    same = cooldowns.failed(first, "rate_limit")
    assert same is not None
    assert (same.until, same.failures, same.probe_at) == (found.until, 2, begun + 210)
    clock.now = begun + 209.9
    kept_out(cooldowns, early=True)
    clock.now = begun + 210
    cooldowns.left(entered(cooldowns, early=True))
    kept_out(cooldowns, early=True)
    clock.now = begun + 240
    cooldowns.succeeded(entered(cooldowns, early=True))
    assert entered(cooldowns).probes == ()


def test_a_lone_deployment_is_cooled_too_and_probed_half_a_minute_after_it_failed(cooldowns: Cooldowns, clock: Clock) -> None:
    found = fail(cooldowns, "server_error")
    assert (found.key, found.probe_at) == (KEYS.route, START + 30)
    kept_out(cooldowns, early=True)
    clock.now += 30
    entered(cooldowns, early=True)


def test_no_early_probe_goes_before_the_time_the_provider_named(cooldowns: Cooldowns, clock: Clock) -> None:
    assert fail(cooldowns, retry_after_seconds=50).probe_at == START + 50
    clock.now = START + 49
    kept_out(cooldowns, early=True)
    moved = cooldowns.failed(Entry(KEYS, clock.now), "rate_limit", retry_after_seconds=500)
    assert moved is not None
    assert moved.probe_at == moved.until == START + 549


def test_an_early_probe_of_which_nothing_is_heard_ends_at_the_latest_with_the_window(cooldowns: Cooldowns, clock: Clock) -> None:
    fail(cooldowns)
    clock.now = START + 50
    entered(cooldowns, early=True)
    clock.now = START + 60
    kept_out(cooldowns)  # its lease holds
    clock.now = START + 80
    entered(cooldowns)


# The store


class _Down(MemoryStore):
    """A store that is down when told."""

    is_down = False

    def notes(self, keys: Any) -> dict[str, str]:
        if self.is_down:
            raise StateError("there", "it is down", "wait")
        return super().notes(keys)


def test_who_asks_gets_the_error_and_who_tells_does_not() -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    store = _Down(clock=Clock())
    cooldowns = Cooldowns(store, WORDS, hook=lambda event, facts: heard.append((event, facts)))
    entry = entered(cooldowns)
    store.is_down = True
    for ask in (lambda: cooldowns.enter(KEYS), lambda: cooldowns.look(KEYS)):
        with pytest.raises(StateError, match="it is down"):
            ask()
    assert cooldowns.failed(entry, "rate_limit") is None
    cooldowns.succeeded(entry)
    cooldowns.left(entry)
    cooldowns.left(entry._replace(probes=(KEYS.route,)))
    assert heard == [("state_missed", {"key": KEYS.credential}), ("state_missed", {"key": KEYS.credential}), ("state_missed", {"key": KEYS.route})]


class _Contended(MemoryStore):
    """A store in which somebody is quicker once."""

    meanwhile: Callable[[], object] | None = None

    def swap(self, key: str, old: str | None, new: str | None, expires_at: float) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().swap(key, old, new, expires_at)


def test_who_finds_a_record_changed_meanwhile_goes_by_the_new_one() -> None:
    clock = Clock()
    store = _Contended(clock=clock)
    cooldowns = Cooldowns(store, WORDS)
    entry = entered(cooldowns)
    store.meanwhile = lambda: cooldowns.failed(entry, "rate_limit", retry_after_seconds=500)
    found = cooldowns.failed(entry, "rate_limit")
    assert found is not None
    assert (found.failures, found.until) == (1, START + 500)  # of two at once the second is within the window of the first
    clock.now = found.until
    first, heard = entered(cooldowns), []
    cooldowns._hook = lambda event, _: heard.append(event)
    store.meanwhile = lambda: cooldowns.succeeded(first)
    cooldowns.succeeded(first)
    assert heard == ["recovered"]


def test_two_processes_see_the_same(tmp_path: Path, clock: Clock) -> None:
    one, other = (Cooldowns(SqliteStore(tmp_path / "state.sqlite", clock=clock), WORDS) for _ in range(2))
    found = fail(one)
    assert kept_out(other) == found
    clock.now = found.until
    probe = entered(other)
    assert kept_out(one).state == PROBING
    other.succeeded(probe)
    assert entered(one).probes == ()


events = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.booleans()),
        st.tuples(st.just("fail"), st.sampled_from([None, 5.0, 45.0, 700.0])),
        st.tuples(st.sampled_from(["succeed", "leave"]), st.none()),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 29.0, 30.0, 60.0, 200.0, 3600.0, DAY])),
    ),
    max_size=60,
)


@given(events)
def test_never_do_two_probe_and_never_does_a_window_end_early(happened: list[tuple[str, Any]]) -> None:
    clock = Clock()
    cooldowns = Cooldowns(MemoryStore(clock=clock), WORDS)
    under_way: list[Entry] = []
    leases: list[float] = []
    """Ends of probes of which nothing was heard yet."""
    until, asked_until, last_probe = 0.0, 0.0, -1e9
    for event, value in happened:
        leases = [end for end in leases if end > clock.now]
        if event == "wait":
            clock.now += value
        elif event == "enter":
            found = cooldowns.enter(KEYS, early=value)
            if isinstance(found, Entry):
                under_way.append(found)
                if found.probes:
                    assert leases == []
                    assert clock.now >= asked_until
                    if clock.now < until:
                        assert value
                        assert clock.now >= max(until - 120, last_probe + 30)
                    last_probe = clock.now
                    leases.append(clock.now + PROBE_LEASE_SECONDS)
                else:
                    assert clock.now >= until
            elif found.state == COOLING:
                assert found.until == until > clock.now
        elif under_way:
            entry = under_way.pop(0)
            if event == "succeed":
                before = cooldowns.look(KEYS).get(KEYS.credential)
                cooldowns.succeeded(entry)
                if cooldowns.look(KEYS) == {} and (before is None or before.state == COOLING):
                    until, asked_until = (0.0, 0.0) if before else (until, asked_until)
                leases = [] if entry.probes or KEYS.credential not in cooldowns.look(KEYS) else leases
            elif event == "leave":
                cooldowns.left(entry)
                leases = [] if entry.probes else leases
            else:
                cooled = cooldowns.failed(entry, "rate_limit", retry_after_seconds=value)
                assert cooled is not None
                assert cooled.until >= until
                assert cooled.until >= clock.now + (value or 0)
                until, asked_until = cooled.until, max(asked_until, clock.now + (value or 0))
                leases = [] if entry.probes or clock.now >= until else leases
