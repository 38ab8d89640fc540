"""The states a source can end in: what each means, and what helps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One way for the reading of a source to end."""

    meaning: str
    cure: str = ""
    """What to do about it; empty: nothing needs doing."""


TABLE = {
    "ok": State(meaning="the listing was read"),
    "not-modified": State(meaning="upstream says that nothing changed since the reading that is kept"),
    "unauthorized": State(meaning="upstream refused the credential", cure="check the credential and what it may read"),
    "rate-limited": State(meaning="upstream asks for fewer requests", cure="try again later"),
    "credential-missing": State(meaning="there is no credential that could be sent", cure="set the credential"),
    "base-url-missing": State(meaning="the address of the listing is not complete", cure="set the base URL and its variables"),
    "catalog-unsupported": State(meaning="upstream has no listing at this address", cure="check the base URL, or leave the source out"),
    "unreachable": State(meaning="no usable answer came", cure="check the network and the base URL, or try again later"),
    "malformed": State(meaning="the answer is no listing of the expected shape", cure="check the base URL and the adapter"),
    "empty": State(meaning="the listing names no model", cure="check what the credential may see"),
    "shrunk": State(meaning="the listing names far fewer models than before", cure="read it again before believing it"),
}
"""Every state by its name."""

STATES = tuple(TABLE)


class UnreadError(Exception):
    """A source that could not be read; the message is printable and holds no secret."""

    def __init__(self, state: str, why: str) -> None:
        super().__init__(state, why)
        self.state, self.why = state, why

    @property
    def detail(self) -> str:
        """Why, and what helps."""
        return f"{self.why}; {TABLE[self.state].cure}"
