"""Ask one provider for its list of models, and say what that tells of the credential."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from .. import pipeline
from ..diagnostics.render_text import printable
from ..discover.limits import STANDARD
from ..passes.origins import origins_of
from ..runtime import insecure
from . import asking, inputs, searching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..discover.reading import Ask, Reading
    from ..ir.catalog import Catalog, Entry
    from .asking import Question

_READ = ("ok", "not-modified")
_ACCESS = ("unauthorized", "rate-limited", "credential-missing", "base-url-missing", "unreachable")
_LIMITS = replace(STANDARD, source_seconds=20.0, attempts=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a probe found."""

    provider: str
    route: str | None
    url: str
    """Where it was asked, without credential; empty when nothing was asked."""
    ok: bool
    state: str
    message: str
    found_in: str | None
    """Where the credential was found, as `env:NAME` or `vault:work`; None: none was sent."""
    models: Sequence[dict[str, Any]]
    """Sightings, by id; where the listing gave none and the key is right all the same, those of the registry."""
    known: Mapping[str, dict[str, Any]]
    """What the registry and the user's files say of the provider's models, by id."""

    @property
    def is_about_access(self) -> bool:
        """Whether credential or network are the reason."""
        return self.state in _ACCESS

    def about(self) -> dict[str, Any]:
        """Return all but the models, for JSON."""
        told = {name: getattr(self, name) for name in ("provider", "route", "url", "ok", "state", "message")}
        return {**told, "credential": self.found_in, "used_environment_key": (self.found_in or "").startswith("env:")}

    def line(self) -> str:
        """Return it for a person, but for the models."""
        return printable(f"{self.provider}: {'ok' if self.ok else self.state}: {self.message}")


def probe(
    name: str,
    environ: Mapping[str, str],
    *,
    registry: str | None,
    configs: Sequence[str],
    key: str | None = None,
    base_url: str | None = None,
    route: str | None = None,
    is_insecure: bool = False,
) -> Answer:
    """Return what the provider *name*, or that of the model *name*, says; raises UsageError where there is none, or its certificate has to be checked."""
    from ..discover.fetch import gather

    found = inputs.find(registry, configs, sightings=False)
    catalog = pipeline.resolve(found).catalog
    provider, model = _meant(catalog, name)
    question = _question(catalog, provider, environ, asking.Given(key=key, base_url=base_url, route=route))
    if question.ask is None:
        reading = question.reading
        assert reading is not None
    else:
        ask = _unchecked(catalog, provider, question, question.ask, base_url) if is_insecure else question.ask
        (reading,) = gather([ask], now=time.time, cache=None, limits=_LIMITS, use_fresh=False)
    return _answer(catalog, provider, model, question, reading)


def _unchecked(catalog: Catalog, provider: str, question: Question, ask: Ask, base_url: str | None) -> Ask:
    """Return *ask* without the check of the certificate, where the user said where it goes."""
    entry, own = catalog.providers[provider], catalog.accounts.get(searching.account_of(catalog, provider)["id"])
    account = {"origins": origins_of(own)} if own is not None else {}
    if not base_url and not insecure.is_users({**entry.facts, "origins": origins_of(entry)}, question.route or "", account):
        raise click.UsageError(insecure.why_not(provider))
    return replace(ask, is_certificate_checked=False)


def _meant(catalog: Catalog, name: str) -> tuple[str, str | None]:
    """Return the provider that *name* means, and the model, where it names one."""
    from difflib import get_close_matches

    spelled: dict[str, str] = {}
    for entry in catalog.providers.values():
        for alias in entry.facts.get("aliases", ()):
            spelled.setdefault((alias if isinstance(alias, str) else alias["id"]).lower(), entry.id)
    spelled |= {identity: identity for identity in catalog.providers}
    head, slash, model = name.partition("/")
    if head.lower() in spelled:
        return spelled[head.lower()], model if slash else None
    near = get_close_matches(head.lower(), spelled, n=1)
    raise click.UsageError(f"there is no provider {head!r}" + (f"; did you mean {near[0]!r}?" if near else "; `providers list --all` shows those there are"))


def _question(catalog: Catalog, provider: str, environ: Mapping[str, str], given: asking.Given) -> Question:
    """Return the first listing of *provider* that can be asked, of the route that was *given*; else the first."""
    routes = [route["id"] for route in catalog.providers[provider].facts["routes"]]
    if given.route is not None and given.route not in routes:
        raise click.UsageError(f"{provider} has no route {given.route!r}; it has {', '.join(routes)}")
    asked = list(asking.questions(catalog, environ, [provider], given))
    fitting = [one for one in asked if given.route is None or one.entry.get("route", given.route) == given.route] or asked
    return next((one for one in fitting if one.ask is not None), None) or next(iter(fitting), None) or _none(provider)


def _none(provider: str) -> Question:
    from ..discover.adapter import Listing
    from ..discover.reading import Reading

    reading = Reading(listing=Listing(source=provider, provider=provider, adapter="", url=""), state="catalog-unsupported", detail="no listing of its models is known")
    return asking.Question(source=provider, provider=provider, entry={}, reading=reading)


def _answer(catalog: Catalog, provider: str, model: str | None, question: Question, reading: Reading) -> Answer:
    models: Sequence[dict[str, Any]] = sorted(reading.models, key=lambda one: str(one["id"]))
    if keep := tuple(question.entry.get("probe_keep", ())):
        models = [one for one in models if one["id"].startswith(keep)]
    ok, state, message = reading.state in _READ and bool(models), reading.state, reading.detail
    if reading.state in _READ:
        message = f"{len(models)} model{'s' if len(models) > 1 else ''}" if models else "no models"
        state = "ok" if models else "empty"
    elif reading.state in question.entry.get("proves_key", ()):
        ok, message = True, f"the key is right; {reading.detail}"
        models = [{**entry.facts, "id": entry.id} for entry in catalog.models_of(provider)]
    elif reading.state == "empty":
        message = f"no models: {reading.detail}"
    if ok and model is not None:
        ok, state, message, models = _of_model(catalog.models.get(f"{provider}/{model}"), model, state, message, models)
    if question.found_in is not None:
        kind, _, name = question.found_in.partition(":")
        message += ", with the key that was given" if kind == "explicit" else f", with the key of {name if kind == 'env' else question.found_in}"
    url = "" if question.ask is None else question.ask.address()
    known = {entry.id: entry.facts for entry in catalog.models_of(provider)}
    return Answer(provider=provider, route=question.entry.get("route"), url=url, ok=ok, state=state, message=message, found_in=question.found_in, models=models, known=known)


def _of_model(entry: Entry | None, model: str, state: str, message: str, models: Sequence[dict[str, Any]]) -> tuple[bool, str, str, Sequence[dict[str, Any]]]:
    """Return the answer about one model of a listing."""
    names = {model.lower()}
    if entry is not None:
        aliases = [alias if isinstance(alias, str) else alias["id"] for alias in entry.facts.get("aliases", ())]
        names |= {name.lower() for name in (entry.id, entry.facts.get("upstream_id"), *aliases) if name}
    found = [one for one in models if one["id"].lower() in names]
    if found:
        return True, state, f"{found[0]['id']} is listed", found
    return False, "not-listed", f"the key works and sees {message}; {model} is not among them", []
