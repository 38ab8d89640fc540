"""A registry of providers that tests play: per protocol `good-…`, `bad-…`, `gone-…` (nobody listens) and `tls-…` (a certificate of nobody's)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discover import certificates
from routing_world import registry_of
from runtime.dispatch.loopback import Server, refusing, serving
from runtime.dispatch.spoken import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelwright import Registry

KEY = "sk-canary-7d1f0c"
PROFILES = {"first": "FIRST_KEY", "second": "SECOND_KEY"}
"""Of the account `turns`, whose calls go where those of `bad-openai-chat` do, and where each key is."""
ENVIRON = {"LOOPBACK_KEY": KEY, "FIRST_KEY": "sk-first-0001", "SECOND_KEY": "sk-second-0002"}
KINDS = ("good", "bad", "gone", "tls")
PRICES = [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]


@dataclass
class Places:
    """Where the providers are."""

    registry: Registry
    good: Server
    bad: Server
    tls: Server
    elsewhere: Server
    """Of another host's name, to which nothing must be sent."""


def provider(url: str, protocol: str, **more: Any) -> dict[str, Any]:
    auth = {"kind": "bearer", "env": ["LOOPBACK_KEY"]}
    return {"base_url": url, "protocol": protocol, "auth": auth, "models": {name: {"input": ["text"], "prices": PRICES} for name in ("m", "n")}, **more}


@contextmanager
def all_places(folder: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        good, bad, elsewhere = (stack.enter_context(serving()) for _ in range(3))
        tls = stack.enter_context(serving(tls=certificates.own(folder)))
        urls = {"good": good.url, "bad": bad.url, "gone": stack.enter_context(refusing()), "tls": tls.url}
        headers = {"x-elsewhere": elsewhere.url.replace("127.0.0.1", "localhost")}
        providers = {f"{kind}-{protocol}": provider(urls[kind], protocol, headers=headers) for kind in KINDS for protocol in SPOKEN}
        providers["turned"] = provider(bad.url, "openai-chat")
        keys = {name: {"kind": "api-key", "credentials": [{"env": variable}]} for name, variable in PROFILES.items()}
        accounts = {"turns": {"provider": "turned", "profiles": keys, "profile_order": list(PROFILES), "credentials": ["profile"], "models": ["m", "n"]}}
        yield Places(registry_of(providers=providers, accounts=accounts), good, bad, tls, elsewhere)
