"""The runtime: load the compiled registry, resolve a ref, count what a request costs. Standard library only."""

from .ir.resolved import Limits, Model
from .ir.usage import Usage
from .runtime.cost import Cost, cost
from .runtime.errors import (
    AmbiguousRefError,
    ArtifactError,
    CredentialError,
    MissingVariableError,
    ModelwrightError,
    NotAllowedError,
    RegistryError,
    StoredSecretError,
    UnavailableModelError,
    UnknownRefError,
    UsageError,
)
from .runtime.registry import Registry, load
from .version import __version__

__all__ = [
    "AmbiguousRefError",
    "ArtifactError",
    "Cost",
    "CredentialError",
    "Limits",
    "MissingVariableError",
    "Model",
    "ModelwrightError",
    "NotAllowedError",
    "Registry",
    "RegistryError",
    "StoredSecretError",
    "UnavailableModelError",
    "UnknownRefError",
    "Usage",
    "UsageError",
    "__version__",
    "cost",
    "load",
]
