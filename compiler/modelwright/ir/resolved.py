"""
What the runtime answers with: models and providers as the artifact holds them, frozen.

Slotted classes without `dataclasses`, `typing` or `enum`: importing those takes longer than loading the registry.
"""


class Frozen:
    """Base of what may not change: attributes are set once, by the class itself."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")


_set = object.__setattr__


class Limits(Frozen):
    """How many tokens fit; None is unknown."""

    __slots__ = ("context_tokens", "input_tokens", "output_tokens")

    context_tokens: "int | None"
    input_tokens: "int | None"
    output_tokens: "int | None"

    def __init__(self, context_tokens: "int | None" = None, input_tokens: "int | None" = None, output_tokens: "int | None" = None) -> None:
        _set(self, "context_tokens", context_tokens)
        _set(self, "input_tokens", input_tokens)
        _set(self, "output_tokens", output_tokens)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return f"Limits(context_tokens={self.context_tokens}, input_tokens={self.input_tokens}, output_tokens={self.output_tokens})"

    def _all(self) -> "tuple[int | None, ...]":
        return (self.context_tokens, self.input_tokens, self.output_tokens)


class Model(Frozen):
    """
    A model of a provider, as the compiled registry has it.

    Two models are equal when they have the same ref, were asked for by the same id and account, and come from the same compiled registry. Everything unknown is None.
    """

    __slots__ = ("_facts", "_prices", "_registry", "account", "asked_id", "id", "is_listed", "provider", "ref")

    _facts: "dict[str, Any]"
    _prices: "tuple[Any, ...] | None"
    _registry: str
    ref: str
    """`provider/id`."""
    provider: str
    """Id of its provider."""
    id: str
    """Id at the provider, case included."""
    asked_id: str
    """The provider's own spelling that was asked for: an alias of `id`, or `id`."""
    account: "str | None"
    """The user's account it was asked for through; None: none was named."""
    is_listed: bool
    """Whether the registry lists it; False for ids that a provider takes although nobody listed them: nothing is known of those."""

    def __init__(self, ref: str, facts: "dict[str, Any]", registry: str, *, asked_id: "str | None" = None, account: "str | None" = None, is_listed: bool = True) -> None:
        _set(self, "ref", ref)
        _set(self, "provider", facts["provider"])
        _set(self, "id", facts["id"])
        _set(self, "asked_id", asked_id or facts["id"])
        _set(self, "account", account)
        _set(self, "is_listed", is_listed)
        _set(self, "_facts", facts)
        _set(self, "_registry", registry)
        _set(self, "_prices", None)

    @property
    def name(self) -> str:
        """Name for people."""
        name: str = self._facts.get("name", self.id)
        return name

    @property
    def status(self) -> "str | None":
        """`active`, `preview`, `deprecated` or `retired`; None for a model that is not listed."""
        return self._facts.get("status")

    @property
    def replaced_by(self) -> "str | None":
        """The ref of what to use instead."""
        return self._facts.get("replaced_by")

    @property
    def aliases(self) -> "tuple[str, ...]":
        """Its other ids at the provider."""
        return tuple(alias if isinstance(alias, str) else alias["id"] for alias in self._facts.get("aliases", ()))

    @property
    def limits(self) -> Limits:
        """The limits that hold now."""
        return Limits(**self._facts.get("limits", {}))

    def through(self, account: "str | None") -> "Model":
        """Return it as asked for through *account*."""
        return Model(self.ref, self._facts, self._registry, asked_id=self.asked_id, account=account, is_listed=self.is_listed)

    def limits_on(self, day: str) -> Limits:
        """Return the limits that held on *day*, YYYY-MM-DD."""
        limits = self._facts.get("limits", {})
        for earlier in self._facts.get("earlier_limits", ()):
            if day < earlier["until"]:
                limits = {**limits, **{key: value for key, value in earlier.items() if key.endswith("_tokens")}}
                break
        return Limits(**limits)

    @property
    def input(self) -> "tuple[str, ...] | None":
        """Modalities it takes."""
        words = self._facts.get("input")
        return None if words is None else tuple(words)

    @property
    def output(self) -> "tuple[str, ...] | None":
        """Modalities it gives."""
        words = self._facts.get("output")
        return None if words is None else tuple(words)

    def can(self, capability: str) -> "bool | None":
        """
        Tell whether it has *capability*, a word of the vocabulary; None when that is unknown.

        `thinking` and the modalities (`vision` for pictures, else their word) are answered from what is known of those.
        """
        if capability == "thinking":
            mode = self._facts.get("thinking", {}).get("mode")
            return None if mode is None else mode != "none"
        known: bool | None = self._facts.get("capabilities", {}).get(capability)
        if known is None and capability in MODALITIES:
            return None if self.input is None else MODALITIES[capability] in self.input
        return known

    @property
    def facts(self) -> "dict[str, Any]":
        """All that is known, as a new mapping of the shape of `schemas/artifact.schema.json`; fractions are text."""
        return _copied(self._facts)  # type: ignore[no-any-return]  # a mapping gives a mapping

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and (self.ref, self.asked_id, self.account, self._registry) == (other.ref, other.asked_id, other.account, other._registry)

    def __hash__(self) -> int:
        return hash((self.ref, self.asked_id, self.account, self._registry))

    def __repr__(self) -> str:
        return f"<Model {self.ref}>"


MODALITIES = {"vision": "image", "image": "image", "audio": "audio", "video": "video", "pdf": "pdf"}
"""What `Model.can` is asked beside capabilities, to what has to be among the model's input."""


def _copied(value: "Any") -> "Any":
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
