"""
A route, as the vendor's own SDK takes it: which client, with which arguments, and what goes into each call.

Which package speaks a protocol, and what its arguments are called, is data: `sdk` in `registry/vocabulary/protocols.yaml`.
"""

import re
from time import monotonic
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from ...ir.resolved import Frozen
from ..errors import UsageError
from .prepare import Ways

_VARIABLE = re.compile(r"\$\{([a-z_]+)\}")


class ClientKwargs(Frozen):
    """
    What a client of `package` is made with, and what each call takes. Its text, its repr and its pickles hold no secret; only `constructor` does.

        kwargs = candidate.client_kwargs()
        openai.OpenAI(**kwargs.constructor()).chat.completions.create(**kwargs.call(), messages=messages)
    """

    __slots__ = ("_constructor", "base_url", "client", "headers", "method", "model", "package", "source")

    _constructor: "dict[str, Any]"
    package: str
    """Name on PyPI."""
    client: str
    """The class, as `openai.OpenAI`; the one for asyncio is beside it."""
    method: str
    """The client's method that makes a call, as `chat.completions.create`."""
    base_url: str
    headers: "dict[str, str]"
    """Those besides the credential's."""
    model: str
    """The id to send."""
    source: str
    """Where the credential was found, as `env:OPENAI_API_KEY`."""

    def __init__(self, **parts: "Any") -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, parts[name])

    def constructor(self) -> "dict[str, Any]":
        """Return the arguments of the client, the secret among them."""
        return {name: dict(value) if isinstance(value, dict) else value for name, value in self._constructor.items()}

    def call(self) -> "dict[str, Any]":
        """Return the arguments of each call."""
        return {"model": self.model}

    def __repr__(self) -> str:
        return f"<ClientKwargs {self.client} for {self.model} at {self.base_url}>"

    def __reduce__(self) -> "NoReturn":
        raise TypeError("a credential is not written down")


def client_kwargs(registry: "Registry", candidate: "Candidate", environ: "Mapping[str, str]") -> ClientKwargs:
    """
    Return what the SDK of the protocol of *candidate* takes.

    The credential goes in as the route takes it, as a header, and as the client's own key, too, so that it looks for no other. Where
    the client takes none of that kind, or the route none at all, its own key is the word `none`.

    Raises CredentialError when there is none, and UsageError where no SDK is known for the protocol, or it cannot reach the route.
    """
    way = Ways(registry, environ, monotonic).find(candidate, is_stream=False)
    words = registry.words("protocols")[way.endpoint.protocol].get("sdk")
    if words is None:
        raise UsageError(f"no SDK is known for {way.endpoint.protocol}")
    base_url, version, query, more = _place(way, words)
    query.update(way.credential.query())
    if query and "query" not in words:
        raise UsageError(f"the client of {words['package']} sends nothing behind a question mark, as {way.endpoint.route} of {candidate.name} wants")
    carrying = way.credential.headers()
    if "headers" not in words and (way.endpoint.headers or any(name.lower() not in words["keys"] for name in carrying)):
        raise UsageError(f"the client of {words['package']} sends no headers of a route's own, as {way.endpoint.route} of {candidate.name} wants")
    arguments: dict[str, Any] = {**words.get("always", {}), **more}
    for name, value in (("base_url", base_url), ("version", version), ("headers", {**way.endpoint.headers, **carrying}), ("query", query)):
        if name in words and (value or name == "version"):
            _put(arguments, words[name], value)
    _put_key(arguments, words, way.credential, carrying)
    return ClientKwargs(
        _constructor=arguments,
        package=words["package"],
        client=words["client"],
        method=words["method"],
        base_url=base_url,
        headers=dict(way.endpoint.headers),
        model=way.endpoint.upstream_id,
        source=way.credential.source,
    )


def _place(way: "Way", words: "Mapping[str, Any]") -> "tuple[str, str, dict[str, str], dict[str, str]]":
    """Return base URL, version, query, and what is an argument of its own, for a client that puts its own path behind them."""
    whole = urlsplit(way.endpoint.url)
    literal, names = _VARIABLE.split(words["path"])[::2], _VARIABLE.findall(words["path"])
    found = re.fullmatch("(.*)" + "([^/]+)".join(map(re.escape, literal)), whole.path)
    if found is None:
        raise UsageError(f"the client of {words['package']} calls {words['path']} only, and the route is {way.endpoint.url}")
    path, *values = found.groups()
    version = ""
    if "version" in words:
        path, _, version = path.rpartition("/")
    more = {name: unquote(value) for name, value in zip(names, values, strict=True) if name != "model"}
    return urlunsplit((whole.scheme, whole.netloc, path, "", "")), version, dict(parse_qsl(whole.query, keep_blank_values=True)), more


def _put_key(arguments: "dict[str, Any]", words: "Mapping[str, Any]", credential: "Credential", carrying: "Mapping[str, str]") -> None:
    """Give the client its key, where it has an argument for the header that carries it; else what keeps it from looking for one."""
    names = words.get("keys", {})
    secret = credential.parts().get("key")
    name = next((names[header.lower()] for header, value in carrying.items() if header.lower() in names and secret and value.endswith(secret)), None)
    if name is None:
        for other, word in words.get("otherwise", {}).items():
            _put(arguments, other, word)
    elif not name.startswith(f"{words.get('headers')}."):
        _put(arguments, name, secret)


def _put(arguments: "dict[str, Any]", name: str, value: "Any") -> None:
    *outer, last = name.split(".")
    for part in outer:
        arguments = arguments.setdefault(part, {})
    arguments[last] = value


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

    from ..credentials.answer import Credential
    from ..registry import Registry
    from ..routing.candidate import Candidate
    from .prepare import Way
