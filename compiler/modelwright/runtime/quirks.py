"""Which quirks of a route hold for a model: some differ by how the model's id begins."""


def quirks_of(quirks: "Mapping[str, Any]", *ids: str) -> "dict[str, Any]":
    """
    Return those of *quirks* that hold for a model: *ids* are what it is sent as, and then what else it is known by.

    One that differs between models has a value for what an id begins with, after the places in which it is served; the longest counts.
    What is sent may be a name of the user's own, as of a deployment or a profile: where it tells nothing the next id does.

    >>> quirks = {"store": False, "reasoning_field": {"acme.": "effort", "acme.large": "level"}}
    >>> quirks_of(quirks, "us.acme.large-2", "mine"), quirks_of(quirks, "other.large")
    ({'store': False, 'reasoning_field': 'level'}, {'store': False})
    >>> quirks_of(quirks, "arn:profile/abc", "mine", "acme.small")
    {'store': False, 'reasoning_field': 'effort'}
    """
    found = {}
    for name, value in quirks.items():
        if not isinstance(value, dict):
            found[name] = value
        elif begins := next(filter(None, (_begins(value, one) for one in ids)), None):
            found[name] = value[max(begins, key=len)]
    return found


def _begins(value: "Mapping[str, Any]", model: str) -> "list[str]":
    return [begin for begin in value if f".{begin}" in f".{model.rpartition('/')[2]}"]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
