"""
The JSON of every command has the keys the contract names.

"JSON outputs carry `"version": 1`; keys are added, never renamed or dropped." (contract §10)
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command_line import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run

KEYS = Path(__file__).parent.parent.parent / "fixtures" / "cli" / "keys.txt"


def _rows() -> list[tuple[str, str]]:
    lines = [line.strip() for line in KEYS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.parametrize(("command", "keys"), _rows(), ids=lambda value: value.partition(",")[0])
@pytest.mark.parametrize("way", [["--format", "json"], ["--json"]], ids=" ".join)
@pytest.mark.usefixtures("compiled")
def test_json_of_the_command_has_the_keys_of_the_contract(command: str, keys: str, way: list[str], run: Run, tree: Path) -> None:
    replace(tree / "registry" / "models" / "acme.yaml", "output_tokens: 64000", "output_tokens: 640000")  # something to find
    found = run(*command.split(), *way, code=1 if command == "lint" else 0).json
    assert found["version"] == 1
    assert list(_missing(found, keys)) == []


def _missing(found: Any, keys: str, way: str = "") -> Iterator[str]:
    """Yield the way to each of *keys* that *found* does not have as they say."""
    for name, mark, inner in _parsed(keys):
        here = f"{way}.{name}"
        if not isinstance(found, dict) or name not in found:
            yield f"{here} is missing"
        elif found[name] is None:
            if mark != "?":
                yield f"{here} is null"
        elif mark == "[]":
            if not found[name]:
                yield f"{here} is empty"
            for entry in found[name]:
                yield from _missing(entry, inner, here)
        elif inner:
            yield from _missing(found[name], inner, here)


def _parsed(keys: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, mark and the keys inside of each of *keys*."""
    at = 0
    while match := re.compile(r",?\s*([a-z_0-9]+)(\[\]|\?)?").match(keys, at):
        at, inner = match.end(), ""
        if keys[at : at + 1] == "{":
            end, depth = at, 0
            while True:
                depth += {"{": 1, "}": -1}.get(keys[end], 0)
                end += 1
                if depth == 0:
                    break
            inner, at = keys[at + 1 : end - 1], end
        yield match[1], match[2] or "", inner
    assert at == len(keys), keys[at:]


@pytest.mark.usefixtures("compiled")
def test_the_rows_can_fail(run: Run) -> None:
    found = run("list", "--json").json
    assert list(_missing(found, "providers[]{id, nope}, more, version{x}")) == [".providers.nope is missing"] * 2 + [".more is missing", ".version.x is missing"]


@pytest.mark.usefixtures("compiled")
def test_prices_are_text_and_unknown_is_null(run: Run) -> None:
    (shown,) = run("models", "show", "acme/acme-small", "--json").json["models"]
    assert shown["price"]["input_usd_per_mtok"] == "0.5"
    assert shown["price"]["cache_read_usd_per_mtok"] is None
    assert shown["limits"] == {"context_tokens": 100000, "input_tokens": None, "output_tokens": None}
    assert shown["input"] is None
    assert (shown["capabilities"]["tools"], shown["capabilities"]["json"]) == (False, None)


@pytest.mark.usefixtures("compiled")
def test_money_is_text_or_null_and_never_a_silent_zero(run: Run, user_file: Path) -> None:
    known = run("cost", "acme/acme-large", "--input", "100001", "--output", "10", "--json").json
    assert (known["usd"], known["tier"], known["state"]) == ("0.600231", 100000, "priced")
    user_file.write_text('{"providers": {"acme": {"models": {"unpriced": {"name": "Unpriced"}}}}}')
    run("compile")
    unknown = run("cost", "acme/unpriced", "--input", "1", "--json").json
    assert (unknown["usd"], unknown["state"]) == (None, "unknown")
    assert unknown["lines"] == [{"unit": "input_usd_per_mtok", "quantity": 1, "usd_per_unit": None, "usd": None}]


@pytest.mark.usefixtures("compiled")
def test_why_gives_the_line_of_every_layer(run: Run, user_file: Path) -> None:
    text = '{"providers": {"acme": {"models": {"acme-large": {"limits": {"context_tokens": 1000}}}}}}'
    user_file.write_text(text)
    found = run("why", "acme/acme-large", "limits.context_tokens", "--json").json
    assert (found["field"], found["value"]) == ("limits.context_tokens", 1000)
    registry, user = found["origins"]
    assert registry == {
        "layer": "registry",
        "path": "registry/models/acme.yaml",
        "line": 12,
        "column": 30,
        "source": "acme's model page",
        "day": "2026-11-02",
        "value": 200000,
        "wins": False,
    }
    assert user == {"layer": "user", "path": str(user_file), "line": 1, "column": text.index("1000") + 1, "source": None, "day": None, "value": 1000, "wins": True}
