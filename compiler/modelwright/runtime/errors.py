"""
What the runtime raises.

    ModelwrightError
    ├── UsageError            the caller's: a ref, a value, a variable
    │   ├── UnknownRefError        nothing has that name; lists the nearest
    │   ├── AmbiguousRefError      several have it; lists them
    │   └── MissingVariableError   a base URL needs a variable that is not set
    ├── RegistryError         the data's
    │   └── ArtifactError          the compiled file is missing, damaged or of another version
    └── StateError            the store's of cooldowns and budgets, or the ledger's: it cannot be read or written

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


class StateError(ModelwrightError):
    """What is kept at `path` cannot be read or written now; nothing of what was to be done has happened."""

    def __init__(self, path: str, reason: str, cure: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.cure}"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
