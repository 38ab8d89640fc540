"""
Which credentials, routes and models are left alone for a while because they failed, and who may try them again first.

What a failure cools, and for how long, is data: `cools` and `cooldown_seconds`, by the number of failures of that kind in a row,
in `registry/vocabulary/errors.yaml`. A window that has begun stays as it is, whatever fails meanwhile; only an explicit
Retry-After moves its end, and only away. When it has passed, one caller has a probe, and the others wait for what comes of it:
success forgets everything, failure begins the next, longer window. Failures are forgotten a day after their last window too.

Where nothing else is left (every candidate cooled, or the only one), a caller may ask for an early probe: two minutes before the
end at the earliest, not before the time the provider named, and half a minute after the last attempt.
"""

from collections import namedtuple

from .errors import StateError

READY, COOLING, DUE, PROBING = ("ready", "cooling", "due", "probing")
FAILED, SUCCEEDED, PROBED, LEFT = ("failed", "succeeded", "probed", "left")
PROBE_LEASE_SECONDS = 30.0
"""How long a probe keeps others away when nobody says what came of it."""
EARLY_SECONDS = 120.0
PROBE_GAP_SECONDS = 30.0
LONGEST_ASKED_SECONDS = 2_678_400.0
"""The longest wait that a provider is believed: 31 days, the longest stretch of a quota."""
FAILURE_WINDOW_SECONDS = 86_400.0

Keys = namedtuple("Keys", "credential route model")  # noqa: PYI024  # typing is not imported here
Keys.__doc__ = "What a call goes through, under the names it is cooled by: `credential:<account>:<profile>:<fingerprint>`, `route:<account>:<route>`, `model:<account>:<ref>`."

Entry = namedtuple("Entry", "keys began_at probes", defaults=((),))  # noqa: PYI024
Entry.__doc__ = "The right to make a call that began at `began_at`; it is the probe of the keys in `probes`."

Cooled = namedtuple("Cooled", "key state kind failures until probe_at")  # noqa: PYI024
Cooled.__doc__ = """
Why a call may not be made: `key` is `cooling` until `until`, after so many failures of `kind` in a row; or `probing`: somebody is
trying it, for no longer than that. `probe_at` is when an early probe is allowed. Times are seconds since 1970.
"""

_Record = namedtuple("_Record", "until not_before failed_at tried_at probe_until kind counts")  # noqa: PYI024


