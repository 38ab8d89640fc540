"""What goes over the wire: `fixtures/wire/<protocol>/`; and streams that come in pieces or break off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import wire_golden
from examples import STEP
from modelwright.ir.events import Stopped, Troubled
from wire_checks import assembled

if TYPE_CHECKING:
    from pathlib import Path

CASES = [path for protocol in wire_golden.protocols() for ending in wire_golden.EXPECTED for path in wire_golden.cases(protocol, ending)]
STREAMS = [path for path in CASES if path.name.endswith(wire_golden.STREAMS)]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", CASES, ids=_name)
def test_what_is_sent_and_read_is_exactly_what_the_file_says(path: Path) -> None:
    assert wire_golden.outcome(path) == wire_golden.expected(path).read_text()


def test_every_expected_file_has_its_case() -> None:
    files = {path for protocol in wire_golden.protocols() for path in (wire_golden.FIXTURES / protocol).iterdir()}
    assert files == {*CASES, *map(wire_golden.expected, CASES)}


def _fed(decoder: Any, *pieces: bytes) -> list[Any]:
    return [event for piece in pieces for event in decoder.feed(piece)]


def _is_whole(events: list[Any]) -> bool:
    """Tell whether *events* say why the model stopped, and no failure."""
    return any(isinstance(event, Stopped) for event in events) and not any(isinstance(event, Troubled) for event in events)


@pytest.mark.often
@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_stream_says_the_same_however_it_is_cut_into_pieces(path: Path) -> None:
    data, protocol = wire_golden.streamed(path), wire_golden.module(path.parent.name)
    whole = protocol.Decoder()
    expected = repr([*_fed(whole, data), *whole.end()])
    for size in (1, 2, 3, 7, 64):
        decoder = protocol.Decoder()
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        assert repr([*_fed(decoder, *pieces), *decoder.end()]) == expected
        assert decoder.is_done == whole.is_done


@pytest.mark.often
@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_stream_that_breaks_off_is_not_done_and_keeps_what_came(path: Path) -> None:
    """A cut is no fault of the other side: only of streams that fail as a whole it is said that they are malformed."""
    data, protocol = wire_golden.streamed(path), wire_golden.module(path.parent.name)
    whole = protocol.Decoder()
    said = [*_fed(whole, data), *whole.end()]
    has_failed = any(isinstance(event, Troubled) for event in said)
    bytewise = protocol.Decoder()
    came: list[Any] = []
    for offset in range(0, len(data), STEP):
        decoder = protocol.Decoder()
        assert repr(_fed(decoder, data[:offset])) == repr(came)
        assert decoder.is_done == bytewise.is_done
        assert _is_whole(came) or not decoder.is_done
        assert assembled(said).text.startswith(assembled(came).text)
        held = decoder.end()
        assert _is_whole([*came, *held]) or not decoder.is_done
        assert has_failed or not any(isinstance(event, Troubled) for event in held)
        came += bytewise.feed(data[offset : offset + STEP])
