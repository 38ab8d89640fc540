"""What the search for a credential answers with: places that have one, places that have none and why, and the credential itself."""

from ...ir.resolved import Frozen

_set = object.__setattr__
KEY = "key"
"""The part of a secret that is all of it, where it has no parts."""
ALSO = "also"
"""The part that goes into a second header, beside the key."""


class Found(Frozen):
    """
    A place that has a credential. What it is stays there until `read` is called.

    `read` returns its parts by name (`key`, or those of a signature), or what was granted for the occasion, and raises UnreadableError
    when it cannot be had after all.
    """

    __slots__ = ("expires_at", "extra", "read", "reason", "route", "source")

    source: str
    """Names the place: `env:OPENAI_API_KEY`, `vault:work`."""
    reason: str
    """The same in words."""
    route: "dict[str, Any]"
    """The route of the provider that it is for."""
    read: "Callable[[], Mapping[str, str] | Granted]"
    expires_at: "float | None"
    """When it ends, in seconds since 1970; None: not known to end."""
    extra: "Mapping[str, str]"
    """Headers that go with it and are no secret."""

    def __init__(
        self,
        source: str,
        reason: str,
        route: "dict[str, Any]",
        read: "Callable[[], Mapping[str, str] | Granted]",
        *,
        expires_at: "float | None" = None,
        extra: "Mapping[str, str] | None" = None,
    ) -> None:
        for name, value in (("source", source), ("reason", reason), ("route", route), ("read", read), ("expires_at", expires_at), ("extra", extra or {})):
            _set(self, name, value)

    def but(self, **changes: "Any") -> "Found":
        """Return it with *changes*."""
        return Found(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})

    def __repr__(self) -> str:
        return f"<Found {self.source}>"


class Granted(Frozen):
    """What a service gave when it was asked: the parts of a secret, when they end, and headers that go with them."""

    __slots__ = ("expires_at", "extra", "parts")

    parts: "Mapping[str, str]"
    expires_at: "float | None"
    extra: "Mapping[str, str]"

    def __init__(self, parts: "Mapping[str, str]", expires_at: "float | None" = None, extra: "Mapping[str, str] | None" = None) -> None:
        for name, value in (("parts", parts), ("expires_at", expires_at), ("extra", extra or {})):
            _set(self, name, value)

    def __repr__(self) -> str:
        return "<Granted>"


class Missing(Frozen):
    """A place that has no credential, and why."""

    __slots__ = ("applies", "cure", "expired_at", "reason")

    reason: str
    cure: "str | None"
    """What would help, where only this place can tell."""
    applies: bool
    """Whether it could have one for these routes."""
    expired_at: "float | None"
    """When what was there ended, where that is the reason."""

    def __init__(self, reason: str, expired_at: "float | None" = None, *, applies: bool = True, cure: "str | None" = None) -> None:
        _set(self, "reason", reason)
        _set(self, "cure", cure)
        _set(self, "applies", applies)
        _set(self, "expired_at", expired_at)


class UnreadableError(Exception):
    """What seemed to be there cannot be had; the text says why, without a secret."""


class Look(Frozen):
    """What one step has to say without its secret being read."""

    __slots__ = ("expired_at", "expires_at", "found", "profile", "reason", "route", "source", "step")

    step: str
    """A word of `registry/vocabulary/credentials.yaml`."""
    profile: "str | None"
    """The account's profile whose step it is."""
    found: bool
    reason: str
    source: "str | None"
    """Names the place, where something is there."""
    route: "str | None"
    """Id of the route that it is for."""
    expires_at: "float | None"
    expired_at: "float | None"

    def __init__(self, **parts: "Any") -> None:
        for name in self.__slots__:
            _set(self, name, parts.get(name))

    def __repr__(self) -> str:
        return f"<Look {self.step} {'found' if self.found else 'missing'}: {self.reason}>"


class Credential(Frozen):
    """
    What proves who asks. Its text, its repr and its pickles hold no secret; only `headers`, `query` and `parts` do.

    `source` names where it was found: `env:OPENAI_API_KEY`, `vault:work`, `none`.
    """

    __slots__ = ("_auth", "_parts", "account", "expires_at", "extra", "profile", "route", "source")

    _auth: "Mapping[str, str]"
    _parts: "Mapping[str, str]"
    account: str
    """Id of the account it is for."""
    profile: "str | None"
    """The account's profile it is of."""
    route: str
    """Id of the provider's route it is for."""
    source: str
    expires_at: "float | None"
    """When it ends, in seconds since 1970; None: not known to end."""
    extra: "Mapping[str, str]"
    """Headers that go with it and are no secret."""

    def __init__(self, found: Found, account: str, profile: "str | None", auth: "Mapping[str, str]", parts: "Mapping[str, str]") -> None:
        for name, value in (("source", found.source), ("route", found.route["id"]), ("expires_at", found.expires_at), ("extra", found.extra)):
            _set(self, name, value)
        for name, value in (("account", account), ("profile", profile), ("_auth", auth), ("_parts", parts)):
            _set(self, name, value)

    def headers(self) -> "dict[str, str]":
        """Return the headers that carry it; none where it goes into the query or signs the request."""
        found = dict(self.extra)
        for part, header, scheme in ((KEY, "header", "scheme"), (ALSO, "also_header", "also_scheme")):
            if part in self._parts and header in self._auth:
                found[self._auth[header]] = f"{self._auth[scheme]} {self._parts[part]}" if scheme in self._auth else self._parts[part]
        return found

    def query(self) -> "dict[str, str]":
        """Return the query parameters that carry it."""
        name = self._auth.get("query")
        return {} if name is None or KEY not in self._parts else {name: self._parts[KEY]}

    def parts(self) -> "dict[str, str]":
        """Return the secret itself: `key` and what goes `also` into a second header, or the parts of a signature; empty for `none`."""
        return dict(self._parts)

    def __repr__(self) -> str:
        return f"<Credential {self.source}>"

    def __reduce__(self) -> "NoReturn":
        raise TypeError("a credential is not written down")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NoReturn
