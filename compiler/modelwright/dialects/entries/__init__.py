"""Models and accounts put into a user's file, and taken out of it again, as data: models of one dialect a file, with `add` and `remove`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from .. import family

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .wish import Wish


class Entries(Protocol):
    """What a module of this package has. Data is what the file holds: a mapping, or rows."""

    HAS_OWN_PROVIDERS: bool
    """Whether the file can define a provider that nobody knows."""

    def add(self, data: Any, wish: Wish) -> Any:
        """Return *data* with what is wished for, in place of an entry of the same id in any case; raises UnsayableError."""
        ...

    def remove(self, data: Any, provider: str, model: str, meant: Callable[[str], str]) -> Any:
        """Return *data* without the model of *provider*, which *meant* finds by its key; raises LookupError, which says what is not there."""
        ...


def entries_of(dialect: str) -> Entries:
    """Return what edits files of *dialect*."""
    entries: Entries = import_module(f"{__name__}.{family(dialect)}")
    return entries


class Accounts(Protocol):
    """What changes the accounts of a file. Each raises UnsayableError, and LookupError where an account is not there."""

    def put(self, data: dict[str, Any], identity: str, said: Mapping[str, Any], budgets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return *data* with what is said of an account, in the words of the native form."""
        ...

    def without(self, data: dict[str, Any], identity: str) -> dict[str, Any]:
        """Return *data* without an account."""
        ...

    def with_default(self, data: dict[str, Any], identity: str) -> dict[str, Any]:
        """Return *data* with one account as the only default."""
        ...

    def ranked(self, data: dict[str, Any], identities: Sequence[str]) -> dict[str, Any]:
        """Return *data* with accounts in an order."""
        ...


def accounts_of(dialect: str) -> Accounts | None:
    """Return what edits accounts in files of *dialect*; None: its files have none that could be told apart."""
    name = {"native": "accounts", "sophon": "sophon_accounts"}.get(family(dialect))
    accounts: Accounts | None = None if name is None else import_module(f"{__name__}.{name}")
    return accounts
