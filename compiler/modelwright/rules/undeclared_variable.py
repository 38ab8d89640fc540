"""
undeclared-variable

What it checks
    Every `${name}` in a base URL, path, header, query, quirk or listing URL, and every region variable, is declared under the provider's `variables`; one in a default, above it.

Why it matters
    Nobody asks for its value and nothing fills it in: requests go to a host that is spelt `${name}`.

Bad
    base_url: "https://${resorce}.openai.azure.com" with variables: {resource: …}

Good
    base_url: "https://${resource}.openai.azure.com" with variables: {resource: …}

Seen
    NousResearch/hermes-agent#14457: requests to `${CLAW_BASE_URL}/models`; anomalyco/opencode#41474: placeholders that are not declared are passed on as they are.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .nearest import did_you_mean
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..ir.catalog import Catalog, Entry, Place

CODE = "PV401"
NAME = "undeclared-variable"
SEVERITY = "error"

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_VARIABLE = re.compile(r"\$\{([^}]*)(\})?")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per variable and place that no provider declares; the model's id in paths and the route's base URL in listings are given."""
    return chain(_providers(catalog), _models(catalog))


def _providers(catalog: Catalog) -> Iterator[Finding]:
    for entry in catalog.providers.values():
        above: list[str] = []
        for name, variable in entry.facts.get("variables", {}).items():
            for word, help_ in _wrong(entry, variable.get("default", ""), (), above):
                yield _finding(entry.place("variables", name, "default"), word, help_, entry)
            above.append(name)
        for index, route in enumerate(entry.facts["routes"]):
            for field, text in _templates(route):
                if "${" in text:
                    for word, help_ in _wrong(entry, text, ("model",) if field == ("path",) else ()):
                        yield _finding(route_place(entry, index, *field), word, help_, entry)
        for index, listing in enumerate(entry.facts.get("discovery", ())):
            for word, help_ in _wrong(entry, listing["url"], ("base_url",)):
                yield _finding(entry.place("discovery", index, "url"), word, help_, entry)
        upstream = entry.facts.get("upstream_ids")
        if upstream is not None:
            for word, help_ in _wrong(entry, f"${{{upstream['variable']}}}", ()):
                yield _finding(entry.place("upstream_ids", "variable"), word, help_, entry)


def _templates(route: dict[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    for field in ("base_url", "path"):
        if field in route:
            yield (field,), str(route[field])
    for field in ("headers", "query", "quirks"):
        values = route.get(field)
        if isinstance(values, dict):
            yield from (((field, name), str(value)) for name, value in values.items())


def _models(catalog: Catalog) -> Iterator[Finding]:
    for entry in catalog.models.values():
        facts = entry.facts
        for field, given in (("base_url", ()), ("path", ("model",))):
            if field in facts and "${" in facts[field]:
                provider = catalog.providers.get(entry.provider)
                if provider is not None:
                    for word, help_ in _wrong(provider, facts[field], given):
                        yield _finding(entry.place(field), word, help_, provider)


def _wrong(provider: Entry, text: str, given: tuple[str, ...], declared: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each variable of *text*, and how to mend it; *declared* are those that may be named, by default all."""
    known = (*given, *(provider.facts.get("variables", ()) if declared is None else declared))
    for match in _VARIABLE.finditer(text):
        if match[2] is None:
            yield "`${` without a `}`", "close it: `${name}`"
        elif match[1] not in known:
            where = "" if declared is None else " above it"
            yield f"the variable `{match[1]}`, which is not declared{where}", _help(match[1], known, provider)


def _help(name: str, known: tuple[str, ...], provider: Entry) -> str:
    if not _NAME.fullmatch(name):
        return f"write a plain name, as in `${{region}}`; declare it under `variables` of the provider `{provider.id}`, where `env` names the environment variables it comes from"
    return f"{did_you_mean(name, known)}declare it under `variables` of the provider `{provider.id}`, with a description"


def _finding(place: Place, word: str, help_: str, provider: Entry) -> Finding:
    return Finding(place, f"a template of `{provider.id}` has {word}", help_)
