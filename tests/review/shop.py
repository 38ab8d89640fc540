"""A small registry in a folder, what sources say of it, and a refresh of it without a command line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelwright import pipeline
from modelwright.review import accepted, build, facts, file
from modelwright.review.apply import apply
from modelwright.review.decisions import Decisions
from modelwright.review.plan import Base, Upstream
from modelwright.source.write_yaml import render_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelwright.ir.catalog import Catalog
    from modelwright.review.apply import Outcome
    from modelwright.review.plan import Change, Plan

TODAY = "2026-11-20"
READ = {"from": "a catalogue of today", "read_on": TODAY}
VOCABULARY = Path(__file__).parent.parent.parent / "registry" / "vocabulary"
_SOURCES = {"default": {"from": "a list", "read_on": "2026-11-01"}}
_ROUTE = {"id": "api", "label": "API key", "protocol": "openai-chat", "base_url": "https://api.example.com/v1", "auth": {"kind": "bearer", "env": ["SOME_API_KEY"]}}
_RANKS = {"first-party": 1, "aggregator": 2, "catalogue": 3}

Listed = dict[str, dict[str, dict[str, Any]]]
"""Flat facts by provider and id."""


class Shop:
    """A registry on disk."""

    def __init__(self, root: Path, models: Mapping[str, list[dict[str, Any]] | dict[str, Any]], providers: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.root = root / "registry"
        shutil.copytree(VOCABULARY, self.root / "vocabulary")
        for order, (provider, said) in enumerate(models.items(), start=1):
            head = {"id": provider, "name": provider.title(), "kind": "hosted", "order": order, "billing": "metered", "routes": [_ROUTE], "sources": _SOURCES}
            body = {"models": said} if isinstance(said, list) else said
            self.write(f"providers/{provider}.yaml", render_document(head | (providers or {}).get(provider, {}), schema="provider"))
            self.write(f"models/{provider}.yaml", render_document({"provider": provider, "sources": _SOURCES, **body}, schema="models"))

    def write(self, path: str, content: str | bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def files(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.root)): path.read_bytes() for path in sorted(self.root.rglob("*")) if path.is_file()}

    @property
    def inputs(self) -> pipeline.Inputs:
        return pipeline.Inputs(str(self.root), TODAY)

    @property
    def result(self) -> pipeline.Result:
        return pipeline.resolve(self.inputs)

    @property
    def catalog(self) -> Catalog:
        return self.result.catalog

    def facts(self, ref: str) -> dict[str, Any]:
        return self.catalog.models[ref].facts

    def flat(self, ref: str) -> dict[str, Any]:
        return facts.flat(self.facts(ref), TODAY)

    def accept(self, upstream: Upstream) -> None:
        """Have *upstream* as the base, as if all of it had been approved."""
        self.write(accepted.path_of(upstream.source), accepted.render(upstream.source, upstream.origin, whole(upstream)))

    def base(self, source: str) -> Base:
        document = accepted.document_of(str(self.root), source)
        return Base() if document.data is None else accepted.base_of(document)

    def plan(self, *upstreams: Upstream, allow_shrink: Iterable[str] = ()) -> Plan:
        catalog = self.catalog
        bases = {upstream.source: self.base(upstream.source) for upstream in upstreams}
        return build.build(catalog, upstreams, bases, Decisions.of(catalog), allow_shrink=allow_shrink)

    def changes(self, *upstreams: Upstream) -> dict[str, Change]:
        return {change.id: change for change in self.plan(*upstreams).changes}

    def outcome(self, changes: Iterable[Change], decision: str = file.APPROVED, **more: Any) -> Outcome:
        items = [file.Item(change=change, decision=decision, index=index, **more) for index, change in enumerate(changes)]
        return apply(self.inputs, self.result, items)

    def settle(self, changes: Iterable[Change], decision: str = file.APPROVED, **more: Any) -> Outcome:
        """Write what the decision on *changes* comes to; fails when it is refused."""
        outcome = self.outcome(changes, decision, **more)
        assert not outcome.refusals, outcome.refusals
        assert not outcome.findings, outcome.findings
        for path, content in outcome.contents.items():
            self.write(path, content)
        return outcome


def whole(upstream: Upstream) -> Base:
    """Return what *upstream* says as a base."""
    return Base(models={provider: dict(models) for provider, models in upstream.models.items()}, others=None if upstream.others is None else list(upstream.others), is_known=True)


def says(models: Mapping[str, Mapping[str, dict[str, Any]]], source: str = "models-dev", policy: str = "catalogue", place: int = 1, **more: Any) -> Upstream:
    """Return a source that says *models*; a catalogue unless *policy* is another."""
    return Upstream(source=source, policy=policy, rank=(_RANKS[policy], place), origin=more.pop("origin", READ), models=models, **more)


def listing(models: Mapping[str, dict[str, Any]], provider: str = "acme", groups: Iterable[str] = ("id", "limits", "prices"), **more: Any) -> Upstream:
    """Return what the provider's own listing says."""
    groups = frozenset(groups)
    return says({provider: models}, more.pop("source", provider), more.pop("policy", "first-party"), speaks_for=groups, tells_missing="id" in groups, **more)


def price(dollars: float, output: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a flat price of so many dollars a million tokens."""
    return {"input_usd_per_mtok": dollars, "output_usd_per_mtok": dollars * 5 if output is None else output, **more}
