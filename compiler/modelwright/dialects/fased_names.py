"""What a file of Fased's calls providers, models and credentials, and what is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .names import is_own, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Known


class Names:
    """The names of one file."""

    def __init__(self, data: Mapping[str, Any], known: Known) -> None:
        self.known = known
        self.providers: Mapping[str, Any] = data.get("models", {}).get("providers", {})
        self.secrets: Mapping[str, Any] = data.get("secrets", {}).get("providers", {})
        self._auth: Mapping[str, Any] = data.get("auth", {})
        self._own = {key.lower(): plain(key) for key, said in self.providers.items() if is_own(known, key, has_address="baseUrl" in said)}

    def provider(self, key: str) -> str:
        """Return the id of the provider that the file calls *key*."""
        return self._own.get(key.strip().lower()) or self.known.provider(key) or plain(key)

    def is_own(self, identity: str) -> bool:
        """Tell whether the provider is one of the user's own."""
        return identity in self._own.values()

    def key_of(self, identity: str) -> str | None:
        """Return the first key of the provider in the file."""
        return next((key for key in self.providers if self.provider(key) == identity), None)

    def ref(self, text: str) -> str | None:
        """Return the ref that *text* is, split at the first slash; without one the only model of that id; None: none or several have it."""
        key, slash, model = text.strip().partition("/")
        if not slash:
            refs = self.choices(key)
            return refs[0] if len(refs) == 1 else None
        identity = self.provider(key)
        return f"{identity}/{model}" if identity and model and " " not in model else None

    def choices(self, identity: str) -> list[str]:
        """Return the refs of all models whose id is *identity*."""
        return sorted({ref for ref in (*self.known.models, *self._models()) if ref.partition("/")[2] == identity.strip()})

    def _models(self) -> Iterator[str]:
        for key, said in self.providers.items():
            yield from (f"{self.provider(key)}/{model['id']}" for model in said.get("models", ()) if model is not None)

    def with_credentials(self) -> Iterator[str]:
        """Yield every provider of which the file may say something that is an account's."""
        keys = (*self.providers, *self._auth.get("order", {}), *(said["provider"] for said in self._auth.get("profiles", {}).values()))
        yield from dict.fromkeys(map(self.provider, keys))

    def order(self, identity: str) -> tuple[Pointer, list[str]] | None:
        """Return where the file orders the provider's profiles, and their names."""
        found = next(((key, ids) for key, ids in self._auth.get("order", {}).items() if self.provider(key) == identity), None)
        return None if found is None else (("auth", "order", found[0]), list(dict.fromkeys(map(short, found[1]))))

    def profiles(self, identity: str) -> dict[str, tuple[Pointer, str | None]]:
        """Return the profiles of the provider by name: where each stands, and how it is signed in with; None: the file does not say."""
        known = self._auth.get("profiles", {})
        found: dict[str, tuple[Pointer, str | None]] = {
            short(name): (("auth", "profiles", name), said["mode"]) for name, said in known.items() if self.provider(said["provider"]) == identity
        }
        for key, ids in self._auth.get("order", {}).items():
            if self.provider(key) == identity:
                for index, name in enumerate(ids):
                    found.setdefault(short(name), (("auth", "order", key, index), None))
        return found


def short(profile: str) -> str:
    """
    Return the id of a profile without its provider, as the native form names it.

    >>> short("anthropic:me+work@example.com"), short("work")
    ('me-work@example.com', 'work')
    """
    return re.sub("[^A-Za-z0-9._@ -]", "-", profile.partition(":")[2].strip() or profile)[:100]
