"""Through which of the user's accounts, and with which of their profiles, a model can be called."""

from ..credentials.profile import OUTSIDE, turns
from ..implied import account as implied
from ..offered import has
from .candidate import Candidate

_ACTIVE = "active"
_NOTHING_ELSE = "configured"
_WITHOUT = "without its profiles"


def candidates(registry: "Registry", wish: "Wish", policy: "Mapping[str, Any]") -> "Iterator[Candidate]":
    """
    Yield the ways to the model of *wish*: its accounts, the default first, then by rank; of each its profiles in their order, and its other steps.

    A model that was asked for through an account is called through that one. Accounts that are not active, or have no such model or
    profile, are skipped; where all are, or there is none, the provider is its own account, unless what the user's files configure
    is all that is used.
    """
    model = wish.model
    if model.account is not None:
        yield from _ways(registry, registry.account(model.account), wish)
        return
    own = sorted((account for account in registry.accounts() if account["provider"] == model.provider), key=lambda account: not account.get("default"))
    found = [candidate for account in own for candidate in _ways(registry, account, wish._replace(model=model.through(account["id"])))]
    yield from found
    if wish.profile is None and not any(one.is_kept for one in found) and all(account["id"] != model.provider for account in own):
        itself = Candidate(model, implied(model.provider, policy), None, wish.reason, registry=registry)
        if policy.get("visible") == _NOTHING_ELSE and all(model.ref != rule["model"] for rule in policy.get("implicit_models") or ()):
            itself = itself.skipped(f"none of your accounts gives it, and your files say that nothing else is used; add an account with {model.provider}")
        yield itself


def _ways(registry: "Registry", account: "Mapping[str, Any]", wish: "Wish") -> "Iterator[Candidate]":
    """Yield the ways to the model of *wish* through *account*."""
    model, only, reason = wish
    candidate = Candidate(model, account, None, reason, registry=registry)
    if account["status"] != _ACTIVE:
        yield candidate.skipped(f"account {account['id']} is {account['status']}")
    elif not has(account, model):
        yield candidate.skipped(f"account {account['id']} does not name it among its models")
    elif not (found := turns(account, only)):
        lacks = "looks into no profiles; add `profile` to its `credentials`" if only in account.get("profiles", ()) else f"has no profile {only}"
        yield candidate.skipped(f"account {account['id']} {lacks}")
    else:
        yield from (
            candidate if one is None else Candidate(model, account, one, f"{reason}; {_WITHOUT if one == OUTSIDE else f'profile {one}'}", registry=registry) for one in found
        )


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..registry import Registry
    from .wishes import Wish
