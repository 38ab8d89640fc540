"""Which quirks of a route hold for a model: some differ by how the model's id begins."""


def quirks_of(quirks: "Mapping[str, Any]", sent_id: str) -> "dict[str, Any]":
    """
    Return those of *quirks* that hold for the model that is sent as *sent_id*.

    One that differs between models has a value for what an id begins with, after the places in which it is served; the longest counts.

    >>> quirks = {"store": False, "reasoning_field": {"acme.": "effort", "acme.large": "level"}}
    >>> quirks_of(quirks, "us.acme.large-2"), quirks_of(quirks, "other.large")
    ({'store': False, 'reasoning_field': 'level'}, {'store': False})
    """
    found = {}
    for name, value in quirks.items():
        if not isinstance(value, dict):
            found[name] = value
        elif begins := [begin for begin in value if f".{begin}" in f".{sent_id.rpartition('/')[2]}"]:
            found[name] = value[max(begins, key=len)]
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
