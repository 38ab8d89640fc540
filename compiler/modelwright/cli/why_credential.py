"""`providers why ACCOUNT credential`: which step gives the credential, and why the others do not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..dialects import NATIVE
from ..runtime.credentials import chain
from . import credential_report, output, searching

if TYPE_CHECKING:
    from ..ir.catalog import Catalog, Facts, Place
    from ..runtime.credentials.answer import Look


def show(catalog: Catalog, account: Facts, format_: str) -> None:
    """Print what holds for *account*, without its secret."""
    search = searching.of_account(catalog, account, os.environ)
    looks = chain.looks(search)
    won = credential_report.winner(looks)
    said, place = _order(catalog, account)
    if format_ == "json":
        steps = [{**credential_report.step(look), "wins": look is won} for look in looks]
        told = {"ref": account["id"], "field": "credential", "value": None if won is None else won.source, "origins": _origins(catalog, account, place)}
        output.as_json({**told, "account": account["id"], "provider": account["provider"], "order_from": said, "steps": steps})
        return
    click.echo(printable(f"{account['id']} credential = {'not found' if won is None else won.source}"))
    click.echo(printable(f"  the order is {said}" + ("" if place is None else f"  {place.span()}")))
    for look in looks:
        click.echo(printable(f"  {_mark(look, won)}  {f'{look.profile} ' if look.profile else ''}{look.step:10} {look.reason}"))
    if won is None:
        click.echo(printable(f"  {chain.cure(search)}"))


def _mark(look: Look, won: Look | None) -> str:
    return "wins" if look is won else "also" if look.found else "    "


def _order(catalog: Catalog, account: Facts) -> tuple[str, Place | None]:
    """Return who says in which order the steps come, and where."""
    from ..ir.catalog import Place

    entry = catalog.accounts.get(account["id"])
    layer = None if entry is None else next((layer for layer in reversed(entry.layers) if "credentials" in layer.facts), None)
    if layer is not None:
        dialect = next(overlay.dialect for overlay in catalog.overlays if overlay.document is layer.document)
        if dialect == NATIVE:
            return "the account's own", Place(layer.document, (*layer.pointer, "credentials"))
        return f"that of {dialect}", Place(layer.document, layer.pointer, on_key=True)
    if "credentials" in catalog.settings.get("policy", {}) and "policy" in catalog.setting_places:
        return "that of the policy", catalog.setting_places["policy"]
    return f"that of {account.get('dialect') or searching.policy_of(catalog)['dialect']}", None


def _origins(catalog: Catalog, account: Facts, place: Place | None) -> list[dict[str, Any]]:
    if place is None:
        return []
    span = place.span()
    layer = next(overlay.name for overlay in catalog.overlays if overlay.document is place.document)
    words = [step["step"] for step in account["credentials"]]
    return [{"layer": layer, "path": span.path, "line": span.line, "column": span.column, "source": None, "day": None, "value": words, "wins": True}]
