"""Where a call to a model would go, and how it would prove who sends it. Sends nothing and reads no secret's value."""

from ..ir.resolved import Frozen
from .errors import MissingVariableError, NotAllowedError, UsageError
from .quirks import quirks_of
from .urls import is_private, joined, quoted, versioned


class Endpoint(Frozen):
    """
    One way to call a model.

    `base_url` and `url` are complete; `header` is the header that carries the credential, or None; `source` names where the
    credential was found (`env:ANTHROPIC_API_KEY`, `aws-sigv4` for a chain), or is None when it was not. `account` is the
    user's account it goes through, or None when there is none with this provider.
    """

    __slots__ = ("account", "auth_kind", "base_url", "env", "header", "headers", "protocol", "quirks", "route", "scope", "source", "upstream_id", "url")

    account: "str | None"
    route: str
    protocol: str
    base_url: str
    url: str
    upstream_id: str
    auth_kind: str
    header: "str | None"
    env: "tuple[str, ...]"
    """Environment variables that may hold the credential, first hit wins."""
    source: "str | None"
    scope: "dict[str, str]"
    """What a signature is for, `service` and `region`, where requests are signed; else empty."""
    headers: "dict[str, str]"
    """Headers besides the credential's."""
    quirks: "dict[str, Any]"
    """Where it differs from its protocol: words of `registry/vocabulary/quirks.yaml`."""

    def __init__(self, **parts: "Any") -> None:
        for name, value in parts.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"<Endpoint {self.protocol} {self.url}>"


def endpoint(registry: "Registry", model: "Model", environ: "Mapping[str, str]", route: "str | None" = None, *, stream: bool = False, asks: str = "chat") -> Endpoint:
    """
    Return where a call to *model* would go; with *stream* one that is answered piece by piece, which some protocols take elsewhere.

    *asks* is `chat`, which of a model that only makes embeddings means those, `embedding` or `count`.

    Without *route* it is the first that offers the model and whose credential is in *environ*; else the first that takes
    its credential from a chain (AWS, Google); else the first.

    Raises MissingVariableError when the URL needs a variable that *environ* does not hold, NotAllowedError when the user's files
    do not allow the model, UsageError when there is no such route or the user has to give a base URL.
    """
    if not registry.is_allowed(model):
        raise NotAllowedError(model.ref)
    provider = registry.provider(model.provider)
    account = registry.account_for(model)
    facts = model._facts
    kinds, protocols = registry.words("auth"), registry.words("protocols")
    values = variables_of(provider, account, environ)
    chosen = _route(model, provider, kinds, environ, values, route or account.get("route"))
    auth = auth_of(chosen, account)
    kind = kinds.get(auth["kind"], {})
    protocol = facts.get("protocol") or account.get("protocol") or chosen["protocol"]
    base_url = facts.get("base_url") or account.get("base_url") or _address(environ, chosen) or chosen.get("base_url")
    if base_url is None:
        env = tuple(chosen.get("base_url_env", ()))
        raise MissingVariableError(provider["id"], "base_url", env)
    words = protocols.get(protocol, {})
    base_url = _filled(base_url, values, provider).rstrip("/").removesuffix(words.get("drop", ""))
    upstream = _upstream(model, provider, account, values, _first(environ, provider.get("upstream_ids_env", ())), asks)
    is_routes_own = protocol == chosen["protocol"]
    path = facts.get("path") or (chosen.get("path") if is_routes_own else None)
    other = _other_path(model, words, stream=stream, asks=asks)
    if other is not None:
        path = path if path is None or (other == words.get("stream_path") and not path.endswith(words["path"])) else path.removesuffix(words["path"]) + other
        words = {**words, "path": other}
    url = joined(base_url, path, words)
    if "query" in chosen and is_routes_own:
        url += ("&" if "?" in url else "?") + "&".join(f"{key}={_filled(value, values, provider)}" for key, value in chosen["query"].items())
    return Endpoint(
        account=account["id"] if "place" in account else None,
        route=chosen["id"],
        protocol=protocol,
        base_url=base_url,
        url=_filled(url, {**values, "model": quoted(upstream)}, provider),
        upstream_id=upstream,
        auth_kind=auth["kind"],
        header=auth.get("header", None if "query" in auth else kind.get("header")),
        env=tuple(auth.get("env", ())),
        scope={name: _filled(value, values, provider) for name, value in auth.get("scope", {}).items()},
        source=_source(auth, kind, environ, is_private_use=account.get("keyless", False) or is_private(base_url)),
        headers={name: _filled(value, values, provider) for name, value in {**chosen.get("headers", {}), **account.get("headers", {})}.items()},
        quirks={
            name: _filled(value, values, provider) if isinstance(value, str) else value
            for name, value in quirks_of(chosen.get("quirks", {}) if is_routes_own else {}, upstream, model.id, *_base(model)).items()
        },
    )


