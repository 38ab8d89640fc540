"""`providers why REF [FIELD]`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from . import inputs, options

if TYPE_CHECKING:
    from ..ir.catalog import Catalog, Entry, Pointer

_CREDENTIAL = ("credential", "credentials")
_POLICY = "policy"


@click.command(name="why")
@click.argument("ref", type=options.Ref())
@click.argument("field", required=False)
@click.option("--on", type=options.Day(), metavar="DAY", help="For prices: the one that holds on this day instead of today.")
@options.formats("text", "json")
@options.sources
@options.output
def command(ref: str, field: str | None, on: str | None, format_: str, registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Show where a value comes from: every layer's word, and which one won.

    FIELD is a dotted name, such as limits.context_tokens; a price key alone, such as input_usd_per_mtok, means the price that
    holds today. Without FIELD every field is shown with the word that won. REF is a model's, a provider's or an account's. The
    field `credential` of an account or a provider says where its key is looked for, which place has it and why the others have
    not. `policy` in place of REF shows what your files are read and used by, which is their dialect's unless they say otherwise.

    \b
      providers why anthropic/claude-sonnet-4-5 limits.context_tokens
      providers why openai/gpt-5.5 input_usd_per_mtok
      providers why openrouter credential
      providers why policy on_unknown
    """
    from .. import pipeline
    from ..passes import trace
    from ..runtime.day import today
    from . import output, why_inputs

    result = pipeline.resolve(inputs.find(registry, configs))
    why_inputs.remark(result)
    if field in _CREDENTIAL:
        from . import searching, why_credential

        known = result.catalog.accounts.get(ref) or result.catalog.accounts.get(ref.partition("/")[0])
        why_credential.show(result.catalog, searching.account_of(result.catalog, _entry(result.catalog, ref).provider) if known is None else known.facts, format_)
        return
    if ref == _POLICY and ref not in {*result.catalog.aliases, *result.catalog.providers, *result.catalog.accounts}:
        from . import why_policy

        why_policy.show(result.catalog, field, format_)
        return
    entry = _entry(result.catalog, ref)
    pointers = [_pointer(entry, field, on or today())] if field else _all_pointers(entry)
    answers = [(pointer, trace.words(entry, pointer)) for pointer in pointers]
    if field and not answers[0][1] and _value(entry, pointers[0]) is None:
        raise click.ClickException(f"nothing says {field!r} of {entry.ref}; said are: {', '.join(_dotted(pointer) for pointer in _all_pointers(entry))}")
    if format_ == "json":
        shown = [_as_json(entry, pointer, words) for pointer, words in answers]
        output.as_json({"ref": entry.ref, **shown[0]} if field else {"ref": entry.ref, "fields": shown})
        return
    for pointer, words in answers:
        if field:
            click.echo(f"{entry.ref} {_dotted(pointer)} = {_text(_value(entry, pointer))}" + ("" if words else "  (no file says it; it is what holds when none does)"))
        for word in reversed(words) if field else [word for word in words if word.wins]:
            read = f"  ({word.source}, read {word.day})" if word.source else ""
            mark = "wins " if word.wins else "     "
            head = f"  {mark} {word.layer:12} {_text(word.value)}" if field else f"{_dotted(pointer):32} {_text(_value(entry, pointer))}  [{word.layer}]"
            click.echo(f"{head}  {word.place.span()}{read}")


def _entry(catalog: Catalog, ref: str) -> Entry:
    """Return the model, provider or account that *ref* names in the sources; raises when none or several do."""
    from ..ir.refs import split
    from ..passes import aliases
    from ..runtime.errors import AmbiguousRefError, UnknownRefError

    ref = catalog.aliases[ref][0] if ref in catalog.aliases else ref
    if ref in catalog.models:
        return catalog.models[ref]
    if ref in catalog.accounts and ref not in catalog.providers:
        return catalog.accounts[ref]
    providers = {alias if isinstance(alias, str) else alias["id"]: entry.id for entry in catalog.providers.values() for alias in entry.facts.get("aliases", ())}
    providers |= {identity: identity for identity in catalog.providers}  # an id is nothing else, though a dialect's word for another may be the same
    scoped = aliases.scoped(catalog)
    for head, rest in split(ref):
        canonical = f"{providers.get(head, head)}/{rest}"
        if canonical in catalog.models:
            return catalog.models[canonical]
        if canonical in scoped:
            return catalog.models[scoped[canonical][-1].ref]
    name = providers.get(ref.lower(), ref.lower())
    if name in catalog.providers:
        return catalog.providers[name]
    refs = aliases.bare(catalog).get(ref, [])
    if len(refs) == 1:
        return catalog.models[refs[0]]
    if refs:
        raise AmbiguousRefError(ref, tuple(sorted(refs)))

    def nearest() -> tuple[str, ...]:
        from difflib import get_close_matches

        return tuple(get_close_matches(ref, (*catalog.providers, *catalog.accounts, *catalog.models), n=5, cutoff=0.5))

    raise UnknownRefError(ref, nearest)


def _pointer(entry: Entry, field: str, day: str) -> Pointer:
    """Return the way to *field*; a figure's name alone, and `price.…`, mean the price that holds on *day*; a provider's endpoint is its default route's."""
    steps: list[str | int] = [int(step) if step.isdigit() else step for step in field.split(".")]
    if "routes" in entry.facts and steps[0] in ("protocol", "base_url", "path", "auth", "headers", "query"):
        return ("routes", 0, *steps)
    if steps[0] == "price":
        steps = steps[1:] or ["state"]
    elif "usd" not in str(steps[0]):
        return tuple(steps)
    prices = entry.facts.get("prices", ())
    index = next((index for index, price in enumerate(prices) if price.get("since", "") <= day < price.get("until", "~")), 0)
    return ("prices", index, *steps)


def _all_pointers(entry: Entry) -> list[Pointer]:
    found: list[Pointer] = []
    for key, value in entry.facts.items():
        if key in ("id", "inherit", "$unset", "sources"):
            continue
        if isinstance(value, dict):
            found += [(key, part) for part in value]
        elif key == "routes" and entry.ref == entry.id:
            parts = [(index, part, said) for index, route in enumerate(value) for part, said in route.items() if part != "id"]
            found += [(key, index, part, *inner) for index, part, said in parts for inner in ([(name,) for name in said] if isinstance(said, dict) else [()])]
        elif key == "prices":
            found += [(key, index, figure) for index, price in enumerate(value) for figure in price if figure not in ("source", "tiers", "variants", "off_peak")]
        else:
            found.append((key,))
    return found


def _dotted(pointer: Pointer) -> str:
    return ".".join(str(step) for step in pointer)


def _value(entry: Entry, pointer: Pointer) -> Any:
    """Return the value that holds, whether or not a file says it; None when there is none."""
    from ..ir.catalog import at
    from ..passes import freeze

    return at(entry.facts if entry.ref == entry.id else freeze.model(entry), pointer)[1]


def _text(value: Any) -> str:
    from ..diagnostics.render_text import printable

    return "unknown" if value is None else printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _as_json(entry: Entry, pointer: Pointer, words: list[Any]) -> dict[str, Any]:
    origins = []
    for word in words:
        span = word.place.span()
        origins.append(
            {"layer": word.layer, "path": span.path, "line": span.line, "column": span.column, "source": word.source, "day": word.day, "value": word.value, "wins": word.wins}
        )
    return {"field": _dotted(pointer), "value": _value(entry, pointer), "origins": origins}