class Cooldowns:
    """
    The cooldowns kept in *store*, by *words*, the registry's failure classes.

    *hook* hears `cooled`, `probing` and `recovered` with the key, and `state_missed` when what became of a call could not be noted.
    """

    __slots__ = ("_failure_window_seconds", "_hook", "_store", "_words")

    def __init__(
        self,
        store: "Store",
        words: "Mapping[str, Mapping[str, Any]]",
        *,
        failure_window_seconds: float = FAILURE_WINDOW_SECONDS,
        hook: "Callable[[str, dict[str, Any]], object] | None" = None,
    ) -> None:
        self._store = store
        self._words = words
        self._failure_window_seconds = failure_window_seconds
        self._hook = hook

    def look(self, keys: "Iterable[str]") -> "dict[str, Cooled]":
        """Return those of *keys* that may not be used now, and why; changes nothing. Raises StateError when the store cannot be asked."""
        notes = self._store.notes(keys)
        if not notes:
            return {}
        now = self._store.now()
        found = [(key, record, self._state(record, now)) for key, record in ((key, _read(text)) for key, text in notes.items())]
        return {key: _cooled(key, record, state) for key, record, state in found if state in (COOLING, PROBING)}

    def enter(self, keys: Keys, *, early: bool = False) -> "Entry | Cooled":
        """
        Return the right to make a call through *keys* now, or what stands against it, of several the one that lasts longest.

        Tell `succeeded`, `failed` or `left` what came of it. With *early* a probe before the end of a window will do, if one is
        allowed. Raises StateError when the store cannot be asked.
        """
        now = self._store.now()
        notes = self._store.notes(keys)
        if not notes:
            return Entry(keys, now)
        against, wanted = [], []
        for key, text in notes.items():
            record = _read(text)
            state = self._state(record, now)
            if state == DUE or (state == COOLING and early and _is_early(record, now)):
                wanted.append(key)
            elif state != READY:
                against.append(_cooled(key, record, state))
        if against:
            return max(against, key=lambda cooled: cooled.until)
        entry = Entry(keys, now)
        for key in wanted:
            if not self._change(key, PROBED, now, _Facts(early=early))[0]:  # somebody was quicker
                self._leave(entry)
                return self.enter(keys, early=early)
            entry = entry._replace(probes=(*entry.probes, key))
            self._tell("probing", {"key": key})
        return entry

    def failed(self, entry: Entry, kind: str, *, retry_after_seconds: "float | None" = None, table: "Sequence[float] | None" = None) -> "Cooled | None":
        """
        Note that the call failed as *kind*, a failure class, and return what is cooled for it; None: nothing.

        *table* takes the place of the class's `cooldown_seconds`; an empty one cools nothing.
        """
        word = self._words.get(kind, {})
        seconds = word.get("cooldown_seconds", ()) if table is None else table
        key = getattr(entry.keys, word.get("cools", ""), None) if seconds else None  # "nothing" is the name of none
        self._leave(entry._replace(probes=tuple(probe for probe in entry.probes if probe != key)))
        if key is None:
            return None
        facts = _Facts(kind=kind, table=seconds, retry_after_seconds=retry_after_seconds, is_mine=key in entry.probes)
        try:
            now = self._store.now()
            is_new, record = self._change(key, FAILED, now, facts)
        except StateError:
            self._tell("state_missed", {"key": key})
            return None
        if is_new:
            self._tell("cooled", {"key": key, "kind": record.kind, "until": record.until, "failures": record.counts[record.kind]})
        return _cooled(key, record, COOLING)

    def succeeded(self, entry: Entry) -> None:
        """Note that the call succeeded: what failed before it began is forgotten. A call that began earlier proves nothing."""
        try:
            notes = self._store.notes(entry.keys)
            now = self._store.now() if notes else 0.0
            for key, text in notes.items():
                record = _read(text)
                if entry.began_at >= record.failed_at:
                    if self._change(key, SUCCEEDED, now, _Facts(began_at=entry.began_at))[0]:
                        self._tell("recovered", {"key": key})
                elif key in entry.probes:
                    self._change(key, LEFT, now, _Facts())
        except StateError:
            self._tell("state_missed", {"key": entry.keys[0]})

    def left(self, entry: Entry) -> None:
        """Note that the call says nothing about what it went through: the caller gave up, or the request was wrong. Another may probe."""
        self._leave(entry)

    def _leave(self, entry: Entry) -> None:
        try:
            for key in entry.probes:
                self._change(key, LEFT, self._store.now(), _Facts())
        except StateError:
            self._tell("state_missed", {"key": entry.probes[0]})

    def _state(self, record: "_Record | None", now: float) -> str:
        if record is None or now >= record.until + self._failure_window_seconds:
            return READY
        if now < record.until:
            return COOLING
        return PROBING if now < record.probe_until else DUE

    def _change(self, key: str, event: str, now: float, facts: "_Facts") -> "tuple[bool, Any]":
        """Return whether *event* changed the record at *key*, and the record as it is now."""
        while True:
            text = self._store.notes((key,)).get(key)
            record = None if text is None else _read(text)
            _, act = NEXT[self._state(record, now)][event]
            changed = act(record, now, facts)
            if changed == record:
                return False, record
            expires_at = 0.0 if changed is None else changed.until + self._failure_window_seconds
            if self._store.swap(key, text, None if changed is None else _written(changed), expires_at):
                return True, changed

    def _tell(self, event: str, facts: "dict[str, Any]") -> None:
        if self._hook is not None:
            self._hook(event, facts)


class _Facts:
    """What is known of an event."""

    __slots__ = ("began_at", "early", "is_mine", "kind", "retry_after_seconds", "table")

    def __init__(
        self,
        *,
        kind: str = "",
        table: "Sequence[float]" = (),
        retry_after_seconds: "float | None" = None,
        is_mine: bool = False,
        early: bool = False,
        began_at: float = 0.0,
    ) -> None:
        self.kind = kind
        self.table = table
        self.retry_after_seconds = retry_after_seconds
        self.is_mine = is_mine
        self.early = early
        self.began_at = began_at


