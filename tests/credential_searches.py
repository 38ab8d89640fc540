"""Searches for credentials, made by hand: an account, a provider of one or two routes, and a machine that is all given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from modelwright.runtime.credentials.search import Search, routes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VOCABULARY = Path(__file__).parent.parent / "registry" / "vocabulary"
NOW = 1_795_694_400.0
"""2026-11-26, noon."""
KEY_ROUTE = {"id": "api", "base_url": "https://api.acme.example/v1", "auth": {"kind": "bearer", "env": ["ACME_API_KEY", "ACME_KEY"]}}


def words(name: str) -> dict[str, Any]:
    """Return the words of a vocabulary of the registry."""
    found: dict[str, Any] = yaml.safe_load((VOCABULARY / f"{name}.yaml").read_text())["words"]
    return found


KINDS, STORES, STEPS = words("auth"), words("cli-stores"), words("credentials")


def search(*steps: str | dict[str, Any], routes: Sequence[Mapping[str, Any]] = (KEY_ROUTE,), account: Mapping[str, Any] | None = None, **more: Any) -> Search:
    """Return the search of an account `work` of a provider `acme`; a step is its word, or all of it."""
    found = [{"step": step} if isinstance(step, str) else step for step in steps]
    record = {"id": "work", "provider": "acme", "status": "active", "credentials": found, **(account or {})}
    provider = {"id": "acme", "routes": list(routes)}
    usual: dict[str, Any] = {"environ": {}, "now": lambda: NOW, "run": _nothing_runs, "locate": lambda _: None}
    return Search(account=record, provider=provider, routes=routes_of(provider, record), kinds=KINDS, stores=STORES, **{**usual, **more})


def _nothing_runs(argv: Sequence[str], seconds: float, environ: Mapping[str, str]) -> tuple[int, bytes]:
    raise AssertionError(f"{argv} was run")
