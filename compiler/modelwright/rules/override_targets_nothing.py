"""
override-targets-nothing

What it checks
    What an overlay is about is there: providers, the models behind the user's own names, routes that are changed, and facts that `$unset` removes.

Why it matters
    A misspelt name is no error by itself; the override just never takes effect, and nobody is told.

Bad
    {"providers": {"antropic": {"models": {"claude-sonnet-4-5": {"limits": {"context_tokens": 100000}}}}}}

Good
    {"providers": {"anthropic": {"models": {"claude-sonnet-4-5": {"limits": {"context_tokens": 100000}}}}}}

Seen
    pi-mono@83378aa ignores unknown ids in `modelOverrides`; tashfeenahmed/freellmapi#857: an override with a misspelt id looks exactly like none.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import REGISTRY, Place
from ..ir.refs import is_taken
from ..passes.aliases import scoped
from .nearest import did_you_mean, did_you_mean_ref
from .places import alias_id, below, overlaid, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Layer

CODE = "PV602"
NAME = "override-targets-nothing"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per name that nothing has."""
    return chain(_unknown_providers(catalog), _aliases(catalog), _routes(catalog), _unset(catalog))


def _unknown_providers(catalog: Catalog) -> Iterator[Finding]:
    # Where the endpoint of a new provider is not trusted, untrusted-key says so.
    untrusted = {(note.about[1], note.place.pointer[1]) for note in catalog.notes if note.kind == "untrusted-key" and note.about[0] in ("base_url", "routes")}
    for note in catalog.notes:
        if note.kind != "unknown-provider" or note.about[0] in catalog.incomplete or (note.place.document.shown, note.about[0]) in untrusted:
            continue
        (identity,) = note.about
        owner = next((entry.id for entry in catalog.providers.values() if identity in map(alias_id, entry.facts.get("aliases", ()))), None)
        own = f"{did_you_mean(identity, catalog.providers)}to define a provider of your own, give it a base URL"
        yield Finding(note.place, f"there is no provider `{identity}`", own if owner is None else f"it is an alias; write `{owner}`")


def _aliases(catalog: Catalog) -> Iterator[Finding]:
    known = None
    for overlay in catalog.overlays:
        for name, ref in overlay.data.get("aliases", {}).items():
            provider, _, model = ref.partition("/")
            if ref in catalog.models or provider in catalog.incomplete or (provider in catalog.providers and is_taken(catalog.providers[provider].facts.get("open_ids"), model)):
                continue
            known = scoped(catalog) if known is None else known
            if ref not in known:
                near = did_you_mean_ref(ref, catalog) if provider in catalog.providers else did_you_mean(provider, catalog.providers)
                yield Finding(Place(overlay.document, ("aliases", name)), f"your name `{name}` is for `{ref}`, which is not there", f"{near}name a model as provider/id")


def _routes(catalog: Catalog) -> Iterator[Finding]:
    for overlay, identity, _ in overlaid(catalog):
        entry = catalog.providers.get(identity)
        index = spoken(overlay, entry, ("providers", identity))
        if entry is None or not index or entry.layers[0].name != REGISTRY:
            continue
        known = [name for layer in entry.layers[:index] for name in _route_ids(layer)]
        for name, change in entry.layers[index].facts.get("routes", {}).items():
            if name not in known and "protocol" not in change and "base_url" not in change:
                yield Finding(
                    Place(overlay.document, ("providers", identity, "routes", name), on_key=True),
                    f"`{identity}` has no route `{name}` to change",
                    f"{did_you_mean(name, known)}the routes are {', '.join(known)}; a new one needs `protocol` and `base_url`",
                )


def _route_ids(layer: Layer) -> Iterable[str]:
    routes = layer.facts.get("routes", ())
    return routes.keys() if isinstance(routes, dict) else [route["id"] for route in routes]


def _unset(catalog: Catalog) -> Iterator[Finding]:
    for entry in catalog.models.values():
        # The registry's own entries keep the key; overlays are looked at below, so that most models cost one look-up.
        if "$unset" in entry.facts and not (entry.inherits is None and "inherit" in entry.facts):
            for number, layer in enumerate(entry.layers):
                if layer.name == REGISTRY and layer.inherited_from is None:
                    yield from _absent(entry, layer, layer.facts, below(entry, number))
    for overlay, identity, patch in overlaid(catalog):
        provider = catalog.providers.get(identity)
        index = spoken(overlay, provider, ("providers", identity))
        if provider is not None and index is not None and "$unset" in patch:
            lower: dict[str, Any] = {}
            for layer in provider.layers[:index]:
                lower |= layer.facts
            yield from _absent(provider, provider.layers[index], patch, lower)
        for name, facts in patch.get("models", {}).items():
            model = catalog.models.get(f"{identity}/{name}")
            index = spoken(overlay, model, ("providers", identity, "models", name)) if "$unset" in facts else None
            if model is not None and index is not None:
                yield from _absent(model, model.layers[index], facts, below(model, index))


def _absent(entry: Entry, layer: Layer, written: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the layer removes without effect of *facts*; *written* is what the file says, the layer holds what is trusted of it."""
    for number, name in enumerate(written.get("$unset", ())):
        if name not in layer.facts.get("$unset", ()):
            continue
        found: Any = facts
        for step in name.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found is None:
            yield Finding(
                Place(layer.document, (*layer.pointer, "$unset", number)),
                f"`$unset` removes `{name}` of `{entry.ref}`, which no layer below says",
                f"{did_you_mean(name, _names(facts))}name a fact that is there, or remove the line",
            )


def _names(facts: Mapping[str, Any]) -> list[str]:
    return [*facts, *(f"{key}.{part}" for key, value in facts.items() if isinstance(value, dict) for part in value)]
