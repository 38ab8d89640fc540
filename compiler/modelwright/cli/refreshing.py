"""What `providers refresh` does, step by step: gather, compare, print, write the review, apply."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import click

from .. import pipeline
from ..resources import is_packaged_registry
from ..review import accepted, file
from ..review.decisions import Decisions
from ..runtime.day import today
from ..source.write import write_atomically
from . import applying, inputs, output
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..ir.catalog import Catalog
    from ..review.file import Item
    from ..review.plan import Plan
    from .gathering import Gathered

_NETWORK = 4
_OURS = ("changes", "policies", "price-units")
"""Vocabularies without which no change could be judged; a registry that was made before there were any has none."""


@dataclass(kw_only=True)
class Refresh:
    """One call of the command; the fields are its options."""

    providers: Sequence[str]
    format_: str
    write_review: bool
    apply_: bool
    wizard: bool
    review: str
    approve: str | None
    verify_live: bool
    baseline: bool
    exit_code: bool
    no_network: bool
    no_cache: bool
    from_file: str | None
    read_from: str | None
    read_on: str | None
    record: str | None
    sources: Sequence[str]
    allow_shrink: Sequence[str]
    registry: str | None
    configs: Sequence[str]
    _inputs: pipeline.Inputs = field(init=False)
    _result: pipeline.Result = field(init=False)

    def run(self) -> int:
        """Do what the options say and return the exit code."""
        self._check()
        self._load()
        if self.apply_ and self.approve is None:
            return self._apply_review()
        gathered = self._gather()
        plan = self._plan(gathered)
        if self.baseline:
            return applying.adopt(self._inputs.registry, plan, gathered)
        self._print(plan)
        code = 1 if self.exit_code and plan.changes else _NETWORK if gathered.has_failed and gathered.was_asked else 0
        if self.wizard and self.format_ == "text":
            from .wizard import walk

            items, wish = walk(self._decided(plan), self._inputs.today)
            if wish != "none":  # also before an apply: what was decided outlives a refusal, and what is deferred its day
                self._write(items, plan)
            return applying.apply(self._inputs, self._result, items, review=self.review) if wish == "apply" else code
        if self.write_review:
            self._write(self._decided(plan), plan)
        if self.approve is not None and self.no_network and self.from_file is None:
            output.notice("note: nothing is applied: --no-network compares with what was read before, which is nothing to apply unseen; use --write-review")
        elif self.approve is not None:
            chosen = [file.Item(change=change, decision=file.APPROVED, index=index) for index, change in enumerate(plan.changes) if self.approve == "all" or change.is_safe]
            return applying.apply(self._inputs, self._result, chosen) or (code if code == _NETWORK else 0)
        return code

    def _check(self) -> None:
        if self.approve is not None and not self.apply_:
            raise click.UsageError("--approve goes with --apply.")
        if self.verify_live and (not self.apply_ or self.approve is not None):
            raise click.UsageError("--verify-live goes with --apply of a review.")
        if self.apply_ and (self.write_review or self.wizard):
            raise click.UsageError("--apply goes without --write-review and --wizard: decide first, then apply.")
        if self.baseline and (self.apply_ or self.write_review or self.wizard):
            raise click.UsageError("--baseline goes without --apply, --write-review and --wizard: it decides on no change.")
        if (self.read_from or self.read_on) and self.from_file is None:
            raise click.UsageError("--from and --read-on go with --from-file FILE.")
        if self.wizard and self.format_ == "text" and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise click.UsageError("--wizard asks questions and this is no terminal; use --write-review and edit the file.")

    def _load(self) -> None:
        folder = inputs.registry_path(self.registry)
        if (self.apply_ or self.baseline or self.wizard) and is_packaged_registry(folder):
            raise applying.RefusedError(f"{folder} came with the package and is not edited there; check out the project, or copy the folder and name the copy with --registry")
        applying.recover(folder)
        self._inputs = pipeline.Inputs(folder, today())
        self._result = pipeline.resolve(self._inputs)
        for name in _OURS:
            if name not in self._result.catalog.vocabulary:
                self._result.catalog.vocabulary[name] = pipeline.words_of_ours(name)
        if not self._result.catalog.providers:
            raise click.ClickException(f"there is no registry in {folder}, or nothing in it can be read; name its folder with --registry, or see `providers lint`")
        if not self._result.is_sound:
            output.notice("note: parts of the registry cannot be read and are left out; `providers lint` says which")
        self.providers = self._known(self.providers)

    def _known(self, named: Sequence[str]) -> list[str]:
        from . import foreign

        catalog = self._users
        spelled = {alias if isinstance(alias, str) else alias["id"]: entry.id for entry in catalog.providers.values() for alias in entry.facts.get("aliases", ())}
        return foreign.ours(catalog, [name if name in catalog.providers else spelled.get(name, name) for name in named]) if named else []

    def _gather(self) -> Gathered:
        from . import gathering

        return gathering.gather(
            self._result.catalog,
            self.providers,
            users=self._users,
            sources=self.sources,
            from_file=self.from_file,
            read_from=self.read_from,
            read_on=self.read_on,
            network=not self.no_network,
            use_fresh=not self.no_cache,
            record=self.record,
        )

    def _plan(self, gathered: Gathered) -> Plan:
        from ..review import build

        catalog = self._result.catalog
        bases = {}
        for upstream in gathered.upstreams:
            document = accepted.document_of(self._inputs.registry, upstream.source)
            if document.text or not document.problems:
                bases[upstream.source] = applying.base_of(document)
        plan = build.build(catalog, gathered.upstreams, bases, Decisions.of(catalog), self._users, allow_shrink=self.allow_shrink)
        shrunk = {state.id: state for state in plan.sources}
        plan.sources = [shrunk.get(state.id, state) for state in gathered.states]
        if plan.unfit:
            output.notice(f"note: {plan.unfit} facts of the sources do not fit the registry's schema and are left out")
        return plan

    @cached_property
    def _users(self) -> Catalog:
        """The registry with the user's files over it: providers of the user's own, and what a change touches there."""
        files = inputs.user_files(self.configs)
        return pipeline.resolve(self._inputs._replace(user_files=tuple(files))).catalog if files else self._result.catalog

    def _print(self, plan: Plan) -> None:
        from ..review import markdown
        from . import refresh_report

        words = self._result.catalog.words("changes")
        if self.format_ == "json":
            output.as_json(refresh_report.as_data(plan, words))
        elif self.format_ == "markdown":
            click.echo(markdown.render(plan, words), nl=False)
        else:
            refresh_report.as_text(plan)

    def _decided(self, plan: Plan) -> list[Item]:
        """Return the changes with what was decided in the review that is there; raises ClickException when it cannot be read, so that no decision is lost."""
        earlier = applying.read_review(self.review) if os.path.lexists(self.review) else []
        return file.decided(plan, {item.change.id: item for item in earlier}, self._inputs.today, self.providers)

    def _write(self, items: Sequence[Item], plan: Plan) -> None:
        from ..review import markdown

        words = self._result.catalog.words("changes")
        text = file.render(items, plan.sources, schema=applying.schema_of(self.review))
        beside = f"{self.review.removesuffix('.yaml').removesuffix('.yml')}.md"
        summary = markdown.render(plan, words)
        for path, content in ((self.review, text), (beside, summary)):
            write_atomically(path, content.encode())
        if step := os.environ.get("GITHUB_STEP_SUMMARY"):
            with open(step, "a", encoding="utf-8") as stream:
                stream.write(summary)
        kept = sum(item.decision != file.PENDING for item in items)
        told = f", {kept} of them decided" if kept else ""
        output.notice(f"{self.review}: {counted(len(items), 'change')}{told}; {beside}: the same for a pull request")

    def _apply_review(self) -> int:
        items = applying.approved_review(self.review)
        if self.verify_live:
            gathered = self._gather()
            refusals = applying.moved_since(items, self._plan(gathered), gathered)
            if refusals:
                return applying.refuse(self.review, refusals)
        return applying.apply(self._inputs, self._result, items, review=self.review)
