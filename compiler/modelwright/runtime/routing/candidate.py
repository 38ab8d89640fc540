"""A way that a call may take, kept or skipped, and the reason; and all of them, in order."""

from ...ir.resolved import Frozen

UNFIT, SPENT, COOLING, JUDGED, FAILED = ("unfit", "spent", "cooling", "judged", "failed")
"""Why one was skipped: it cannot do what is needed or is not to be used; its budget is spent; it failed lately; a policy rules it out; it failed in this call."""
_set = object.__setattr__


class Candidate(Frozen):
    """One model through one account and, where it has several, one of its profiles."""

    __slots__ = ("_registry", "account", "cause", "model", "notes", "profile", "reason", "score")

    _registry: "Registry | None"
    model: "Model"
    """As asked for through the account; where the provider is the account, through none."""
    account: "Mapping[str, Any]"
    """As `Registry.account` returns it."""
    profile: "str | None"
    """The only one that may be used; empty: none of them, but the account's other steps; None: whatever its steps give."""
    reason: str
    """Why it has this place, or why it was skipped."""
    cause: "str | None"
    """What kind of reason it was skipped for; None: it was kept."""
    score: "float | None"
    """Between 0 and 1, what the policies make of it; None: none was asked, or none had anything to say."""
    notes: "tuple[str, ...]"
    """What each policy says, and what else is to be known."""

    def __init__(
        self,
        model: "Model",
        account: "Mapping[str, Any]",
        profile: "str | None",
        reason: str,
        *,
        cause: "str | None" = None,
        score: "float | None" = None,
        notes: "tuple[str, ...]" = (),
        registry: "Registry | None" = None,
    ) -> None:
        _set(self, "model", model)
        _set(self, "account", account)
        _set(self, "profile", profile)
        _set(self, "reason", reason)
        _set(self, "cause", cause)
        _set(self, "score", score)
        _set(self, "notes", notes)
        _set(self, "_registry", registry)

    @property
    def name(self) -> str:
        """How people name it: `work/claude-sonnet-4-5@first`, `openai/gpt-5` where the provider is the account."""
        return f"{self.account['id']}/{self.model.asked_id}{f'@{self.profile}' if self.profile else ''}"

    @property
    def key(self) -> "tuple[str, str, str | None]":
        """What no other candidate of a routing has: account, ref and profile."""
        return (self.account["id"], self.model.ref, self.profile)

    @property
    def is_kept(self) -> bool:
        """Whether it may be used."""
        return self.cause is None

    def judged(self, score: "float | None", notes: "tuple[str, ...]") -> "Candidate":
        """Return it with a *score* and what was said of it."""
        return Candidate(self.model, self.account, self.profile, self.reason, cause=self.cause, score=score, notes=self.notes + notes, registry=self._registry)

    def skipped(self, reason: str, cause: str = UNFIT) -> "Candidate":
        """Return it as skipped for *reason*."""
        return Candidate(self.model, self.account, self.profile, reason, cause=cause, score=self.score, notes=self.notes, registry=self._registry)

    def client_kwargs(self, environ: "Mapping[str, str] | None" = None) -> "ClientKwargs":
        """
        Return what the vendor's own SDK takes to call this way: base URL, headers, key and model.

        *environ* takes the place of the process's environment. Raises CredentialError when there is no credential, and UsageError
        where no SDK is known for the protocol, or it cannot reach the route.
        """
        import os

        from ..dispatch.client_kwargs import client_kwargs
        from ..errors import UsageError

        if self._registry is None:
            raise UsageError("only candidates of a routing have a registry to look in")
        return client_kwargs(self._registry, self, os.environ if environ is None else environ)

    def __repr__(self) -> str:
        return f"<Candidate {self.name} {'kept' if self.is_kept else 'skipped'}: {self.reason}>"


class Routing(Frozen):
    """All candidates: those that may be used in the order in which they are tried, then those that were skipped. `warning` says what is not as it was asked for."""

    __slots__ = ("candidates", "kept", "skipped", "warning")

    candidates: "tuple[Candidate, ...]"
    kept: "tuple[Candidate, ...]"
    """Those that may be used."""
    skipped: "tuple[Candidate, ...]"
    """Those that may not."""
    warning: "str | None"

    def __init__(self, candidates: "Iterable[Candidate]", warning: "str | None" = None) -> None:
        found = tuple(candidates)
        kept, skipped = tuple(one for one in found if one.cause is None), tuple(one for one in found if one.cause is not None)
        _set(self, "candidates", kept + skipped)
        _set(self, "kept", kept)
        _set(self, "skipped", skipped)
        _set(self, "warning", warning)

    def __iter__(self) -> "Iterator[Candidate]":
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)

    def __repr__(self) -> str:
        return f"<Routing {', '.join(one.name for one in self.kept) or 'nothing'}>"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ...ir.resolved import Model
    from ..dispatch.client_kwargs import ClientKwargs
    from ..registry import Registry
