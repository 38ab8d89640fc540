"""Through which of the user's accounts, and with which of their profiles, a model can be called."""

from ..credentials.profile import ordered
from ..implied import account as implied
from ..offered import has
from .candidate import Candidate

_ACTIVE = "active"


def candidates(registry: "Registry", wish: "Wish") -> "Iterator[Candidate]":
    """
    Yield the ways to the model of *wish*: its accounts, the default first, then by rank; of each its profiles in their order.

    A model that was asked for through an account is called through that one. Accounts that are not active are skipped.
    """
    model, only, reason = wish
    policy = registry.setting("policy") or {}
    if model.account is not None:
        own = [registry.account(model.account)]
    else:
        own = [account for account in registry.accounts() if account["provider"] == model.provider]
        own.sort(key=lambda account: not account.get("default"))
    for account in own or [implied(model.provider, policy)]:
        through = model if model.account is not None else model.through(account["id"])
        profiles = ordered(account, only)
        if only is not None and not profiles:
            continue  # another account of the provider has it
        candidate = Candidate(through, account, None, reason)
        if account["status"] != _ACTIVE:
            yield candidate.skipped(f"account {account['id']} is {account['status']}")
        elif not has(account, through):
            yield candidate.skipped(f"account {account['id']} does not name it among its models")
        elif len(profiles) > 1 or only is not None:
            yield from (Candidate(through, account, profile, f"{reason}; profile {profile}") for profile in profiles)
        else:
            yield candidate


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..registry import Registry
    from .wishes import Wish
