"""
What the runtime raises.

    ModelwrightError
    ├── UsageError            the caller's: a ref, a value, a variable
    │   ├── UnknownRefError        nothing has that name; lists the nearest
    │   ├── AmbiguousRefError      several have it; lists them
    │   ├── UnavailableModelError  the user's files do not offer it, and nothing else is to be used
    │   ├── MissingVariableError   a base URL needs a variable that is not set
    │   └── NotAllowedError        the user's files list the models that may be used, and this is none of them
    ├── RegistryError         the data's
    │   └── ArtifactError          the compiled file is missing, damaged or of another version
    ├── CredentialError       nothing proves who asks: says where it was looked for, and why it was not there
    │   └── StoredSecretError      a secret is stored and cannot be had: the key is another, a file is damaged or changed
    └── StateError            the store's of cooldowns and budgets, or the ledger's: it cannot be read or written
        └── StateForgottenError    the store can be asked, and what was booked there is gone

Each carries its parts as attributes; none carries a secret.
"""


class ModelwrightError(Exception):
    """The root of every error the runtime raises."""


class UsageError(ModelwrightError, ValueError):
    """The caller asked for something that cannot be."""


class UnknownRefError(UsageError, LookupError):
    """No model, or no provider, has this name."""

    def __init__(self, ref: str, find_nearest: "Callable[[], tuple[str, ...]]", *, what: str = "model") -> None:
        super().__init__(ref)
        self.ref = ref
        self.what = what
        self._find_nearest = find_nearest
        self._nearest: tuple[str, ...] | None = None

    @property
    def nearest(self) -> "tuple[str, ...]":
        """The names most like it, best first; looked up when first asked for."""
        if self._nearest is None:
            self._nearest = self._find_nearest()
        return self._nearest

    def __str__(self) -> str:
        hint = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        return f"unknown {self.what} {self.ref!r}{hint}"


class AmbiguousRefError(UsageError, LookupError):
    """Several models have this name; `choices` are their refs."""

    def __init__(self, ref: str, choices: "tuple[str, ...]") -> None:
        super().__init__(ref)
        self.ref = ref
        self.choices = choices

    def __str__(self) -> str:
        return f"{self.ref!r} names {len(self.choices)} things; say which: {', '.join(self.choices)}"


class UnavailableModelError(UsageError, LookupError):
    """A model that is there, but not among those that the user's files offer; `choices` are their refs."""

    code = "invalid_agent_model"
    """What Sloppy calls it."""

    def __init__(self, ref: str, choices: "tuple[str, ...]") -> None:
        super().__init__(ref)
        self.ref = ref
        self.choices = choices

    def __str__(self) -> str:
        return f"{self.code}: {self.ref!r} is not among the models that your files offer: {', '.join(self.choices) or 'none'}"


class MissingVariableError(UsageError):
    """A value that the endpoint needs is not set; `variable` is its name and `env` the environment variables that may hold it."""

    def __init__(self, provider: str, variable: str, env: "tuple[str, ...]") -> None:
        super().__init__(variable)
        self.provider = provider
        self.variable = variable
        self.env = env

    def __str__(self) -> str:
        if not self.env:
            return f"provider {self.provider!r} needs a value for {self.variable!r}; set it in your models.json"
        return f"{' or '.join(self.env)} is required by provider {self.provider!r} but not set"


class NotAllowedError(UsageError):
    """The user's files list the models that may be used, and the one at `ref` is none of them."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref

    def __str__(self) -> str:
        return (
            f"model {self.ref!r} is not allowed: your files list the models that may be used, and it is none of them; "
            f"add {self.ref!r} to `allowed_models` (in a file of Fased's: `agents.defaults.models`), or take the list out, and compile again"
        )


class RegistryError(ModelwrightError):
    """The data is at fault."""


class ArtifactError(RegistryError):
    """The compiled registry at `path` cannot be used."""

    def __init__(self, path: str, reason: str, cure: str = "run `providers compile` to make it anew") -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.cure}"


class CredentialError(ModelwrightError):
    """
    No step of the `account` gave a credential; `tried` has each step's word with the reason, and `cure` says what to do.

    `broken` are the reasons of places that seemed to have one.
    """

    def __init__(self, account: str, tried: "tuple[tuple[str, str], ...]", cure: str, broken: "tuple[str, ...]" = ()) -> None:
        super().__init__(account)
        self.account = account
        self.tried = tried
        self.cure = cure
        self.broken = broken

    @property
    def advice(self) -> str:
        """What is broken, and what to do."""
        return "; ".join((*self.broken, self.cure))

    def __str__(self) -> str:
        tried = "; ".join(f"{step}: {reason}" for step, reason in self.tried)
        return f"no credential for {self.account!r}: {tried or 'its list of places to look is empty'}; {self.cure}"


class StoredSecretError(CredentialError):
    """A secret is stored and cannot be had, for the `reason`; nothing that comes later in the order takes its place."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__("", (), cure, (reason,))
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason}; {self.cure}"


class StateError(ModelwrightError):
    """What is kept at `path` cannot be read or written now; nothing of what was to be done has happened."""

    def __init__(self, path: str, reason: str, cure: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.cure}"


class StateForgottenError(StateError):
    """What was booked at `path` is gone. It counts from zero again; this is raised once, so that somebody hears of it."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
