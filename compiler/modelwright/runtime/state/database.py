"""
A file of SQLite that many processes of one machine share: made whole or not at all, opened when first used, anew after a fork.

WAL, so that a process killed at any moment leaves what was committed and nothing else; not flushed at each commit, so that the
machine's own crash may take the last ones. Files on network drives are not for this: WAL needs memory that is shared.
"""

import os
import sqlite3
from _thread import allocate_lock
from time import monotonic, sleep
from weakref import WeakSet

from ..errors import StateError

BUSY_SECONDS = 5.0
_PAUSE_SECONDS = 0.005
_WAL_BYTES = 1 << 21
_IDS = 1 << 22
"""How many ids a process counts before it picks another place to count from; fewer at a time would scatter what it writes."""


class Database:
    """
    The file at *path*. Threads take turns.

    >>> import tempfile
    >>> numbers = Database(os.path.join(tempfile.mkdtemp(), "numbers.sqlite"), application=7, version=1, schema=("CREATE TABLE numbers (n)",), page_bytes=512)
    >>> numbers.write(lambda execute: execute("INSERT INTO numbers VALUES (1), (2)").rowcount)
    2
    >>> numbers.read("SELECT sum(n) FROM numbers")
    [(3,)]

    With *keeps* false what is written is undone as soon as it is done, and the file has to be there: that is for who only looks.
    Raises StateError for everything that SQLite or the file system refuses; nothing has changed then.
    """

    __slots__ = (
        "__weakref__",
        "_application",
        "_busy_seconds",
        "_connection",
        "_execute",
        "_keeps",
        "_last",
        "_left",
        "_lock",
        "_page_bytes",
        "_prepare_connection",
        "_schema",
        "_upgrades",
        "_version",
        "path",
    )

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        application: int,
        version: int,
        schema: "tuple[str, ...]",
        upgrades: "Mapping[int, tuple[str, ...]] | None" = None,
        page_bytes: int,
        busy_seconds: float = BUSY_SECONDS,
        prepare: "Callable[[sqlite3.Connection], object] | None" = None,
        keeps: bool = True,
    ) -> None:
        self.path = os.fspath(path)
        self._application = application
        self._version = version
        self._schema = schema
        self._upgrades = upgrades or {}
        self._busy_seconds = busy_seconds
        self._page_bytes = page_bytes
        self._prepare_connection = prepare
        self._keeps = keeps
        self._lock = allocate_lock()
        self._connection: sqlite3.Connection | None = None
        self._execute: Any = None
        self._last = self._left = 0
        _opened.add(self)

    def __del__(self) -> None:
        if getattr(self, "_connection", None) is not None:
            self._drop()

    def write(self, work: "Callable[[Any], Any]") -> "Any":
        """Return what *work* does: it is given what executes a statement, and happens as a whole, while nobody else writes."""
        with self._lock:
            try:
                if self._connection is None:
                    self._open()
                execute = self._execute
                execute("BEGIN IMMEDIATE")
                answer = work(execute)
                execute("COMMIT" if self._keeps else "ROLLBACK")
            except BaseException as error:
                self._undo(error)
                raise
            return answer

    def read(self, statement: str, values: "Sequence[Any]" = ()) -> "list[Any]":
        """Return the rows of one statement that only reads."""
        with self._lock:
            try:
                if self._connection is None:
                    self._open()
                return self._execute(statement, values).fetchall()  # type: ignore[no-any-return]
            except BaseException as error:
                self._undo(error)
                raise

    def new_id(self) -> int:
        """Return a number that no process has been given before; called within `write`."""
        if not self._left:
            self._last = int.from_bytes(os.urandom(5), "big") * _IDS
            self._left = _IDS - 1
        self._last += 1
        self._left -= 1
        return self._last

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _undo(self, error: BaseException) -> None:
        """Undo what was begun, and raise StateError for what SQLite or the file system says."""
        name = getattr(error, "sqlite_errorname", None) or ""
        is_busy = name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._execute("ROLLBACK")
        except sqlite3.Error:
            self._drop()  # which undoes it too
        if not isinstance(error, sqlite3.Error | OSError):
            return
        if is_busy:
            raise StateError(self.path, f"another process has kept it locked for {self._busy_seconds:g} s", "find out which with `fuser`, and end it") from error
        self._drop()
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise StateError(self.path, f"it is damaged, or no file of SQLite ({error})", "move it away; a new one is made, in which everything counts from zero") from error
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StateError(self.path, reason.lower(), "see that the folder is there, can be written, and has room") from error

    def _open(self) -> None:
        self._make_file()
        # Threads take turns by the lock, so they may share the connection.
        connection = sqlite3.connect(self.path, self._busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            execute = connection.cursor().execute
            self._prepare(execute)
            for setting in ("synchronous=NORMAL", f"wal_autocheckpoint={_WAL_BYTES // self._page_bytes}", "trusted_schema=OFF"):
                execute(f"PRAGMA {setting}")
            if self._prepare_connection is not None:
                self._prepare_connection(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._execute = connection, execute

    def _make_file(self) -> None:
        """Make an empty file that others cannot read, where there is none: SQLite gives its companions the same permissions."""
        if self._keeps:
            os.makedirs(os.path.dirname(os.path.abspath(self.path)), 0o700, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | (os.O_CREAT if self._keeps else 0) | getattr(os, "O_CLOEXEC", 0), 0o600))

    def _prepare(self, execute: "Any") -> None:
        """Put the tables into an empty file, or the newer ones into an earlier version's; several processes may be at it at once, and one does it."""
        until = monotonic() + self._busy_seconds
        while self._lacked(execute):
            if not self._keeps:
                raise StateError(self.path, "it is empty, or of an earlier version", "make a call, which brings it up to date")
            try:
                execute(f"PRAGMA page_size={self._page_bytes}")
                execute("PRAGMA journal_mode=WAL")
                execute("BEGIN IMMEDIATE")
                statements = self._lacks(execute)
                for statement in statements:
                    execute(statement)
                if statements:
                    execute(f"PRAGMA user_version={self._version}")
                    execute(f"PRAGMA application_id={self._application}")
                execute("COMMIT")
            except sqlite3.OperationalError as error:  # the change to WAL does not wait for its turn
                if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY") or monotonic() > until:
                    raise
                sleep(_PAUSE_SECONDS)

    def _lacked(self, execute: "Any") -> "Sequence[str]":
        """Return what the file lacks, as it was at one moment: somebody may be at it."""
        execute("BEGIN")
        statements = self._lacks(execute)
        execute("COMMIT")
        return statements

    def _lacks(self, execute: "Any") -> "Sequence[str]":
        """Return the statements that make the file one of this version; none where it is."""
        tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]  # first: whoever makes them says at once whose they are
        application, version = (execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if (application, version) == (self._application, self._version):
            return ()
        if application == self._application:
            if version in self._upgrades:
                return [statement for number in range(version, self._version) for statement in self._upgrades[number]]
            cure = "upgrade modelwright, or move the file away; a new one is made, in which everything counts from zero"
            raise StateError(self.path, f"its format is version {version}; this modelwright reads version {self._version}", cure)
        if (application, version) != (0, 0) or tables:
            raise StateError(self.path, "it is a database of something else", "name another file")
        return self._schema

    def _after_fork(self) -> None:
        """Leave the parent's connection alone: SQLite forbids to use or to close it here."""
        _left_alone.append(self._connection)
        self._connection, self._execute, self._lock = None, None, allocate_lock()
        self._left = 0


_opened: "WeakSet[Database]" = WeakSet()
_left_alone: "list[sqlite3.Connection | None]" = []


def _forked() -> None:
    for database in list(_opened):
        database._after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch  # Windows forks nothing
    os.register_at_fork(after_in_child=_forked)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any
