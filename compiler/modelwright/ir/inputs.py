"""What a compile depends on. Light: a lint that finds nothing changed reads no more than this."""

from collections import namedtuple

REGISTRY, SIGHTINGS, USER, PROJECT, COMMAND_LINE = "registry", "sightings", "user", "project", "command-line"
LAYERS = (REGISTRY, SIGHTINGS, USER, PROJECT, COMMAND_LINE)
"""Lowest first; a later layer wins."""

MAX_BYTES = 8_000_000
"""Largest file that is read; the largest real one, 5,000 models in one file, has about 2,500,000."""


class UserFile(namedtuple("UserFile", ("file", "path", "layer", "trusted", "dialect"), defaults=(True, None))):  # noqa: PYI024  # typing.NamedTuple would import typing
    """An overlay to read: where it is, its logical path, the layer it belongs to, whether it may name endpoints, and its dialect; None: its content tells."""

    __slots__ = ()

    file: str
    path: str
    layer: str
    trusted: bool
    dialect: "str | None"


class Inputs(namedtuple("Inputs", ("registry", "today", "user_files", "sightings"), defaults=((), None))):  # noqa: PYI024  # typing.NamedTuple would import typing
    """The folder of the registry, the day rules judge by (YYYY-MM-DD; the compiled data does not depend on it), the user's files, and what listings reported."""

    __slots__ = ()

    registry: str
    today: str
    user_files: "tuple[UserFile, ...]"
    sightings: "str | None"
