"""
Which class of failure something is: by the provider's own rules, else by the vocabulary's signs, else by the status alone.

The tables are `errors` of a provider's file and `registry/vocabulary/errors.yaml`; nothing here names a provider.
"""

from ..ir.resolved import Frozen

ABORTED, OVERFLOW, TIMEOUT, SERVER_ERROR, INVALID = "aborted", "context_overflow", "timeout", "server_error", "invalid_request"
REFUSALS = ("auth", "auth_permanent")
"""Classes that say the credential is the reason."""
_SUCCESS = range(200, 300)
UNKNOWN = SERVER_ERROR
"""What a failure that nothing fits counts as: another route may answer."""


class Failure(Frozen):
    """A failed attempt, classified. `retry_after_seconds` is what the provider asks for, None when it asks for nothing."""

    __slots__ = ("code", "cools", "cure", "failover", "kind", "message", "retry", "retry_after_seconds", "siblings", "status", "type")

    kind: str
    """A word of `registry/vocabulary/errors.yaml`."""
    message: str
    cure: "str | None"
    """What whoever called can do."""
    status: "int | None"
    type: "str | None"
    code: "str | None"
    retry_after_seconds: "float | None"
    failover: bool
    """Whether another route may be tried."""
    retry: str
    """Whether the same route may be: `never`, `once`, `twice`, or `after` the time it asks for."""
    cools: str
    """What is left alone for a while: the `credential`, the `route`, the `model`, or `nothing`."""
    siblings: bool
    """Whether other models of the same credential may be tried all the same."""

    def __init__(self, kind: str, message: str, words: "Mapping[str, Any]", trouble: "Trouble | None" = None, retry_after_seconds: "float | None" = None) -> None:
        word = words.get(kind, {})
        given = {
            "kind": kind,
            "message": message,
            "cure": word.get("cure"),
            "status": trouble.status if trouble else None,
            "type": trouble.type if trouble else None,
            "code": trouble.code if trouble else None,
            "retry_after_seconds": retry_after_seconds,
            "failover": word.get("failover", True),
            "retry": word.get("retry", "never"),
            "cools": word.get("cools", "nothing"),
            "siblings": word.get("siblings", False),
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __str__(self) -> str:
        return f"{self.kind}{'' if self.status is None else f' ({self.status})'}: {self.message}"

    def __repr__(self) -> str:
        return f"<Failure {self.kind}: {self.message}>"


class Classifier:
    """The tables of one registry, ready to be asked."""

    __slots__ = ("_signs", "words")

    def __init__(self, words: "Mapping[str, Any]") -> None:
        self.words = words
        signs = [(kind, sign) for kind, word in words.items() for sign in word.get("when", ())]
        self._signs = sorted(signs, key=lambda one: 0 if "code" in one[1] else 1 if "text" in one[1] else 2)

    def kind(self, trouble: "Trouble", rules: "Iterable[Mapping[str, Any]]" = ()) -> str:
        """Return the class of *trouble*; *rules* are the provider's, of which the first that matches counts."""
        text = f"{trouble.type or ''} {trouble.code or ''} {trouble.message}".lower()
        for rule in rules:
            if _matches(rule, trouble, text):
                return str(rule["class"])
        return next((kind for kind, sign in self._signs if _matches(sign, trouble, text)), UNKNOWN)

    def failure(self, trouble: "Trouble", rules: "Iterable[Mapping[str, Any]]" = (), retry_after_seconds: "float | None" = None) -> Failure:
        """Return *trouble* classified; what its headers ask for comes before what its body does."""
        asked = trouble.retry_after_seconds if retry_after_seconds is None else retry_after_seconds
        return Failure(self.kind(trouble, rules), trouble.message, self.words, trouble, asked)


def _matches(sign: "Mapping[str, Any]", trouble: "Trouble", text: str) -> bool:
    is_within = trouble.status is None or trouble.status in _SUCCESS  # an answer that says by its text alone that it is a failure
    if "status" in sign and trouble.status not in sign["status"] and not (is_within and "text" in sign):
        return False
    if "code" in sign and trouble.code not in sign["code"] and trouble.type not in sign["code"]:
        return False
    if "text" in sign and not any(fragment.lower() in text for fragment in sign["text"]):
        return False
    return not any(fragment.lower() in text for fragment in sign.get("unless", ()))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..wire.protocol import Trouble
