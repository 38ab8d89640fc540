"""A way that a call may take, kept or skipped, and the reason; and all of them, in order."""

from ...ir.resolved import Frozen

UNFIT, SPENT, COOLING, JUDGED, FAILED = ("unfit", "spent", "cooling", "judged", "failed")
"""Why one was skipped: it cannot do what is needed or is not to be used; its budget is spent; it failed lately; a policy rules it out; it failed in this call."""


class Candidate(Frozen):
    """One model through one account and, where it has several, one of its profiles."""

    __slots__ = ("account", "cause", "model", "notes", "profile", "reason", "score")

    model: "Model"
    """As asked for through the account."""
    account: "Mapping[str, Any]"
    """As `Registry.account` returns it."""
    profile: "str | None"
    """The only one that may be used; None: the account has none."""
    reason: str
    """Why it has this place, or why it was skipped."""
    cause: "str | None"
    """What kind of reason it was skipped for; None: it was kept."""
    score: "float | None"
    """Between 0 and 1, what the policies make of it; None: none was asked."""
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
    ) -> None:
        given = (("model", model), ("account", account), ("profile", profile), ("reason", reason), ("cause", cause), ("score", score), ("notes", notes))
        for name, value in given:
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """How people name it: `work/claude-sonnet-4-5@first`, `openai/gpt-5` where the provider is the account."""
        return f"{self.account['id']}/{self.model.asked_id}{f'@{self.profile}' if self.profile else ''}"

    @property
    def is_kept(self) -> bool:
        """Whether it may be used."""
        return self.cause is None

    def judged(self, score: "float | None", notes: "tuple[str, ...]") -> "Candidate":
        """Return it with a *score* and what was said of it."""
        return Candidate(self.model, self.account, self.profile, self.reason, cause=self.cause, score=score, notes=(*self.notes, *notes))

    def skipped(self, reason: str, cause: str = UNFIT) -> "Candidate":
        """Return it as skipped for *reason*."""
        return Candidate(self.model, self.account, self.profile, reason, cause=cause, score=self.score, notes=self.notes)

    def __repr__(self) -> str:
        return f"<Candidate {self.name} {'kept' if self.is_kept else 'skipped'}: {self.reason}>"


class Routing(Frozen):
    """All candidates: those that may be used in the order in which they are tried, then those that were skipped. `warning` says what is not as it was asked for."""

    __slots__ = ("candidates", "warning")

    candidates: "tuple[Candidate, ...]"
    warning: "str | None"

    def __init__(self, candidates: "Iterable[Candidate]", warning: "str | None" = None) -> None:
        all_ = tuple(candidates)
        object.__setattr__(self, "candidates", (*(one for one in all_ if one.is_kept), *(one for one in all_ if not one.is_kept)))
        object.__setattr__(self, "warning", warning)

    @property
    def kept(self) -> "tuple[Candidate, ...]":
        """Those that may be used."""
        return tuple(one for one in self.candidates if one.is_kept)

    @property
    def skipped(self) -> "tuple[Candidate, ...]":
        """Those that may not."""
        return tuple(one for one in self.candidates if not one.is_kept)

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
