"""Whose a provider is that a user's file, or the user, calls by a name, and which id it has then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dialect import Known

_ANYWHERE = "custom"
"""The kind of a provider that stands for any address: what is called so, with an address, is a provider of the user's own."""


def is_own(known: Known, key: str, *, has_address: bool) -> bool:
    """Tell whether what a user calls *key* is a provider of their own: the registry has none of that name, or one that stands for any address."""
    identity = known.provider(key)
    return identity is None or (has_address and known.providers[identity]["kind"] == _ANYWHERE)


def plain(key: str) -> str:
    """
    Return *key* as an id of the native form.

    >>> plain("My_Company.eu")
    'my-company-eu'
    """
    return "-".join(re.findall("[a-z0-9]+", key.lower()))
