"""
unused-variable

What it checks
    Every variable that a provider declares is used by one of its templates, or by one of its models.

Why it matters
    Users are asked for a value that changes nothing; more often the template that should have used it is wrong.

Bad
    variables: {account: …} with base_url: "https://gateway.acme.example/v1"

Good
    variables: {account: …} with base_url: "https://gateway.acme.example/${account}/v1"

Seen
    SpectrAI-Initiative/InnoClaw#15: a variable users are told to set that nothing needs. models.dev@f3fc69229 cannot tell: one list holds keys and URL parts alike.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry

CODE = "PV402"
NAME = "unused-variable"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per variable that no template names."""
    left = {(entry.id, name) for entry in catalog.providers.values() if entry.id not in catalog.incomplete for name in _unused(entry)}
    if left:
        for model in catalog.models.values():
            for field in ("base_url", "path"):
                if field in model.facts:
                    left -= {(provider, name) for provider, name in left if provider == model.provider and f"${{{name}}}" in model.facts[field]}
    for provider, name in sorted(left):
        yield Finding(
            catalog.providers[provider].place("variables", name, on_key=True),
            f"nothing of `{provider}` uses the variable `{name}`",
            f"write `${{{name}}}` where it belongs (base_url, path, headers, query or a listing's url), or remove the variable",
        )


def _unused(entry: Entry) -> Iterator[str]:
    variables = entry.facts.get("variables")
    if variables:
        text = json.dumps([entry.facts["routes"], entry.facts.get("discovery", ()), [variable.get("default") for variable in variables.values()]])
        upstream = entry.facts.get("upstream_ids", {}).get("variable")
        yield from (name for name in variables if f"${{{name}}}" not in text and name != upstream)
