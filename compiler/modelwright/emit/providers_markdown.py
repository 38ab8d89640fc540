"""The providers as a Markdown page for people: how each is reached, and which variables hold its credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes import freeze

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Facts


def emit(catalog: Catalog) -> str:
    """Return the page; the same catalogue gives the same text."""
    from collections import Counter

    counts = Counter(model.provider for model in catalog.models.values())
    records = list(freeze.providers(catalog))
    lines = ["<!-- Generated from registry/providers by `make generate`; change those files instead. -->", "", "# Providers", ""]
    lines += [f"{len(records)} providers, {sum(counts.values()):,} models. `providers list --format json` has the same for programs.", ""]
    lines += [*_overview(records, counts), ""]
    for record in records:
        lines += [*_provider(record, counts[record["id"]]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _overview(records: list[Facts], counts: Counter[str]) -> Iterator[str]:
    yield "| Provider | Id | Kind | Billing | Routes | Models |"
    yield "|---|---|---|---|--:|--:|"
    for record in records:
        yield f"| [{_text(record['name'])}](#{record['id']}) | `{record['id']}` | {record['kind']} | {record['billing']} | {len(record['routes'])} | {counts[record['id']]} |"


def _provider(record: Facts, models: int) -> Iterator[str]:
    yield f'## <a id="{record["id"]}"></a>{_text(record["name"])}'
    yield ""
    facts = [f"`{record['id']}`", record["kind"], record["billing"], f"{models} models"]
    if record.get("listing") == "compat":
        facts.append("kept for old configs")
    if record.get("open_ids"):
        facts.append("takes ids that are not listed" + (" and name a lab" if record["open_ids"] == "with-slash" else ""))
    yield ", ".join(facts) + "."
    if "aliases" in record:
        yield f"Also known as {', '.join(_alias(alias) for alias in record['aliases'])}."
    if "note" in record:
        yield ""
        yield _text(record["note"])
    yield ""
    yield from _routes(record)
    for name, variable in record.get("variables", {}).items():
        default = f", otherwise `{variable['default']}`" if "default" in variable else ", required"
        env = " or ".join(f"`{env}`" for env in variable.get("env", ())) or "models.json"
        yield f"- `${{{name}}}`: {_text(variable['description'])}; from {env}{default}"
    yield from _setup(record)
    if "docs" in record:
        yield ""
        yield " · ".join(f"[{name}]({url})" for name, url in record["docs"].items())


def _routes(record: Facts) -> Iterator[str]:
    yield "| Route | Protocol | Base URL | Auth | Variables, first hit wins |"
    yield "|---|---|---|---|---|"
    for route in record["routes"]:
        auth = route["auth"]
        header = f" in `{auth['header']}`" if "header" in auth else f" in query `{auth['query']}`" if "query" in auth else ""
        optional = "" if auth.get("required", True) is True else ", optional"
        env = ", ".join(f"`{name}`" for name in auth.get("env", ()))
        base = f"`{route['base_url']}`" if "base_url" in route else "yours"
        yield f"| {_text(route['label'])} (`{route['id']}`) | {route['protocol']} | {base} | {auth['kind']}{header}{optional} | {env} |"
    yield ""


def _setup(record: Facts) -> Iterator[str]:
    for method in record.get("setup", ()):
        elsewhere = f", sets up `{method['provider']}`" if "provider" in method else ""
        yield f"- {_text(method['label'])} ({method['kind']}{elsewhere})"
        yield from (f"  {number}. {_text(step)}" for number, step in enumerate(method.get("steps", ()), start=1))


def _alias(alias: Any) -> str:
    return f"`{alias}`" if isinstance(alias, str) else f"`{alias['id']}`" + (f" (in {alias['dialect']} files)" if "dialect" in alias else "")


def _text(text: str) -> str:
    """Return *text* with what Markdown and HTML would read as markup made inert."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in text)
