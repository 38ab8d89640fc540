"""`providers accounts import`: move the keys that stand in a user's file into the vault."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ..ir.inputs import USER, UserFile
from ..runtime import implied
from . import inputs, options, searching
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog
    from ..pipeline import Inputs
    from ..source.document import Document


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--backup", is_flag=True, help="Keep a copy of the file beside it, keys and all, for your eyes only.")
@options.sources
@options.output
def command(file: str, backup: bool, registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Move the keys that stand in a file into the vault.

    The file of another system keeps everything else as it is: where a key stood there is an empty text, and the account finds its
    key in the vault. Nothing is removed before it can be read back from there.

    \b
      providers accounts import sophon.json
      providers accounts import sloppy.json --dialect sloppy
    """
    from .. import pipeline
    from ..runtime.day import today

    user = UserFile(file, f"user/{os.path.basename(file)}", USER, dialect=options.dialect())
    _import(pipeline.Inputs(inputs.registry_path(registry), today(), (user,)), file, keeps_copy=backup)


_TAKEN = "the vault has another secret of it, which is what is used; run `providers logout {}` first, or remove what stands in the file"
_LOST = "without its key it would be one with another account, or would not look into the vault"


@dataclass(frozen=True, slots=True)
class _Secret:
    """What stands in the file for one entry of the vault."""

    account: str
    provider: str
    entry: str
    """Its id in the vault."""
    parts: Mapping[str, str]
    pointers: Sequence[str]
    is_first: bool
    """Whether it is looked for before the vault is."""
    route: str | None
    """The route that it is for, where only the key tells that."""


def _import(found: Inputs, file: str, *, keeps_copy: bool) -> None:
    from .. import pipeline
    from ..runtime.credentials.vault import Vault
    from ..source import backup
    from ..source.write import write_atomically
    from . import output

    documents = pipeline.read(found)
    document = next(document for document in documents if document.path == found.user_files[0].path)
    if document.data is None:
        raise click.ClickException(f"{file} cannot be read; `providers lint {file}` says why")
    before = pipeline.resolve(found, documents)
    secrets = list(_secrets(before.catalog, document))
    vault = Vault(os.environ)
    left = {secret.account: _TAKEN for secret in secrets if not secret.is_first and _is_other(vault, secret)}
    while True:
        secrets = [secret for secret in secrets if secret.account not in left]
        text = _emptied(document, secrets)
        after = pipeline.resolve(found, [_with_text(one, text) if one is document else one for one in documents]).catalog
        lost = {secret.account: _LOST for secret in secrets if not _finds(after, secret)}
        if not lost:
            break
        left |= lost
    for secret in secrets:
        vault.store(secret.entry, secret.provider, secret.parts, route=secret.route)
        if vault.open(secret.entry, secret.provider) != secret.parts:
            raise click.ClickException(f"{vault.path} does not give back what was stored as {secret.entry}; the file was not changed")
    if secrets:
        copied = backup.keep(file) if keeps_copy else None
        if copied is not None:
            os.chmod(copied, 0o600)
        write_atomically(file, text)
    _tell(file, vault.path, secrets, output.notice)
    if any(finding.severity == "error" and finding.span.path == document.shown for finding in before.findings):
        output.notice(f"note: what is wrong in {file} was left as it is, keys and all; `providers lint {file}` says where")
    if left:
        raise click.ClickException("\n".join(f"{account} is left as it is: {why.format(account)}" for account, why in left.items()))


def _secrets(catalog: Catalog, document: Document) -> Iterator[_Secret]:
    """Yield every secret that stands in *document*, once for each entry of the vault that takes its place."""
    from ..runtime.credentials.files import value_at
    from ..runtime.credentials.inline import steps_of

    for entry in catalog.accounts.values():
        profiles = entry.facts.get("profiles", {})
        for name, steps in ((None, entry.facts["credentials"]), *((name, profile["credentials"]) for name, profile in profiles.items())):
            words = [step["step"] for step in steps]
            for step in steps:
                if step["step"] != "inline" or step.get("file") != document.path:
                    continue
                values = {part: value_at(document.data, steps_of(pointer)) for part, pointer in step["pointers"].items()}
                parts = {part: value.strip() for part, value in values.items() if isinstance(value, str) and value.strip()}
                identity = next((str(other["id"]) for other in steps if other["step"] == "vault"), entry.id if name is None else f"{entry.id} {name}")
                is_first = "vault" not in words or words.index("inline") < words.index("vault")
                if parts:
                    route = searching.of_account(catalog, entry.facts, os.environ).route_told_by(parts)
                    yield _Secret(entry.id, entry.provider, identity, parts, [step["pointers"][part] for part in parts], is_first, route)


def _is_other(vault: Any, secret: _Secret) -> bool:
    """Tell whether the vault has something else than *secret* in its place."""
    return vault.entry(secret.entry) is not None and vault.open(secret.entry, secret.provider) != secret.parts


def _emptied(document: Document, secrets: Sequence[_Secret]) -> bytes:
    """Return the text of *document* with an empty text in the place of each of *secrets*, and nothing else changed."""
    from ..runtime.credentials.inline import steps_of
    from ..source import edit_json

    if not secrets:
        return document.text
    data = copy.deepcopy(document.data)
    for pointer in {pointer for secret in secrets for pointer in secret.pointers}:
        place = data
        *way, last = steps_of(pointer)
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = ""
    try:
        text = edit_json.turned(document.source, data)
    except ValueError as error:
        problem = str(error)
    else:
        return document.text.removesuffix(document.source.encode()) + text.encode()
    raise click.ClickException(f"{document.shown}: {problem}; nothing was changed")


def _with_text(document: Document, text: bytes) -> Document:
    from ..source.document import Document

    changed = Document(document.path, document.shown, document.kind, text, document.file)
    changed.load()
    return changed


def _finds(catalog: Catalog, secret: _Secret) -> bool:
    """Tell whether *catalog* has the account of *secret* and it looks into the vault where the secret is going to be."""
    entry = catalog.accounts.get(secret.account)
    account = entry.facts if entry is not None else implied.account(secret.account, searching.policy_of(catalog)) if secret.account in catalog.providers else None
    if account is None or account["provider"] != secret.provider:
        return False
    steps = [step for facts in (account, *account.get("profiles", {}).values()) for step in facts["credentials"]]
    return any(step["step"] == "vault" and step["id"] == secret.entry for step in steps)


def _tell(file: str, vault: str, secrets: Sequence[_Secret], notice: Any) -> None:
    from ..source import backup

    if not secrets:
        notice(f"{file}: no key stands in it")
        return
    count = len({pointer for secret in secrets for pointer in secret.pointers})
    notice(f"{counted(count, 'secret')} moved from {file} to {vault}: {', '.join(dict.fromkeys(secret.account for secret in secrets))}")
    values = [value.encode() for secret in secrets for value in secret.parts.values()]
    copies = [copy_ for copy_ in backup.copies(file) if any(value in _content(copy_) for value in values)]
    if copies:
        notice(f"note: they still stand in {', '.join(copies)}; remove what you do not need any more")


def _content(file: str) -> bytes:
    from ..source import stored

    try:
        return stored.content(file) or b""
    except OSError:
        return b""
