"""Routes as text for people and as data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..runtime.day import today
from ..runtime.errors import UsageError
from . import output, shown
from .destination import destination

if TYPE_CHECKING:
    from ..runtime.registry import Registry
    from ..runtime.routing.candidate import Candidate, Routing

_MOST_REASONS = 5
_CSV = ("ref", "account", "profile", "kept", "reason", "cause", "score")
_NO_MODELS = "no model is named: name one, or name some of your accounts' (`models`), or give your agents one (`primary`)"


def as_data(registry: Registry, candidate: Candidate, *, explain: bool) -> dict[str, Any]:
    """Return what JSON says of *candidate*; with *explain* also where it leads."""
    found = {
        "ref": candidate.model.ref,
        "account": candidate.account["id"] if "place" in candidate.account else None,
        "profile": candidate.profile or None,
        "kept": candidate.is_kept,
        "reason": candidate.reason,
        "cause": candidate.cause,
        "name": candidate.name,
        "score": None if candidate.score is None else round(candidate.score, 4),
        "notes": list(candidate.notes),
    }
    return found | (_explained(registry, candidate) if explain and candidate.is_kept else {})


def as_rows(registry: Registry, routing: Routing) -> None:
    """Print *routing* as CSV; what may be used comes first, in its order."""
    entries = [as_data(registry, one, explain=False) for one in routing]
    output.as_csv(_CSV, [[entry[name] if name != "kept" else str(entry[name]).lower() for name in _CSV] for entry in entries])
    _show_end(routing, explain=True)


def show(registry: Registry, routing: Routing, *, explain: bool) -> None:
    """Print *routing*: what may be used, in its order; what may not, or how much that is."""
    if explain:
        for number, candidate in enumerate(routing.kept, start=1):
            _show_one(registry, number, candidate)
        if routing.skipped:
            click.echo("skipped")
            _show_pairs([(one.name, one.reason) for one in routing.skipped])
    elif routing.kept:
        output.as_columns(("", "route", "why"), [(number, one.name, one.reason) for number, one in enumerate(routing.kept, start=1)], right=(0,))
    _show_end(routing, explain=explain)


def _show_end(routing: Routing, *, explain: bool) -> None:
    """Print to standard error what is not as it was asked for, and whether there are more candidates, which with *explain* were all shown."""
    if routing.warning:
        click.echo(f"warning: {printable(routing.warning)}", err=True)
    if not routing.kept:
        _say_why_not(routing, explain=explain)
    elif routing.skipped and not explain:
        output.notice(f"{len(routing.skipped)} skipped; --explain says why")


def _show_one(registry: Registry, number: int, candidate: Candidate) -> None:
    click.echo(click.style(f"{number}  {printable(candidate.name)}", bold=True), color=output.colours())
    told = _explained(registry, candidate)
    pairs = [("model", candidate.model.ref), ("why", candidate.reason)]
    if told["error"]:
        pairs.append(("goes", f"nowhere; {told['error']}"))
    else:
        credential = told["credential"]
        pairs.append(("goes to", f"{told['protocol']} at {told['url']}, route {told['route']}"))
        pairs.append(("credential", credential["source"] or f"not found; {credential['cure']}"))
    pairs.append(("price", _price(told["price"])))
    if candidate.score is not None:
        pairs.append(("score", f"{candidate.score:.2f}"))
    _show_pairs([*pairs, *(("", note) for note in candidate.notes)])


def _show_pairs(pairs: list[tuple[str, str]]) -> None:
    width = max(len(printable(label)) for label, _ in pairs)
    for label, text in pairs:
        click.echo(f"     {printable(label):{width}}  {printable(text)}")


def _say_why_not(routing: Routing, *, explain: bool) -> None:
    """Print to standard error why there is no route."""
    click.echo(f"error: there is no route; {'see above' if explain and routing.skipped else 'each is skipped' if routing.skipped else _NO_MODELS}", err=True)
    told = () if explain else routing.skipped[:_MOST_REASONS]
    for one in told:
        click.echo(f"  {printable(one.name)}: {printable(one.reason)}", err=True)
    if told and len(routing.skipped) > len(told):
        click.echo(f"  and {len(routing.skipped) - len(told)} more; --explain has them all", err=True)


def _explained(registry: Registry, candidate: Candidate) -> dict[str, Any]:
    """Return where *candidate* leads, with which credential, and what it costs; `error` is why it leads nowhere."""
    price = shown.price(candidate.model.facts, today())
    try:
        found, source, step, cure = destination(registry, candidate.model, profile=candidate.profile)
    except UsageError as error:
        nowhere = dict.fromkeys(("route", "protocol", "url"))
        return {**nowhere, "credential": {"step": None, "source": None, "cure": None}, "price": price, "error": str(error)}
    credential = {"step": step, "source": source, "cure": cure or None}
    return {"route": found.route, "protocol": found.protocol, "url": found.url, "credential": credential, "price": price, "error": None}


def _price(price: dict[str, Any]) -> str:
    if price["state"] != "priced":
        return str(price["state"])
    figures = [f"{price[key] or 'unknown'} {what}" for key, what in (("input_usd_per_mtok", "in"), ("output_usd_per_mtok", "out"))]
    tiers = f"; other prices above {price['tiers'][0]['above_input_tokens']:,} input tokens" if price["tiers"] else ""
    return f"{', '.join(figures)} (USD per million tokens{tiers})"
