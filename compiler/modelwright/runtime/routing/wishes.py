"""Which models a call is for, in the order in which they are tried: the one that was asked for, those behind it, or what the user's files say."""

from collections import namedtuple

from ..errors import UnknownRefError, UsageError
from .pinned import pinned

Wish = namedtuple("Wish", "model profile reason")  # noqa: PYI024  # typing is not imported here
Wish.__doc__ = "A model, the only profile of its account that may be used (None: any), and why it is wished for."

ALL = "defaults"
"""Whose settings hold for agents that say nothing of their own."""
_GOES_ON = ("any", "classified")
_USUAL_FAILOVER = "classified"
_ACTIVE, _RETIRED = "active", "retired"


def asked(registry: "Registry", refs: "Iterable[str]") -> "Iterator[Wish]":
    """Yield the models that *refs* name; raises what `Registry.resolve` raises, and UsageError for a profile that is not there."""
    for ref in refs:
        model, profile = pinned(registry, ref)
        usual = (model.ref, f"{model.account}/{model.asked_id}")
        yield Wish(model, profile, "asked for" if ref in usual else f"asked for as {ref}" if ref.strip() else "the first, as none was named")


def of_agent(registry: "Registry", own: "Mapping[str, Any]", task: "str | None") -> "Iterator[Wish]":
    """Yield the model that the agent whose settings are *own* has for *task*, or its usual one; none where it has neither."""
    for ref, reason in ((own.get("tasks", {}).get(task), f"the model for {task}"), (own.get("primary"), "the agent's model")):
        if ref is not None:
            yield Wish(*pinned(registry, ref), reason)
            return


def behind(registry: "Registry", own: "Mapping[str, Any]", policy: "Mapping[str, Any]") -> "Iterator[Wish]":
    """Yield what is tried where the models before cannot be had: the agent's fallbacks, and at last its usual model; nothing where the user has to say so."""
    if policy.get("failover", _USUAL_FAILOVER) in _GOES_ON:
        for ref in own.get("fallbacks", ()):
            yield Wish(*pinned(registry, ref), "a fallback")
        if "primary" in own:
            yield Wish(*pinned(registry, own["primary"]), "the agent's model")


def usual(registry: "Registry", *, by_rank: bool) -> "Iterator[Wish]":
    """Yield the default model of each account that names some, or its first; the default account first, unless they come *by_rank* alone."""
    accounts = registry.accounts()
    for account in accounts if by_rank else sorted(accounts, key=lambda account: not account.get("default")):
        named = account.get("models", ())
        default = next((one for one in named if not isinstance(one, str) and one.get("default")), None)
        yield from _named(registry, account, named[:1] if default is None else [default], f"the {'first' if default is None else 'default'} model of {account['id']}")


def every(registry: "Registry") -> "Iterator[Wish]":
    """Yield all models of all accounts, by rank: of each in its own order, and of an active one that names none those of its provider that answer in text, the newest first."""
    for account in registry.accounts():
        if account.get("models"):
            yield from _named(registry, account, account["models"], f"among the models of {account['id']}")
        elif account["status"] == _ACTIVE:
            found = [model for model in registry.models(account["provider"]) if model.status != _RETIRED and "text" in (model.output or ("text",))]
            found.sort(key=lambda model: (model.status == _ACTIVE, model._facts.get("released_on", "")), reverse=True)
            for model in found:
                yield Wish(model.through(account["id"]), None, f"{account['id']} names no models, so it has all of {account['provider']}")


def settings(registry: "Registry", agent: "str | None") -> "dict[str, Any]":
    """Return what the user's files say of *agent*, laid over what they say of all; raises UsageError when there is no such agent."""
    agents: dict[str, Any] = registry.setting("agents") or {}
    if agent is not None and agent not in agents:
        raise UsageError(f"there is no agent {agent!r}; there are: {', '.join(sorted(agents.keys() - {ALL})) or 'none'}")
    usual, own = agents.get(ALL, {}), {} if agent is None else agents[agent]
    return {**usual, **own, "tasks": {**usual.get("tasks", {}), **own.get("tasks", {})}}


def _named(registry: "Registry", account: "Mapping[str, Any]", named: "Iterable[Any]", reason: str) -> "Iterator[Wish]":
    for one in named:
        try:
            model = registry.resolve(f"{account['provider']}/{one if isinstance(one, str) else one['id']}")
        except UnknownRefError:
            continue  # compiling said so
        yield Wish(model.through(account["id"]), None, reason)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ..registry import Registry
