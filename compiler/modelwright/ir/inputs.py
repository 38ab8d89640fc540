"""What a compile depends on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserFile:
    """An overlay to read: where it is, its logical path, the layer it belongs to, and whether it may name endpoints."""

    file: str
    path: str
    layer: str
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read and the day to judge by."""

    registry: str
    today: str
    """YYYY-MM-DD. The compiled data does not depend on it, only what rules find."""
    user_files: tuple[UserFile, ...] = ()
    sightings: str | None = None