def _same(record: "_Record | None", now: float, facts: _Facts) -> "_Record | None":  # noqa: ARG001  # one form for the whole table
    return record


def _begin(record: "_Record | None", now: float, facts: _Facts) -> _Record:
    """Begin a window: the first one, or the next after a probe that failed."""
    counts = {} if record is None else dict(record.counts)
    counts[facts.kind] = number = counts.get(facts.kind, 0) + 1
    seconds = facts.table[min(number, len(facts.table)) - 1]
    asked = _asked(facts)
    return _Record(now + max(seconds, asked), now + asked, now, now, 0.0, facts.kind, counts)


def _begin_anew(record: "_Record | None", now: float, facts: _Facts) -> _Record:  # noqa: ARG001
    return _begin(None, now, facts)


def _put_off(record: _Record, now: float, facts: _Facts) -> _Record:
    """Move the end of a window to the time the provider names, if that is later."""
    if facts.is_mine:
        record = record._replace(probe_until=0.0)
    asked = _asked(facts)
    return record._replace(until=max(record.until, now + asked), not_before=max(record.not_before, now + asked)) if asked else record


def _asked(facts: _Facts) -> float:
    return min(max(facts.retry_after_seconds or 0.0, 0.0), LONGEST_ASKED_SECONDS)


def _probe(record: _Record, now: float, facts: _Facts) -> _Record:  # noqa: ARG001
    return record._replace(tried_at=now, probe_until=now + PROBE_LEASE_SECONDS)


def _probe_early(record: _Record, now: float, facts: _Facts) -> _Record:
    return _probe(record, now, facts) if facts.early and _is_early(record, now) else record


def _put_back(record: _Record, now: float, facts: _Facts) -> _Record:  # noqa: ARG001
    return record._replace(probe_until=0.0)


def _forget(record: _Record, now: float, facts: _Facts) -> "_Record | None":  # noqa: ARG001
    return None if facts.began_at >= record.failed_at else record


NEXT: "dict[str, dict[str, tuple[str, Any]]]" = {
    READY: {FAILED: (COOLING, _begin_anew), SUCCEEDED: (READY, _same), PROBED: (READY, _same), LEFT: (READY, _same)},
    COOLING: {FAILED: (COOLING, _put_off), SUCCEEDED: (READY, _forget), PROBED: (COOLING, _probe_early), LEFT: (COOLING, _put_back)},
    DUE: {FAILED: (COOLING, _begin), SUCCEEDED: (READY, _forget), PROBED: (PROBING, _probe), LEFT: (DUE, _same)},
    PROBING: {FAILED: (COOLING, _begin), SUCCEEDED: (READY, _forget), PROBED: (PROBING, _same), LEFT: (DUE, _put_back)},
}
"""
Per state and event the state that follows, and what makes the new record.

Time does the rest: what is cooling is due at the window's end, what is probing is due when the probe's lease has run out, and
what is due is ready again when its failures are forgotten.
"""


def _early_at(record: _Record) -> float:
    earliest: float = max(record.until - EARLY_SECONDS, record.tried_at + PROBE_GAP_SECONDS, record.not_before, record.probe_until)
    latest: float = record.until
    return min(earliest, latest)


def _is_early(record: _Record, now: float) -> bool:
    return now >= _early_at(record)


def _cooled(key: str, record: _Record, state: str) -> Cooled:
    until = record.probe_until if state == PROBING else record.until
    return Cooled(key, state, record.kind, record.counts[record.kind], until, until if state == PROBING else _early_at(record))


def _written(record: _Record) -> str:
    times = " ".join(map(repr, record[:5]))
    return f"{times} {record.kind} {' '.join(f'{kind}:{number}' for kind, number in sorted(record.counts.items()))}"


def _read(text: str) -> _Record:
    until, not_before, failed_at, tried_at, probe_until, kind, *counts = text.split(" ")
    numbers = {name: int(number) for name, _, number in (count.partition(":") for count in counts)}
    return _Record(float(until), float(not_before), float(failed_at), float(tried_at), float(probe_until), kind, numbers)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from .state import Store
