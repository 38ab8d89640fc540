"""A damaged artifact gives the right answer or an ArtifactError, whatever byte is wrong and wherever it ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from modelwright import AmbiguousRefError, ArtifactError, Registry, UnknownRefError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Query = Callable[[Registry], object]

HITS = (
    "acme/large-2",  # the id
    "ac:Small:free",  # the provider by an alias
    "BEE/my-mini",  # the provider by a dialect's alias, the model by a name of the user's own
    "acme/big",  # the model by an alias
    "acme/latest",  # the model by an alias that moved
    "latest",  # the same without a provider
    "lab/tiny",  # an id with a slash, without a provider
    "llama:8b",  # an id with a colon, without a provider
    "newest",  # a name of the user's own, for an alias that moved
    "anything",  # a name of the user's own, for an id that nobody listed
    "open/not-listed",
)
MISSES = (
    "acme/large-3",
    "ac:aaa",
    "acme/zzz",
    "beta/mini-1",  # an alias that did not hold yet
    "large-2",  # two providers have it
    "shared/large-2",  # two providers have that alias
    "nobody/large-2",
    "aaa",
    "zzz",
)


def _resolved(ref: str) -> Query:
    def ask(registry: Registry) -> object:
        try:
            model = registry.resolve(ref, on="2026-01-31")
        except AmbiguousRefError as error:
            return "ambiguous", error.choices
        except UnknownRefError as error:
            return "unknown", error.ref
        return model.ref, model.asked_id, model.is_listed, model.facts

    return ask


def _nearest(registry: Registry) -> object:
    with pytest.raises(UnknownRefError) as caught:
        registry.resolve("acme/lage-2")
    return caught.value.nearest


QUERIES: Mapping[str, Query] = {
    **{ref: _resolved(ref) for ref in HITS + MISSES},
    "provider": lambda registry: registry.provider("AC"),
    "providers": lambda registry: registry.providers(),
    "models": lambda registry: [(model.ref, model.facts) for model in registry.models()],
    "models of one": lambda registry: [(model.ref, model.facts) for model in registry.models("beta")],
    "refs": lambda registry: list(registry.refs()),
    "inputs": lambda registry: registry.inputs(),
    "words": lambda registry: registry.words("protocols"),
    "no words": lambda registry: registry.words("nothing"),
}
SLOW_QUERIES: Mapping[str, Query] = {"nearest": _nearest, "verify": lambda registry: registry.verify()}


class Damaged:
    """A copy of an artifact in which one byte at a time is wrong."""

    def __init__(self, original: bytes, path: Path) -> None:
        self.original = original
        self.path = path
        path.write_bytes(original)
        self._file = os.open(path, os.O_WRONLY)

    def flips(self, change: Callable[[int], int]) -> Iterator[int]:
        """Yield every position at which *change* makes a difference, the file being wrong there and nowhere else."""
        for position, byte in enumerate(self.original):
            if (wrong := change(byte)) != byte:
                os.pwrite(self._file, bytes([wrong]), position)
                yield position
                os.pwrite(self._file, bytes([byte]), position)

    def cuts(self) -> Iterator[int]:
        """Yield every length, the file being cut there; longest first."""
        for length in reversed(range(len(self.original))):
            os.truncate(self._file, length)
            yield length

    def close(self) -> None:
        os.close(self._file)


@pytest.fixture
def damaged(small_artifact: Path, tmp_path: Path) -> Iterator[Damaged]:
    copy = Damaged(small_artifact.read_bytes(), tmp_path / "damaged.artifact")
    yield copy
    copy.close()


@pytest.fixture(scope="module")
def right(small_artifact: Path) -> dict[str, object]:
    registry = Registry(str(small_artifact))
    return {name: query(registry) for name, query in {**QUERIES, **SLOW_QUERIES}.items()}


def _failures(path: Path, queries: Mapping[str, Query], right: Mapping[str, object]) -> list[str]:
    """Return the queries that an artifact at *path* cannot answer; a wrong answer is an AssertionError."""
    try:
        registry = Registry(str(path))
    except ArtifactError:
        return list(queries)
    failed = []
    for name, query in queries.items():
        try:
            answer = query(registry)
        except ArtifactError:
            failed.append(name)
        else:
            assert answer == right[name], name
    return failed


FLIPS = {"lowest-bit": lambda byte: byte ^ 0x01, "highest-bit": lambda byte: byte ^ 0x80, "newline": lambda _: ord("\n"), "tab": lambda _: ord("\t")}


some_flips = pytest.mark.parametrize("flip", ["lowest-bit", *(pytest.param(name, marks=pytest.mark.slow) for name in ("highest-bit", "newline", "tab"))])


@pytest.mark.often
@some_flips
def test_a_wrong_byte_gives_the_right_answer_or_an_artifact_error(flip: str, damaged: Damaged, right: dict[str, object]) -> None:
    hurt: dict[str, int] = dict.fromkeys(QUERIES, 0)
    for _ in damaged.flips(FLIPS[flip]):
        for name in _failures(damaged.path, QUERIES, right):
            hurt[name] += 1
    assert all(hurt.values()), hurt  # every query met damage somewhere


@some_flips
def test_verify_and_nearest_notice_a_wrong_byte(flip: str, damaged: Damaged, right: dict[str, object]) -> None:
    for position in damaged.flips(FLIPS[flip]):
        assert "verify" in _failures(damaged.path, {"verify": SLOW_QUERIES["verify"]}, right), position
        if position % 8 == 0:
            _failures(damaged.path, SLOW_QUERIES, right)


def test_a_cut_file_gives_the_right_answer_or_an_artifact_error(damaged: Damaged, right: dict[str, object]) -> None:
    for length in damaged.cuts():
        assert _failures(damaged.path, {**QUERIES, **SLOW_QUERIES}, right) == [*QUERIES, *SLOW_QUERIES], length


@pytest.mark.often
def test_a_file_cut_while_it_is_open_gives_the_right_answer_or_an_artifact_error(damaged: Damaged, right: dict[str, object]) -> None:
    everything = {**QUERIES, **SLOW_QUERIES}
    registry = Registry(str(damaged.path))
    for _ in damaged.cuts():
        for name, query in everything.items():
            try:
                assert query(registry) == right[name]
            except ArtifactError:
                continue