def _base(model: "Model") -> "list[str]":
    """Return the id of the model of the same provider whose facts it has, where it has any's."""
    provider, _, base = model._facts.get("inherits", "").partition("/")
    return [base] if provider == model.provider else []


def _other_path(model: "Model", protocol: "Mapping[str, Any]", *, stream: bool, asks: str) -> "str | None":
    """Return the path of a call that *asks* for something else than a whole answer; None: the usual one is it."""
    if asks == "chat" and model.output == ("embedding",) and "embedding_path" in protocol:
        asks, stream = "embedding", False
    if asks == "embedding" and "path" in model._facts:
        return None
    word = f"{asks}_path" if asks != "chat" else "stream_path"
    found: str | None = protocol.get(word) if stream or asks != "chat" else None
    return found


def auth_of(route: "Mapping[str, Any]", account: "Mapping[str, Any]") -> "dict[str, Any]":
    """Return how *route* proves who asks: what *account* says of that lies over the route's own, whose header another kind does not keep."""
    over = account.get("auth", {})
    own = {key: value for key, value in route["auth"].items() if "kind" not in over or key not in ("header", "query")}
    return {**own, **over}


def listing(
    provider: "dict[str, Any]", route: "dict[str, Any]", template: str, protocols: "Mapping[str, Any]", environ: "Mapping[str, str]", given: "str | None" = None
) -> "tuple[str, dict[str, str], dict[str, str]]":
    """
    Return where a listing of *provider* is, from its *template*, the headers of *route* that go with it, and what a signature is for; no credential.

    *given* is the base URL of the user's own choice; None: what *environ* names, else the route's.

    Raises MissingVariableError when it needs what *environ* does not hold.
    """
    values = variables_of(provider, {}, environ)
    if "${base_url}" in template:
        named = given or _address(environ, route)
        base_url = named or route.get("base_url")
        if base_url is None:
            raise MissingVariableError(provider["id"], "base_url", tuple(route.get("base_url_env", ())))
        words = protocols.get(route["protocol"], {})
        values["base_url"] = base_url = _filled(base_url, values, provider).rstrip("/").removesuffix(words.get("drop", ""))
        template = versioned(template, base_url, words.get("version", "") if named else "")
    headers, scope = ({name: _filled(value, values, provider) for name, value in said.items()} for said in (route.get("headers", {}), route["auth"].get("scope", {})))
    return _filled(template, values, provider), headers, scope


def variables_of(provider: "Mapping[str, Any]", account: "Mapping[str, Any]", environ: "Mapping[str, str]") -> "dict[str, str | MissingVariableError]":
    """Return the value of each variable of *provider*, or the error that stands for one that is missing."""
    given = account.get("variables", {})
    return {**{name: _value(provider, name, given, environ) for name in provider.get("variables", {})}, **given}


def in_order(routes: "Iterable[dict[str, Any]]", values: "Mapping[str, str | MissingVariableError]") -> "list[dict[str, Any]]":
    """Return *routes* with those first that come first by what a variable begins with."""
    return sorted(routes, key=lambda route: not any(str(values.get(name)).startswith(begin) for name, begin in route.get("first_when", {}).items()))


def _route(
    model: "Model",
    provider: "dict[str, Any]",
    kinds: "dict[str, Any]",
    environ: "Mapping[str, str]",
    values: "Mapping[str, str | MissingVariableError]",
    wanted: "str | None",
) -> "dict[str, Any]":
    offered = model._facts.get("routes")
    routes = in_order((route for route in provider["routes"] if offered is None or route["id"] in offered), values)
    if wanted is not None:
        for route in routes:
            if route["id"] == wanted:
                return route
        raise UsageError(f"{model.ref} has no route {wanted!r}; it has: {', '.join(route['id'] for route in routes)}")
    if not routes:
        raise UsageError(f"no route of provider {provider['id']!r} offers {model.ref}")
    with_key = (route for route in routes if _first(environ, route["auth"].get("env", ())) and not kinds.get(route["auth"]["kind"], {}).get("chain"))
    with_chain = (route for route in routes if kinds.get(route["auth"]["kind"], {}).get("chain"))
    return next(with_key, None) or next(with_chain, None) or routes[0]


