"""The version, in one place."""

VERSION = __version__ = "0.1.0"
