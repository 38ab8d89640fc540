"""Which models a call is for, in the order in which they are tried: the one that was asked for, those behind it, or what the user's files say."""

from collections import namedtuple

from ..errors import UnknownRefError, UsageError

Wish = namedtuple("Wish", "model profile reason")  # noqa: PYI024  # typing is not imported here
Wish.__doc__ = "A model, the only profile of its account that may be used (None: any), and why it is wished for."

ALL = "defaults"
"""Whose settings hold for agents that say nothing of their own."""
_GOES_ON = ("any", "classified")
_RETIRED = "retired"


def asked(registry: "Registry", refs: "Iterable[str]", agent: "str | None" = None) -> "Iterator[Wish]":
    """
    Yield the models that *refs* name; behind a single one those that the *agent* falls back to, and at last its own.

    Raises what `Registry.resolve` raises, and UsageError for a profile that is not there.
    """
    named = tuple(refs)
    for ref in named:
        model, profile = pinned(registry, ref)
        yield Wish(model, profile, f"asked for as {ref}" if ref not in (model.ref, f"{model.account}/{model.asked_id}") else "asked for")
    if len(named) == 1 and (registry.setting("policy") or {}).get("failover", _GOES_ON[1]) in _GOES_ON:
        yield from _behind(registry, agent)


def of_agent(registry: "Registry", agent: "str | None", task: "str | None") -> "Iterator[Wish]":
    """Yield the model that *agent* has for *task*, its own where it has none, and those it falls back to; nothing where it has none at all."""
    own = settings(registry, agent)
    ref = own.get("tasks", {}).get(task) if task is not None else None
    if ref is not None:
        yield Wish(*pinned(registry, ref), f"the model for {task}")
    if "primary" in own or ref is not None:
        if "primary" in own:
            yield Wish(*pinned(registry, own["primary"]), "the agent's model")
        yield from _behind(registry, agent)


def of_accounts(registry: "Registry", *, is_choosy: bool) -> "Iterator[Wish]":
    """
    Yield the models of the active accounts, in the order of their ranks.

    Where the call is not choosy that is the default of each, the default account first; else all of each in the account's own
    order, for the first that can do what is needed. An account that names no models has all of its provider.
    """
    accounts = registry.accounts()
    for account in accounts if is_choosy else sorted(accounts, key=lambda account: not account.get("default")):
        named = account.get("models")
        if named:
            chosen = named if is_choosy else [next((one for one in named if not isinstance(one, str) and one.get("default")), named[0])]
            for one in chosen:
                identity = one if isinstance(one, str) else one["id"]
                try:
                    model = registry.resolve(f"{account['id']}/{identity}")
                except UnknownRefError:
                    continue  # a lint says so
                yield Wish(model, None, f"in the models of {account['id']}" if is_choosy else f"the default model of {account['id']}")
        elif is_choosy:
            for model in registry.models(account["provider"]):
                if model.status != _RETIRED:
                    yield Wish(model.through(account["id"]), None, f"{account['id']} names no models, so has all of {account['provider']}")


def settings(registry: "Registry", agent: "str | None") -> "dict[str, Any]":
    """Return what the user's files say of *agent*, laid over what they say of all; raises UsageError when there is no such agent."""
    agents: dict[str, Any] = registry.setting("agents") or {}
    if agent is not None and agent not in agents:
        raise UsageError(f"there is no agent {agent!r}; there are: {', '.join(sorted(agents.keys() - {ALL})) or 'none'}")
    return {**agents.get(ALL, {}), **agents.get(agent, {})} if agent is not None else agents.get(ALL, {})


def pinned(registry: "Registry", ref: str) -> "tuple[Model, str | None]":
    """Return the model that *ref* names, and the profile that an `@profile` behind it names; raises UsageError for a profile that is not there."""
    head, at, profile = ref.rpartition("@")
    try:
        return registry.resolve(ref), None
    except UnknownRefError:
        if not at:
            raise
        try:
            model = registry.resolve(head)
        except UnknownRefError:
            model = None
        if model is None:
            raise
    own = [registry.account(model.account)] if model.account else [account for account in registry.accounts() if account["provider"] == model.provider]
    names = sorted({name for account in own for name in account.get("profiles", {})})
    if profile not in names:
        raise UsageError(f"{head!r} has no profile {profile!r}; it has: {', '.join(names) or 'none'}")
    return model, profile


def _behind(registry: "Registry", agent: "str | None") -> "Iterator[Wish]":
    own = settings(registry, agent)
    for ref in own.get("fallbacks", ()):
        yield Wish(*pinned(registry, ref), "a fallback")
    if "primary" in own:
        yield Wish(*pinned(registry, own["primary"]), "the agent's model")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ...ir.resolved import Model
    from ..registry import Registry
