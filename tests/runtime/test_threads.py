"""One registry, many threads: the answers are those of one thread."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from modelwright import AmbiguousRefError, Registry, UnknownRefError, Usage, cost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THREADS = 16
REFS = 1_000
USAGE = Usage(250_000, 1_000, cache_read_tokens=10_000)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let threads take turns as often as can be; no day begins meanwhile."""
    monkeypatch.setattr("modelwright.runtime.registry.today", lambda: "2026-11-20")
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def _answer(registry: Registry, ref: str) -> tuple[object, ...]:
    try:
        model = registry.resolve(ref, None if len(ref) % 2 else "2026-03-01")
    except AmbiguousRefError as error:
        return "ambiguous", error.choices
    except UnknownRefError:
        return ("unknown",)
    found = cost(model, USAGE, "2026-03-01")
    return model, model.ref, model.limits, found.state, found.attodollars, found.tier


def _refs(registry: Registry) -> list[str]:
    """Return hits of every kind and misses, as many as are asked for."""
    known = list(registry.refs())
    refs = [*known, *(ref.partition("/")[2] for ref in known), *(ref.upper().replace("/", ":", 1) for ref in known), *(f"{ref}-not" for ref in known)]
    return Random(1).sample(refs, REFS)


@pytest.mark.often
@pytest.mark.usefixtures("hurried")
def test_sixteen_threads_get_the_answers_of_one(artifact: Path) -> None:
    refs = _refs(Registry(str(artifact)))
    alone = Registry(str(artifact))
    expected = {ref: _answer(alone, ref) for ref in refs}
    kinds = [answer[0] if isinstance(answer[0], str) else "found" for answer in expected.values()]
    assert min(kinds.count(kind) for kind in ("ambiguous", "found", "unknown")) > 20
    shared = Registry(str(artifact))
    together = Barrier(THREADS)

    def ask(seed: int) -> list[str]:
        order = Random(seed).sample(refs, len(refs)) if seed % 2 else refs  # half of them in step, half of them not
        together.wait()
        return [ref for ref in order if _answer(shared, ref) != expected[ref]]

    with ThreadPoolExecutor(THREADS) as pool:
        assert [wrong for wrongs in pool.map(ask, range(THREADS)) for wrong in wrongs] == []


@pytest.mark.usefixtures("hurried")
def test_scans_and_checks_in_threads_do_not_disturb_each_other(small_artifact: Path) -> None:
    shared = Registry(str(small_artifact))
    expected = (shared.verify(), list(shared.refs()), [model.ref for model in shared.models()])
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: (shared.verify(), list(shared.refs()), [model.ref for model in shared.models()]), range(20 * THREADS)))
    assert answers == [expected] * len(answers)
