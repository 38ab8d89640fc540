"""The compiled registry: from text that names a model to the model."""

import os

from ..ir.refs import is_taken, split
from ..ir.resolved import Model
from . import home, implied
from .artifact import Artifact
from .day import as_text, today
from .errors import AmbiguousRefError, ArtifactError, UnknownRefError, UsageError


def load(path: "str | os.PathLike[str] | None" = None, environ: "Mapping[str, str] | None" = None) -> "Registry":
    """
    Return the compiled registry.

    It is the one at *path*; else the one that `PROVIDERS_ARTIFACT` names; else the one `providers compile` wrote to
    `PROVIDERS_HOME` (or, without that variable, to the platform's folder for application data); else the one that came with
    the package. *environ* takes the place of the process's environment.

    Raises ArtifactError when there is none, or it is damaged, or of another version.
    """
    return Registry(os.fspath(path) if path is not None else home.artifact(os.environ if environ is None else environ))


class Registry:
    """
    A compiled registry. Safe to share between threads: it only ever reads.

    >>> registry = load()
    >>> registry.resolve("anthropic/claude-sonnet-4-5").limits.output_tokens
    64000
    """

    __slots__ = ("_artifact", "_has_accounts", "_models", "digest")

    digest: str
    """Names what it was compiled from: equal inputs have equal digests."""

    def __init__(self, path: str) -> None:
        if not os.path.exists(path):
            raise ArtifactError(path, "there is no compiled registry", "run `providers compile` to make one")
        self._artifact = Artifact(path)
        self._models: dict[str, Model] = {}
        self._has_accounts: bool | None = None
        self.digest = str(self._artifact.header["digest"])

    @property
    def path(self) -> str:
        """Where the artifact is."""
        return self._artifact.path

    @property
    def header(self) -> "dict[str, Any]":
        """The artifact's header: format, compiler, digest and sizes."""
        return dict(self._artifact.header)

    def resolve(self, ref: str, on: "str | date | None" = None) -> Model:
        """
        Return the model that *ref* names.

        A ref is `provider/model` or `provider:model`, where the provider may be an account or an alias, and the model may be an alias;
        or a name of the user's own; or a bare id, when one provider alone has it, or one alone of the user's accounts. Nothing
        names the first model of the first account. Aliases that moved are read as of the day *on*, today by default.

        Raises UnknownRefError, which lists the nearest names, or AmbiguousRefError, which lists the choices.
        """
        if on is None and (known := self._models.get(ref)) is not None:
            return known
        day = None if on is None else as_text(on)
        model, lasts = self._resolve(ref, day)
        if lasts and model.is_listed:
            self._models[ref] = model
        return model

    def provider(self, name: str) -> "dict[str, Any]":
        """
        Return the provider that *name*, an id or alias in any case, names, in the shape of `schemas/artifact.schema.json`.

        Raises UnknownRefError or AmbiguousRefError.
        """
        record = self._provider(name.lower())
        if record is None:
            raise UnknownRefError(name, lambda: _nearest().names(name, self._artifact.keys("provider:")), what="provider")
        return record

    def providers(self) -> "list[dict[str, Any]]":
        """Return every provider, in display order."""
        found = [record for _, record in self._artifact.scan("provider:") if "alias_of" not in record]
        return sorted(found, key=lambda record: (record["order"], record["id"]))

    def account(self, name: str) -> "dict[str, Any]":
        """
        Return the user's account *name*; a provider without accounts is its own, with the steps that the policy has.

        Raises UnknownRefError or AmbiguousRefError.
        """
        record = self._artifact.find(f"account:{name}")
        if record is None:
            provider = self._provider(name.lower())
            if provider is None:
                raise UnknownRefError(name, lambda: _nearest().names(name, (*self._artifact.keys("account:"), *self._artifact.keys("provider:"))), what="account")
            record = implied.account(provider["id"], self.setting("policy") or {})
        return record

    def accounts(self) -> "list[dict[str, Any]]":
        """Return the user's accounts in the order in which they are tried."""
        return sorted((record for _, record in self._artifact.scan("account:")), key=lambda record: record["place"])

    def account_for(self, model: Model) -> "dict[str, Any]":
        """
        Return the account that *model* is called through when nothing else is said: the one it was asked for through; else, of the
        active ones of its provider that have it, the default, or the first; else the provider itself.
        """
        if model.account is not None:
            return self.account(model.account)
        from .offered import has

        own = [account for account in self.accounts() if account["provider"] == model.provider and account["status"] == "active" and has(account, model)]
        return next((account for account in own if account.get("default")), None) or (own[0] if own else implied.account(model.provider, self.setting("policy") or {}))

    def is_allowed(self, model: Model) -> bool:
        """Tell whether *model* may be used: it is on the user's list of allowed models, by any of its names, or there is none."""
        allowed: list[str] | None = self.setting("allowed_models")
        return allowed is None or model.ref in allowed or any(self._names(ref, model) for ref in allowed)

    def _names(self, ref: str, model: Model) -> bool:
        try:
            return self.resolve(ref).ref == model.ref
        except UsageError:
            return False

    def offered(self, environ: "Mapping[str, str] | None" = None) -> "Iterator[Model]":
        """Yield the models that the user's files offer, in the order in which they are tried, and those added for a credential of *environ*, the process's by default."""
        from .offered import offered

        return offered(self, os.environ if environ is None else environ)

    def select(self, ref: str, environ: "Mapping[str, str] | None" = None) -> Model:
        """
        Return the model that *ref* names, for whoever keeps it as the model of an agent.

        Raises UnavailableModelError when the user's files are of a system that uses what they configure and nothing else, and it is
        not among that; and what `resolve` raises.
        """
        from .offered import select

        return select(self, ref, os.environ if environ is None else environ)

    def credential(self, account: str, route: "str | None" = None, environ: "Mapping[str, str] | None" = None, **more: "Any") -> "Credential":
        """
        Return what proves that *account*, or a provider, asks: the first that its steps give for *route*, None for any of its routes.

        *environ* takes the place of the process's environment; *more*: `explicit`, a key for this call; `base_url`, where the call
        goes; `profile`, the only one that may be used. Raises CredentialError, which lists each step with its reason.
        """
        from .credentials import chain

        return chain.find(self, account, route, os.environ if environ is None else environ, **more)

    def route(self, ref: "str | Iterable[str] | None" = None, needs: "Needs | str | Iterable[str]" = (), **more: "Any") -> "Routing":
        """
        Return the routes for *ref*, or the best of several refs, that can do what *needs* says, in order, each with the reason it was kept or skipped.

        *needs* are what `Needs.of` takes. Without *ref* it is the model of the user's agent, or the best that the user's accounts have;
        *more* are arguments of `Router.route`, and what that raises is raised. Nothing is called, and nothing of failures and budgets
        is known here; `Dispatcher.route` knows.
        """
        from .routing.needs import Needs
        from .routing.router import Router

        return Router(self).route(ref, Needs.of(needs), **more)

    def setting(self, name: str) -> "Any":
        """Return what the user's files say as *name* (`agents`, `allowed_models`, `budgets`, `policy`); None when they say nothing."""
        return self._artifact.find(f"settings:{name}")

    def models(self, provider: "str | None" = None) -> "Iterator[Model]":
        """Yield every model, or every one of *provider*, an id, sorted by ref."""
        for rest, record in self._artifact.scan("model:" if provider is None else f"model:{provider}/"):
            if "alias_of" not in record:
                yield Model(rest if provider is None else f"{provider}/{rest}", record, self.digest)

    def inputs(self) -> "dict[str, str]":
        """Return the logical paths of the files it was compiled from, to their SHA-256."""
        return dict(self._artifact.scan("input:"))

    def words(self, vocabulary: str) -> "dict[str, Any]":
        """Return the words of *vocabulary* (`protocols`, `auth`, `capabilities`, `errors`) to what the runtime needs of them."""
        return self._artifact.find(f"vocabulary:{vocabulary}") or {}

    def verify(self) -> int:
        """Check every record of the file and return how many there are; raises ArtifactError."""
        return self._artifact.verify()

    def refs(self) -> "Iterator[str]":
        """Yield everything `provider/…` that names a model, aliases included, sorted."""
        return self._artifact.keys("model:")

    def _resolve(self, ref: str, day: "str | None") -> "tuple[Model, bool]":
        """Return the model and whether the answer is the same on every day."""
        if not ref.strip():
            from .offered import first

            return self._through(*first(self, ref), day)
        record = self._artifact.find(f"model:{ref}") if "/" in ref else None
        if record is not None and self._meant(*ref.split("/", 1)) is None:
            return self._follow(ref, record, day, ref)
        for head, rest in split(ref):
            if (own := self._meant(ref[: len(head)], rest)) is not None:
                return self._through(own["id"], f"{own['provider']}/{rest}", day, ref)
            if (provider := self._provider(head)) is not None:
                return self._of(provider, ref, rest, day)
        return self._bare(ref, day)

    def _meant(self, head: str, model: str) -> "dict[str, Any] | None":
        """Return the account that *head* before *model* means; most registries have none at all, which is looked up once."""
        if self._has_accounts is None:
            self._has_accounts = next(self._artifact.keys("account:"), None) is not None
        account = self._artifact.find(f"account:{head}") if self._has_accounts else None
        if account is None:
            return None
        from .offered import is_meant

        return account if is_meant(self._artifact.find, account, head, model) else None

    def _of(self, provider: "dict[str, Any]", ref: str, model: str, day: "str | None") -> "tuple[Model, bool]":
        """Return what *ref* means, which names *model* of *provider*."""
        canonical = f"{provider['id']}/{model}"
        record = self._artifact.find(f"model:{canonical}")
        if record is not None:
            return self._follow(ref, record, day, canonical)
        if is_taken(provider.get("open_ids"), model):
            return Model(canonical, {"id": model, "provider": provider["id"]}, self.digest, is_listed=False), True
        raise UnknownRefError(ref, lambda: _nearest().models(self._artifact, ref, provider["id"], model))

    def _follow(self, ref: str, record: "dict[str, Any]", day: "str | None", canonical: str) -> "tuple[Model, bool]":
        targets = record.get("alias_of")
        if targets is None:
            return Model(canonical, record, self.digest), True
        when = day or today()
        target = next((found for found in targets if found.get("since", "") <= when < found.get("until", "~")), None)
        found = self._artifact.find(f"model:{target['ref']}") if target else None
        if target is None or found is None:
            raise UnknownRefError(ref, lambda: tuple(target["ref"] for target in targets))
        asked = None if target.get("own") else canonical.partition("/")[2]
        return Model(target["ref"], found, self.digest, asked_id=asked), not any("since" in found or "until" in found for found in targets)

    def _bare(self, ref: str, day: "str | None") -> "tuple[Model, bool]":
        record = self._artifact.find(f"bare:{ref}")
        if record is None:
            raise UnknownRefError(ref, lambda: _nearest().bare(self._artifact, ref))
        if "alias" in record:
            return self._resolve(record["alias"], day)
        providers = {found.partition("/")[0] for found in record["refs"]}  # one may have it for several models, each on other days
        if len(providers) > 1:
            from .offered import owner

            return self._through(*owner(self, ref, record["refs"]), day, ref)
        canonical = f"{providers.pop()}/{ref}"
        found = self._artifact.find(f"model:{canonical}")
        if found is None:  # pragma: no cover - the compiler writes both
            raise ArtifactError(self.path, f"{canonical} is named but not there")
        return self._follow(ref, found, day, canonical)

    def _through(self, account: str, target: str, day: "str | None", ref: str = "") -> "tuple[Model, bool]":
        """Return *target*, `provider/model`, which is what *ref* names, as called through *account*."""
        provider, _, model = target.partition("/")
        found, lasts = self._of(self._provider(provider) or {"id": provider}, ref or target, model, day)
        return found.through(account), lasts

    def _provider(self, name: str) -> "dict[str, Any] | None":
        record = self._artifact.find(f"provider:{name}")
        if record is None or "alias_of" not in record:
            return record
        ids = {found["id"] for found in record["alias_of"] if "dialect" not in found} or {found["id"] for found in record["alias_of"]}
        if len(ids) > 1:
            dialect = (self.setting("policy") or {}).get("dialect", "").partition("@")[0]
            ids = {found["id"] for found in record["alias_of"] if found.get("dialect") == dialect} or ids
        if len(ids) > 1:
            raise AmbiguousRefError(name, tuple(sorted(ids)))
        return self._artifact.find(f"provider:{ids.pop()}")


def _nearest() -> "Any":
    """Return what looks for names like one that is not there, imported when there is one."""
    from . import nearest

    return nearest


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from typing import Any

    from .credentials.answer import Credential
    from .routing.candidate import Routing
    from .routing.needs import Needs
