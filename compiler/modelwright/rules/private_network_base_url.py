"""
private-network-base-url

What it checks
    In a file of a dialect that wants it declared, a base URL that leads to this machine or into a private network is of a provider whose entry says that this is meant.

Why it matters
    An address of that kind reaches services that trust whoever gets to them; a pasted configuration should not do so unnoticed.

Bad
    {"models": {"providers": {"custom": {"baseUrl": "http://127.0.0.1:8000/v1"}}}}

Good
    {"models": {"providers": {"custom": {"baseUrl": "http://127.0.0.1:8000/v1", "request": {"allowPrivateNetwork": true}}}}}

Seen
    Fased refuses such requests without the flag (fased-ai/fased@b0d6a8f, `request.allowPrivateNetwork`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .hosts import host_of, is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Facts, Overlay, Pointer

CODE = "PV752"
NAME = "private-network-base-url"
SEVERITY = "warning"

_OWN_HARDWARE = "local"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per address that is not declared; a provider that runs on the user's own hardware needs no word."""
    for overlay in catalog.overlays:
        if overlay.policy.get("private_network") != "declared":
            continue
        declared = {account["provider"] for account in overlay.data.get("accounts", {}).values() if account.get("private_network")}
        for provider, said in overlay.data.get("providers", {}).items():
            entry = catalog.providers.get(provider)
            if provider not in declared and entry is not None and entry.facts["kind"] != _OWN_HARDWARE:
                yield from _addresses(overlay, ("providers", provider), said)
                for model, facts in said.get("models", {}).items():
                    yield from _addresses(overlay, ("providers", provider, "models", model), facts)


def _addresses(overlay: Overlay, at: Pointer, said: Facts) -> Iterator[Finding]:
    if "base_url" in said and is_private(host := host_of(said["base_url"])):
        yield Finding(
            Place(overlay.document, (*at, "base_url")),
            f"`{host}` is this machine or in a private network, and nothing says that this is meant",
            "if it is, say so at the provider: `request: {allowPrivateNetwork: true}` in a file of Fased's, `private_network: true` of its account in a native one",
        )
