"""`providers models list|show|add|remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .models_add import add
from .models_remove import remove

if TYPE_CHECKING:
    from ..ir.resolved import Model

_COLUMNS = ("ref", "status", "context", "output", "in $/M", "out $/M", "cache $/M", "tools", "thinking")
_CSV = (
    "ref",
    "name",
    "status",
    "context_tokens",
    "input_tokens",
    "output_tokens",
    "price_state",
    "input_usd_per_mtok",
    "output_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "tools",
    "json",
    "thinking",
    "vision",
)


@click.group(name="models")
def command() -> None:
    """List the models, show one, or change your own."""


command.add_command(add)
command.add_command(remove)


@command.command(name="list")
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Models of this provider only.")
@click.option("--all", "all_", is_flag=True, help="Retired models too.")
@click.option("--configured", is_flag=True, help="Those that your files offer only, in the order in which they are tried.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Prices and limits as of this day instead of today.")
@options.formats("text", "json", "csv")
@options.artifact
@options.output
def list_models(provider: str | None, all_: bool, configured: bool, on: str | None, format_: str, artifact: str | None) -> None:
    """
    List the models, sorted by provider and id.

    With --configured: those of your accounts, and those that your files' system adds for a credential that is found (Sloppy).

    \b
      providers models list --provider anthropic
      providers models list --format csv > models.csv
    """
    from ..runtime.day import today
    from . import output, shown

    day = on or today()
    registry = output.open_registry(artifact)
    identity = str(registry.provider(provider)["id"]) if provider else None
    found = (model for model in registry.offered() if identity in (None, model.provider)) if configured else registry.models(identity)
    entries = [shown.model(model, day) for model in found if all_ or configured or model.status != "retired"]
    if format_ == "json":
        output.as_json({"models": entries})
    elif format_ == "csv":
        output.as_csv(_CSV, [_csv_row(entry) for entry in entries])
    else:
        output.as_columns(_COLUMNS, [_row(entry) for entry in entries], right=(2, 3, 4, 5, 6))


@command.command(name="show")
@click.argument("ref", type=options.Ref())
@click.option("--on", type=options.Day(), metavar="DAY", help="Prices and limits as of this day instead of today.")
@options.formats("text", "json")
@options.artifact
@options.output
def show(ref: str, on: str | None, format_: str, artifact: str | None) -> None:
    """
    Show all that is known of one model.

    \b
      providers models show anthropic/claude-sonnet-4-5
      providers models show gemini/gemini-2.5-pro --on 2026-03-01 --json
    """
    from ..diagnostics.render_text import printable
    from ..runtime.day import today
    from . import output, shown

    day = on or today()
    model = output.open_registry(artifact).resolve(ref, on)
    entry = shown.model(model, day)
    if format_ == "json":
        output.as_json({"models": [entry]})
        return
    for label, value in _lines(model, entry, day):
        click.echo(f"{label:18}{printable(value)}")


def _lines(model: Model, entry: dict[str, Any], day: str) -> list[tuple[str, str]]:
    from . import shown

    limits, price = entry["limits"], entry["price"]
    known = {True: [], False: [], None: []}  # type: dict[bool | None, list[str]]
    for name, has in entry["capabilities"].items():
        known[has].append(name)
    lines = [
        ("ref", entry["ref"]),
        ("name", entry["name"]),
        (
            "status",
            " ".join(
                filter(None, [entry["status"] or "not listed", entry["retires_on"] and f"(ends {entry['retires_on']})", entry["replaced_by"] and f"→ {entry['replaced_by']}"])
            ),
        ),
        ("released", entry["released_on"] or "unknown"),
        ("aliases", ", ".join(entry["aliases"]) or "-"),
        ("context", shown.tokens(limits["context_tokens"]) or "unknown"),
        ("output limit", shown.tokens(limits["output_tokens"]) or "unknown"),
        ("modalities", f"{'+'.join(entry['input'] or ['unknown'])} → {'+'.join(entry['output'] or ['unknown'])}"),
        ("can", ", ".join(known[True]) or "-"),
        ("cannot", ", ".join(known[False]) or "-"),
        ("unknown", ", ".join(known[None]) or "-"),
        ("thinking", _thinking(entry["thinking"])),
        (f"price {day}", ""),
    ]
    lines += _price_lines(price)
    lines += [(f"from {group}", f"{source['from']}, read {source['read_on']}") for group, source in sorted(entry["sources"].items())]
    return lines


def _thinking(thinking: dict[str, Any] | None) -> str:
    if thinking is None:
        return "unknown"
    levels = f": {', '.join(thinking['levels'])}" if thinking.get("levels") else ""
    return f"{thinking['mode']}{levels}" + (f" (default {thinking['default_level']})" if "default_level" in thinking else "")


def _price_lines(price: dict[str, Any]) -> list[tuple[str, str]]:
    if price["state"] != "priced":
        return [("", price["state"])]
    named = {"input": "input_usd_per_mtok", "output": "output_usd_per_mtok"}
    rest = {key.replace("_usd_per_mtok", "").replace("_", " "): key for key in price if "usd" in key and key not in named.values()}
    lines = [(f"  {label}", f"{price[key]} USD" + (" per million tokens" if key.endswith("mtok") else "")) for label, key in (named | rest).items() if price.get(key) is not None]
    for tier in price["tiers"]:
        figures = ", ".join(f"{key.replace('_usd_per_mtok', '').replace('_', ' ')} {value}" for key, value in tier.items() if "usd" in key)
        lines.append((f"  > {tier['above_input_tokens']:,}", figures))
    return lines


def _row(entry: dict[str, Any]) -> tuple[Any, ...]:
    from . import shown

    price, limits = entry["price"], entry["limits"]
    figures = [price[key] if price["state"] == "priced" else None for key in ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok")]
    if price["state"] != "priced":
        figures[0] = price["state"]
    answers = [{True: "yes", False: "no", None: "?"}[entry["capabilities"][name]] for name in ("tools", "thinking")]
    return (entry["ref"], entry["status"], shown.tokens(limits["context_tokens"]), shown.tokens(limits["output_tokens"]), *figures, *answers)


def _csv_row(entry: dict[str, Any]) -> tuple[Any, ...]:
    price, capabilities = entry["price"], entry["capabilities"]
    return (
        entry["ref"],
        entry["name"],
        entry["status"],
        *entry["limits"].values(),
        price["state"],
        *(price[key] for key in _CSV[7:10]),
        *({True: "true", False: "false", None: None}[capabilities[name]] for name in _CSV[10:]),
    )
