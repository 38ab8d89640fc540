"""The user's own file as commands edit it: read, changed as data, checked, and written with a backup, or not at all."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from .. import dialects, pipeline
from ..diagnostics.diagnostic import ERROR
from ..ir.inputs import COMMAND_LINE, USER, UserFile
from ..runtime import home
from ..source import layout
from ..source.document import Document
from ..source.turn import turned
from . import inputs, options, output
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.catalog import Catalog
    from ..ir.inputs import Inputs

_NAME, _PROJECT = "models.json", "project/models.json"
_MODE = 0o600


@dataclass
class UserLayer:
    """The file that is edited, which need not be there yet, and all that is read with it."""

    file: UserFile
    document: Document
    dialect: str
    """Without the version of its grammar."""
    _inputs: Inputs
    _others: list[Document]
    """The registry's documents and those of the layers beside it."""

    @property
    def data(self) -> Any:
        """What it holds; an empty mapping when it is not there, or holds nothing."""
        return {} if self.document.data is None else self.document.data

    @cached_property
    def catalog(self) -> Catalog:
        """What is known with the file as it is."""
        return pipeline.resolve(self._inputs, self._documents(self.document)).catalog

    def words(self) -> dict[str, dict[str, Any]]:
        """Return the vocabulary of dialects; that of the program where the registry has none."""
        return self.catalog.words("dialects") or pipeline.words_of_ours("dialects")

    def policy(self) -> dict[str, Any]:
        """Return the entry of its dialect there."""
        return self.words().get(dialects.policy_word(self.dialect), {})

    def changed(self, edit: Callable[[Any], Any], *, may_have_errors: bool = False) -> Change:
        """
        Return what *edit* makes of the file, checked. Raises ClickException where that would have errors.

        With *may_have_errors* those that it has already do not count: what is taken out may be what is wrong.
        """
        try:
            document = turned(self.document, edit(self.data))
        except ValueError as error:
            _print(pipeline.diagnosed(self.document))
            raise click.ClickException(f"{self.document.shown}: {error}") from error
        document.kind = "overlay" if self.dialect == dialects.NATIVE else self.dialect
        result = pipeline.compile(self._inputs, documents=self._documents(document))
        errors = [finding for finding in result.findings if finding.severity == ERROR]
        if errors:
            known = self._findings(self.document if may_have_errors else None)
            errors = [finding for finding in errors if _about(finding) not in known]
        if errors:
            _print(errors)
            raise click.ClickException(f"nothing was written: with this, {document.shown} would have {counted(len(errors), 'error')}")
        warnings = [finding for finding in result.findings if finding.severity != ERROR and finding.span.path == document.shown]
        if warnings:
            known = self._findings(self.document)
            warnings = [finding for finding in warnings if _about(finding) not in known]
        return Change(self, document, result.catalog, warnings)

    def _findings(self, document: Document | None) -> set[tuple[str, str]]:
        return {_about(finding) for finding in pipeline.compile(self._inputs, documents=self._documents(document)).findings}

    def _documents(self, document: Document | None) -> list[Document]:
        """Return all documents, that of the file in its place among the layers; None: without it."""
        at = next((index for index, other in enumerate(self._others) if other.path == _PROJECT), len(self._others))
        return [*self._others[:at], *([] if document is None or document.data is None else [document]), *self._others[at:]]


@dataclass
class Change:
    """What an edit makes of the file, before it is written."""

    layer: UserLayer
    document: Document
    catalog: Catalog
    warnings: list[Diagnostic]
    """New ones about the file."""

    def diff(self) -> str:
        """Return how the file changes; the whole file where it is new."""
        from difflib import unified_diff

        name = self.document.shown
        before = self.layer.document.text.decode(errors="replace").splitlines(keepends=True)
        return "".join(unified_diff(before, self.document.text.decode().splitlines(keepends=True), name, name))

    def write(self) -> None:
        """Put it on disk, with a backup of what was there; raises ClickException when that was changed meanwhile."""
        from ..source import backup
        from ..source.write import write_atomically

        path = self.layer.file.file
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        exists = os.path.lexists(path)
        now = Document.read(path, "", path, "").text if exists else b""
        if now != self.layer.document.text:
            raise click.ClickException(f"{self.document.shown} was changed in the meantime; do the same again")
        if exists:
            backup.keep(path)
        write_atomically(path, self.document.text, mode=None if exists else _MODE)
        _print(self.warnings)

    def tell(self, what: str) -> None:
        """Say that the file has *what*, as in "account work is in", and how programs get to see it."""
        from shlex import quote

        file = self.layer.file
        named = "".join(f" --{option} {quote(value)}" for option, value in (("config", file.file), ("dialect", file.dialect)) if value) if file.layer == COMMAND_LINE else ""
        output.notice(f"{what} {self.document.shown}; `providers compile{named}` has programs see it")


def open_layer(registry: str | None, configs: Sequence[str]) -> UserLayer:
    """
    Return the file to edit: the one that `--config` names, else the one in the user's config directory; it need not be there.

    Raises UsageError when several are named, ClickException when it cannot be read.
    """
    if len(configs) > 1:
        raise click.UsageError(f"one file is edited; name one of {', '.join(configs)} with --config")
    found = inputs.find(registry, configs)
    path = configs[0] if configs else os.path.join(home.folder("config", os.environ), _NAME)
    file = next((user for user in found.user_files if user.path != _PROJECT), UserFile(path, f"user/{_NAME}", USER))
    beside = tuple(user for user in found.user_files if user.path == _PROJECT)
    document = pipeline.read_users(found._replace(user_files=(file,)))[0] if os.path.lexists(path) else Document(file.path, layout.shown(path), "overlay", b"", path)
    if document.data is None and not _is_blank(document):
        _print(pipeline.diagnosed(document))
        raise click.ClickException(f"{document.shown} cannot be read; mend it first")
    dialect = dialects.family(options.dialect() or dialects.detect(document.data))
    return UserLayer(file, document, dialect, found._replace(user_files=(file, *beside)), pipeline.read(found._replace(user_files=beside)))


def _about(finding: Diagnostic) -> tuple[str, str]:
    """Return what *finding* says, wherever it stands now."""
    return finding.code, finding.message


def _is_blank(document: Document) -> bool:
    """Tell whether the file holds nothing but comments."""
    lines = document.text.decode(errors="replace").removeprefix("\ufeff").splitlines()
    return all(not line.strip() or (line.lstrip().startswith("#") and not document.is_json) for line in lines) and not (document.problems and document.problems[0].code == "PV001")


def _print(findings: Sequence[Diagnostic]) -> None:
    """Print *findings* to standard error."""
    from ..diagnostics import render_text

    if findings:
        click.echo(render_text.render(list(findings), colour=output.colours(sys.stderr)), err=True)
