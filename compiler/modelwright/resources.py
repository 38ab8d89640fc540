"""Where schemas, the registry and the built artifact are: beside this file in a wheel, at the top of a checkout else."""

from __future__ import annotations

import os

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGED = os.path.join(_HERE, "_data")
_CHECKOUT = os.path.dirname(os.path.dirname(_HERE))

ARTIFACT_NAME = "registry.artifact"


def is_packaged() -> bool:
    """Tell whether the data came with an installed wheel."""
    return os.path.isdir(os.path.join(_PACKAGED, "registry"))


def schema_dir() -> str:
    """Return the folder of JSON Schemas."""
    return os.path.join(_PACKAGED if is_packaged() else _CHECKOUT, "schemas")


def registry_dir() -> str:
    """Return the folder of the curated registry."""
    return os.path.join(_PACKAGED if is_packaged() else _CHECKOUT, "registry")


def is_packaged_registry(folder: str) -> bool:
    """Tell whether *folder* is the registry that came with an installed wheel, which nobody edits there."""
    return is_packaged() and os.path.realpath(folder) == os.path.realpath(registry_dir())


def artifact_path() -> str:
    """Return where the artifact that was built with the package is; in a checkout it may not have been built yet."""
    return os.path.join(_PACKAGED, ARTIFACT_NAME) if is_packaged() else os.path.join(_CHECKOUT, "build", ARTIFACT_NAME)
