"""
unknown-account-provider

What it checks
    The provider of every account is one of the registry, or one that a user's file defines.

Why it matters
    The account is left out, and calls that should go through it take another one, or none.

Bad
    {"accounts": {"work": {"provider": "opnai"}}}

Good
    {"accounts": {"work": {"provider": "openai"}}}

Seen
    opencode#21564: what names a provider nobody knows is dropped without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .nearest import did_you_mean
from .places import alias_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV754"
NAME = "unknown-account-provider"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per account that was left out."""
    # Where the endpoint of a new provider is not trusted, untrusted-key says so.
    untrusted = {note.place.pointer[1] for note in catalog.notes if note.kind == "untrusted-key" and note.about[0] in ("base_url", "routes")}
    for note in catalog.notes:
        if note.kind == NAME and note.about[0] not in catalog.incomplete | untrusted:
            provider, account = note.about
            choices = [entry.id for entry in catalog.providers.values() if provider.lower() in map(alias_id, entry.facts.get("aliases", ()))]
            if choices:
                yield Finding(note.place, f"`{provider}`, the provider of the account `{account}`, is {len(choices)} things", f"say which: {', '.join(sorted(choices))}")
                continue
            yield Finding(
                note.place,
                f"there is no provider `{provider}` for the account `{account}`",
                f"{did_you_mean(provider, catalog.providers)}name one of `providers list --all`, or define it under `providers` with a `base_url`",
            )