def _source(auth: "dict[str, Any]", kind: "dict[str, Any]", environ: "Mapping[str, str]", *, is_private_use: bool) -> "str | None":
    has_chain = kind.get("chain", False)
    for name in auth.get("env", ()) if not has_chain or kind.get("parts") == ["key"] else ():  # else they are the chain's to read
        if environ.get(name):
            return f"env:{name}"
    if has_chain:
        return str(auth["kind"])
    required = auth.get("required", True)
    return "none" if auth["kind"] == "none" or required is False or (required == "if_public_host" and is_private_use) else None


def _first(environ: "Mapping[str, str]", names: "Sequence[str]") -> "str | None":
    return next((environ[name] for name in names if environ.get(name)), None)


def _address(environ: "Mapping[str, str]", route: "dict[str, Any]") -> "str | None":
    """Return the base URL that the environment names; one without a scheme, as OLLAMA_HOST often is, gets the route's own."""
    named = _first(environ, route.get("base_url_env", ()))
    if named is None or "://" in named:
        return named
    return ("http://" if route.get("base_url", "").startswith("http://") else "https://") + named


def _value(provider: "Mapping[str, Any]", name: str, given: "Mapping[str, str]", environ: "Mapping[str, str]") -> "str | MissingVariableError":
    """Return what *given* has for a variable, else its own variable in *environ*, else its default, which other variables may be part of."""
    if name in given:
        return given[name]
    variable = provider["variables"][name]
    found = _first(environ, variable.get("env", ()))
    if found is None and "default" in variable:
        others = {other: _value(provider, other, given, environ) for other in provider["variables"] if f"${{{other}}}" in variable["default"]}
        try:
            found = _filled(variable["default"], others, provider)
        except MissingVariableError as error:
            return error
    if found is None:
        return MissingVariableError(provider["id"], name, tuple(variable.get("env", ())))
    if "otherwise" in variable:
        return str(variable["written"].get(found) or variable["otherwise"].replace("${value}", found))
    return str(found)


def _filled(text: str, values: "Mapping[str, str | MissingVariableError]", provider: "Mapping[str, Any]") -> str:
    """Return *text* with every `${name}` replaced; raises the error that stands for a value that is missing."""
    head, *parts = text.split("${")
    for part in parts:
        name, closed, rest = part.partition("}")
        value = values.get(name) if closed else None
        if value is None:
            if name == "model":
                head += "${model}" + rest
                continue
            raise MissingVariableError(provider["id"], name, ())
        if not isinstance(value, str):
            raise value
        head += value + rest
    return head


def _upstream(model: "Model", provider: "dict[str, Any]", account: "dict[str, Any]", values: "Mapping[str, str | MissingVariableError]", named: "str | None", asks: str) -> str:
    """
    Return the id to send: the one the account has for it; else the model's own; else the one that *named* (`id=sent,…`) has
    for it; else the one asked for, with the prefix the provider's rule gives it, or without any where what is asked for wants none.
    """
    pairs = dict(part.split("=", 1) for part in (named or "").replace(" ", "").split(",") if "=" in part)
    there = {one["id"]: one["upstream_id"] for one in account.get("models", ()) if not isinstance(one, str) and "upstream_id" in one}
    given: str | None = there.get(model.asked_id) or there.get(model.id) or model._facts.get("upstream_id") or pairs.get(model.asked_id) or pairs.get(model.id)
    upstream = given or model.asked_id
    rule = provider.get("upstream_ids")
    if rule is not None and asks in rule.get("bare", ()):
        return next((upstream.removeprefix(begin) for begin in rule["unless"] if begin.endswith(".") and upstream.startswith(begin)), upstream)
    if rule is None or given is not None or upstream.startswith(tuple(rule["unless"])) or not upstream.startswith(tuple(rule["families"])):
        return upstream
    value = values[rule["variable"]]
    if not isinstance(value, str):
        raise value
    return str(next(choice["prefix"] for choice in rule["prefixes"] if value.startswith(choice["value"]))) + upstream


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ..ir.resolved import Model
    from .registry import Registry
