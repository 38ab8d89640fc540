"""How much time, text and patience a gathering spends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one gathering."""

    source_seconds: float = 30.0
    """For one source, paging and repeated attempts included."""
    total_seconds: float = 120.0
    """For all sources together."""
    connect_seconds: float = 10.0
    max_retry_wait_seconds: float = 20.0
    """A server that asks for a longer wait is not asked again."""
    fresh_seconds: float = 6 * 3600
    """A reading younger than this is used instead of a request."""
    max_bytes: int = 32_000_000
    """Of one source: all its pages, unpacked."""
    max_depth: int = 64
    """Nesting of objects and lists."""
    max_values: int = 1_000_000
    """Of one source, about: short JSON can be large in memory."""
    max_models: int = 20_000
    """Of one listing: each that is new is a change to plan and to show."""
    max_pages: int = 200
    attempts: int = 3
    """Requests for one page, the first included."""
    concurrent: int = 100
    """Sources that are read at a time: more than a registry has, so that a gathering takes as long as the slowest of them."""


STANDARD = Limits()
