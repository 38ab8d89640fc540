"""From a candidate to the request that is sent: its credential, its endpoint, and the protocol that is spoken there."""

from hashlib import blake2s
from importlib import import_module

from ...ir.resolved import Frozen
from ...wire import speaks
from ...wire.protocol import Target
from ..cooldown import Keys
from ..credentials import chain
from ..endpoint import endpoint
from ..errors import CredentialError, UsageError

KEPT_SECONDS = 30.0
"""How long a credential is used before it is looked for anew."""
NO_CREDENTIAL = "no credential"
"""What the reason of a candidate begins with that has none."""
_SOON_SECONDS = 30.0
_MOST = 1_000


class Way(Frozen):
    """A candidate with all that is needed to send requests through it."""

    __slots__ = ("call_seconds", "candidate", "credential", "endpoint", "keys", "protocol", "provider_errors", "target")

    candidate: "Candidate"
    credential: "Credential"
    endpoint: "Endpoint"
    target: Target
    protocol: "Any"
    """The module of `modelwright.wire`."""
    provider_errors: "list[dict[str, Any]]"
    keys: Keys
    call_seconds: "float | None"
    """What the account allows a call; None: it says nothing."""

    def __init__(self, **parts: "Any") -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, parts[name])

    def cleaned(self, text: str) -> str:
        """Return *text*, which came from elsewhere, without the secret."""
        for secret in self.credential.parts().values():
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text[:_LONGEST_MESSAGE]

    def __repr__(self) -> str:
        return f"<Way {self.candidate.name} over {self.endpoint.route}>"


_SHORTEST_SECRET = 4
_LONGEST_MESSAGE = 500


class Ways:
    """Finds ways, and keeps them for a while."""

    __slots__ = ("_environ", "_kept", "_more", "_now", "_registry")

    def __init__(self, registry: "Registry", environ: "Mapping[str, str]", now: "Callable[[], float]", **more: "Any") -> None:
        self._registry = registry
        self._environ = environ
        self._now = now
        self._more = more
        self._kept: dict[tuple[str, str, str, str | None, bool], tuple[float, Way]] = {}

    def kept(self, candidate: "Candidate", *, is_stream: bool) -> "Way | None":
        """Return the way of *candidate* that was found a short while ago; None: it has to be looked for."""
        found = self._kept.get(_key(candidate, is_stream))
        return found[1] if found is not None and self._now() < found[0] else None

    def find(self, candidate: "Candidate", *, is_stream: bool) -> Way:
        """
        Return the way of *candidate*; programs may run and files be read for its credential.

        Raises CredentialError when there is none, and UsageError when there is nowhere to send it, or nobody here speaks the protocol.
        """
        registry, model, account = self._registry, candidate.model, candidate.account
        search = chain.for_model(registry, model, self._environ, **self._more)
        search = search.but(profile=candidate.profile, routes=[route for route in search.routes if speaks(_protocol(model, account, route))])
        if not search.routes:
            routes = registry.provider(model.provider)["routes"]
            raise UsageError(f"nothing here speaks {' or '.join(dict.fromkeys(_protocol(model, account, route) for route in routes))}")
        places: list[Endpoint] = []
        credential = chain.first(search, lambda route: places.append(endpoint(registry, model, self._environ, str(route["id"]), stream=is_stream)))
        place = places[-1]
        way = Way(
            candidate=candidate,
            credential=credential,
            endpoint=place,
            protocol=import_module(f"modelwright.wire.{place.protocol.replace('-', '_')}"),
            target=Target(
                place.url,
                place.upstream_id,
                headers=place.headers,
                quirks=place.quirks,
                thinking=model._facts.get("thinking", {}),
                limits=model._facts.get("limits", {}),
                is_stream=is_stream,
            ),
            provider_errors=registry.provider(model.provider).get("errors", []),
            keys=_keys(candidate, credential),
            call_seconds=None if (seconds := account.get("timeout_seconds")) is None else float(seconds),  # a fraction is text in the artifact
        )
        if len(self._kept) >= _MOST:
            self._kept.clear()
        until = self._now() + KEPT_SECONDS
        if credential.expires_at is not None:
            until = min(until, credential.expires_at - _SOON_SECONDS)
        self._kept[_key(candidate, is_stream)] = (until, way)
        return way

    def forget(self, candidate: "Candidate") -> None:
        """Look for the credential of *candidate* anew next time: the one there was did not do."""
        for is_stream in (False, True):
            self._kept.pop(_key(candidate, is_stream), None)


def why(error: "CredentialError | UsageError") -> str:
    """Return in a few words why there is no way."""
    return f"{NO_CREDENTIAL}: {error.cure}" if isinstance(error, CredentialError) else str(error)


def _key(candidate: "Candidate", is_stream: bool) -> "tuple[str, str, str, str | None, bool]":
    return (str(candidate.account["id"]), candidate.model.ref, candidate.model.asked_id, candidate.profile, is_stream)


def _protocol(model: "Model", account: "Mapping[str, Any]", route: "Mapping[str, Any]") -> str:
    return str(model._facts.get("protocol") or account.get("protocol") or route["protocol"])


def _keys(candidate: "Candidate", credential: "Credential") -> Keys:
    """Return what a failure of this way cools. A new key does not inherit the rest of an old one, so its fingerprint is part of the name."""
    account = str(candidate.account["id"])
    print_ = blake2s("\0".join(f"{name}={part}" for name, part in sorted(credential.parts().items())).encode(), digest_size=4).hexdigest()
    return Keys(f"credential:{account}:{candidate.profile or ''}:{print_}", f"route:{account}:{credential.route}", f"model:{account}:{candidate.model.ref}")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ...ir.resolved import Model
    from ..credentials.answer import Credential
    from ..endpoint import Endpoint
    from ..registry import Registry
    from ..routing.candidate import Candidate
