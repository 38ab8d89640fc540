"""From a candidate to the request that is sent: its credential, its endpoint, and the protocol that is spoken there."""

from hashlib import blake2s
from importlib import import_module
from time import time

from ...ir.resolved import Frozen
from ...wire import speaks, takes
from ...wire.protocol import Target
from ..cooldown import Keys
from ..credentials import chain, granting
from ..credentials.signing import signer
from ..endpoint import endpoint
from ..errors import CredentialError, UsageError

CHAT, EMBEDDING, COUNT = "chat", "embedding", "count"
"""What may be asked for."""
_NONE_DOES = {CHAT: "nothing here speaks", EMBEDDING: "nothing here makes embeddings over", COUNT: "nothing here counts tokens over"}
KEPT_SECONDS = 30.0
"""How long a credential is used before it is looked for anew."""
NO_CREDENTIAL = "no credential"
"""What the reason of a candidate begins with that has none."""
_SOON_SECONDS = 30.0
_MOST = 1_000


class Way(Frozen):
    """A candidate with all that is needed to send requests through it."""

    __slots__ = ("asks", "call_seconds", "candidate", "credential", "endpoint", "keys", "protocol", "provider_errors", "sign", "target")

    asks: str
    """What it is for: `chat`, `embedding` or `count`."""
    candidate: "Candidate"
    credential: "Credential"
    endpoint: "Endpoint"
    target: Target
    protocol: "Any"
    """The module of `modelwright.wire` that speaks the protocol, or has the form in which something else than chat is asked for over it."""
    provider_errors: "list[dict[str, Any]]"
    keys: Keys
    sign: "Sign | None"
    """What signs each request; None: its credential is sent."""
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

    __slots__ = ("_environ", "_kept", "_monotonic", "_now", "_registry")

    def __init__(self, registry: "Registry", environ: "Mapping[str, str]", timer: "Callable[[], float]", now: "Callable[[], float]" = time) -> None:
        self._registry = registry
        self._environ = environ
        self._monotonic = timer
        self._now = now
        self._kept: dict[_Key, tuple[float, Way]] = {}

    def kept(self, candidate: "Candidate", *, is_stream: bool, asks: str = CHAT) -> "Way | None":
        """Return the way of *candidate* that was found a short while ago; None: it has to be looked for."""
        found = self._kept.get(_key(candidate, asks, is_stream))
        return found[1] if found is not None and self._monotonic() < found[0] else None

    def find(self, candidate: "Candidate", *, is_stream: bool, asks: str = CHAT) -> Way:
        """
        Return the way of *candidate* to have done what is asked for; programs may run and files be read for its credential.

        Raises CredentialError when there is none, and UsageError when the model does something else, there is nowhere to send it, or nobody here speaks the protocol.
        """
        registry, model, account = self._registry, candidate.model, candidate.account
        _check_output(model, asks)
        words = registry.words("protocols")
        offered = chain.for_model(registry, model, self._environ, now=self._now)
        search = offered.but(profile=candidate.profile, routes=[route for route in offered.routes if _module(_protocol(model, account, route), words, asks)])
        if not search.routes:
            routes = offered.routes or registry.provider(model.provider)["routes"]
            raise UsageError(f"{_NONE_DOES[asks]} {' or '.join(dict.fromkeys(_protocol(model, account, route) for route in routes))}")
        places: list[Endpoint] = []
        credential = chain.first(search, lambda route: places.append(endpoint(registry, model, self._environ, str(route["id"]), stream=is_stream, asks=asks)))
        place = places[-1]
        protocol = import_module(f"modelwright.wire.{_module(place.protocol, words, asks)}")
        way = Way(
            asks=asks,
            candidate=candidate,
            credential=credential,
            endpoint=place,
            protocol=protocol,
            target=Target(
                place.url,
                place.upstream_id,
                headers=place.headers,
                quirks={**getattr(protocol, "QUIRKS", {}), **_quirks(place, words, asks)},
                thinking=model._facts.get("thinking", {}),
                limits=model._facts.get("limits", {}),
                is_stream=is_stream,
            ),
            provider_errors=registry.provider(model.provider).get("errors", []),
            keys=keys_of(candidate, credential.route, credential.parts(), asks),
            sign=signer(place.auth_kind, credential.parts(), place.scope, search.key_variables()),
            call_seconds=None if (seconds := account.get("timeout_seconds")) is None else float(seconds),  # a fraction is text in the artifact
        )
        if len(self._kept) >= _MOST:
            self._kept.clear()
        seconds = KEPT_SECONDS if credential.expires_at is None else min(KEPT_SECONDS, credential.expires_at - self._now() - _SOON_SECONDS)
        self._kept[_key(candidate, asks, is_stream)] = (self._monotonic() + seconds, way)
        return way

    def forget(self, way: Way, *, is_refused: bool) -> None:
        """Look for the credential of *way* anew next time, which did not do; what a service gave and the provider refused is asked for anew, too."""
        parts = way.credential.parts()
        self._kept = {key: kept for key, kept in list(self._kept.items()) if kept[1].credential.parts() != parts}
        if is_refused:
            granting.refused(parts, self._now())


def why(error: "CredentialError | UsageError") -> str:
    """Return in a few words why there is no way."""
    return f"{NO_CREDENTIAL}: {error.advice}" if isinstance(error, CredentialError) else str(error)


def _key(candidate: "Candidate", asks: str, is_stream: bool) -> "_Key":
    return (str(candidate.account["id"]), candidate.model.ref, candidate.model.asked_id, candidate.profile, asks, is_stream)


def _check_output(model: "Model", asks: str) -> None:
    output = model.output
    if asks == EMBEDDING and output is not None and EMBEDDING not in output:
        raise UsageError("it makes no embeddings")
    if asks != EMBEDDING and output == (EMBEDDING,):
        raise UsageError("it makes embeddings only; use `embed`")


def _module(protocol: str, words: "Mapping[str, Any]", asks: str) -> "str | None":
    """Return the module of `modelwright.wire` that asks for that over *protocol*; None: there is none."""
    if asks == CHAT:
        return protocol.replace("-", "_") if speaks(protocol) else None
    form = words.get(protocol, {}).get(f"{asks}_form")
    return form.replace("-", "_") if form is not None and takes(form) else None


def _quirks(place: "Endpoint", words: "Mapping[str, Any]", asks: str) -> "dict[str, Any]":
    """Return the quirks of *place* over what its protocol takes at once at most."""
    word = words.get(place.protocol, {})
    most = {name: word[name] for name in ("embedding_texts", "embedding_tokens") if asks == EMBEDDING and name in word}
    return {**most, **place.quirks}


def _protocol(model: "Model", account: "Mapping[str, Any]", route: "Mapping[str, Any]") -> str:
    return str(model._facts.get("protocol") or account.get("protocol") or route["protocol"])


def keys_of(candidate: "Candidate", route: str, parts: "Mapping[str, str]", asks: str = CHAT) -> Keys:
    """
    Return what a failure cools over *route* with the secret *parts*. A new key does not inherit the rest of an old one, so its fingerprint is part of the name.

    Counting tokens has rests of its own, for it has limits of its own, and not every host that answers counts.
    """
    account = f"{'count:' if asks == COUNT else ''}{candidate.account['id']}"
    print_ = blake2s("\0".join(f"{name}={part}" for name, part in sorted(parts.items())).encode(), digest_size=4).hexdigest()
    return Keys(f"credential:{account}:{candidate.profile or ''}:{print_}", f"route:{account}:{route}", f"model:{account}:{candidate.model.ref}")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ...ir.resolved import Model
    from ..credentials.answer import Credential
    from ..credentials.signing import Sign
    from ..endpoint import Endpoint
    from ..registry import Registry
    from ..routing.candidate import Candidate

    _Key = tuple[str, str, str, str | None, str, bool]
