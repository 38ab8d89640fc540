"""
A server of Redis or Valkey that many machines share, asked by one script: connections, time limits, and what went wrong, in words.

Each thread that asks has a connection meanwhile; none is shared with a forked process. Nothing is asked twice by itself: where no
answer came, nobody knows whether it was done. The user's name and password stay in here.
"""

import os
from hashlib import sha1
from time import time
from urllib.parse import parse_qsl, unquote, urlsplit

from ..errors import StateError, StateForgottenError, UsageError

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 1.0
PREFIX = "modelwright"
USERNAME, PASSWORD = "REDIS_USERNAME", "REDIS_PASSWORD"
_CURE = "see that it runs, and can be reached from here"
_TLS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_FOREIGN = ("something else is kept under the names of modelwright's", "choose another prefix: `?prefix=NAME` at the end of the URL")
_MOVING = ("the keys are being moved to another node of its cluster", "wait until they have been, and name that one")
_FOUND = (
    (("WRONGPASS", "invalid username", "invalid password"), "the user name or the password is wrong", f"see what is in the URL, {USERNAME} and {PASSWORD}"),
    (("NOAUTH", "unauthenticated", "AuthenticationError"), "it wants a password", f"put it into the URL or {PASSWORD}"),
    (("NOPERM", "NoPermissionError"), "its user may not do that", "allow the user the keys of the prefix, and the commands that `docs/budgets.md` lists"),
    (("LOADING", "BusyLoadingError"), "it is starting, and reads its data", "wait until it has"),
    (("READONLY", "ReadOnlyError"), "it is a replica, which cannot be written", "name the primary"),
    (("MASTERDOWN", "MasterDownError"), "it is a replica that has lost its primary", "name the primary"),
    (("MOVED", "MovedError"), "it is a node of a cluster that does not have the keys", "name the node that has them, which `CLUSTER KEYSLOT` and `CLUSTER SLOTS` tell"),
    (("ASK", "AskError"), *_MOVING),
    (("TRYAGAIN", "TryAgainError"), *_MOVING),
    (("CLUSTERDOWN", "ClusterDownError"), "its cluster is down", "see `redis-cli CLUSTER INFO`"),
    (("OOM", "OutOfMemoryError"), "its memory is full", "give it more (`maxmemory`), with `maxmemory-policy noeviction`: what it drops is no longer counted"),
    (("MISCONF",), "it cannot save to its disk, and takes nothing more", "see its log, and the room on its disk"),
    (("NOREPLICAS",), "it has fewer replicas than it needs to take anything", "see `min-replicas-to-write`"),
    (("BUSY",), "a script of somebody keeps it busy", "find out whose it is; `redis-cli SCRIPT KILL` ends it"),
    (("FOREIGN",), *_FOREIGN),
    (("WRONGTYPE",), *_FOREIGN),
    (("DENIED",), "it is in its protected mode, and takes nobody from another machine", "give it a password"),
    (("DB index is out of range", "SELECT is not allowed"), "it has no database of that number", "see `databases` in its settings; a cluster has number 0 alone"),
    (("unknown command", "non deterministic"), "it has no scripts, or such of old", "use Redis 6, Valkey 7, or newer"),
    (("max number of clients",), "it has as many connections as it takes", "raise `maxclients`, or find out whose they are"),
)
"""By words of what the server says, or the library calls it: what that means, and what to do."""


class Server:
    """
    The server at *url*: `redis://[[USER]:PASSWORD@]HOST[:PORT][/NUMBER]`, `rediss://…` with TLS, or `unix://PATH`, with settings after `?`.

    They are `prefix`, of all keys, `connect_seconds` and `answer_seconds`, `db`, and of TLS `ssl_ca_certs`, `ssl_certfile` and
    `ssl_keyfile`. A user's name and password that the URL leaves out are those in *environ*. *script* is the text of what is run.

    Raises UsageError when the URL is none, or the library is missing.
    """

    __slots__ = ("_begun", "_by_sha", "_connection", "_errors", "_free", "_pid", "_whole", "ahead_seconds", "name", "prefix", "timed_at")

    ahead_seconds: "float | None"
    """How far the server's clock is ahead of this machine's; None: it was never asked."""
    timed_at: float
    """When that was found out last, by this machine's clock."""

    def __init__(self, url: str, environ: "Mapping[str, str]", script: str) -> None:
        kind, _, place = url.partition(":")
        try:
            parts = urlsplit(url if place.startswith("//") else f"{kind}://{place}")
            port = parts.port or 6379
        except ValueError:
            raise UsageError(f"the URL of the {kind} store is none; {_FORM}") from None  # which may have a password in it
        settings = dict(parse_qsl(parts.query))
        try:
            connect, answer = (float(settings.pop(name, usual)) for name, usual in (("connect_seconds", CONNECT_SECONDS), ("answer_seconds", ANSWER_SECONDS)))
            number = int(settings.pop("db", "") or (parts.path.strip("/") if kind != "unix" else "") or 0)
        except ValueError:
            raise UsageError(f"a number in the URL of the {kind} store is none; {_FORM}") from None
        prefix = settings.pop("prefix", "") or PREFIX
        if not (parts.path if kind == "unix" else parts.hostname) or not all(0 < seconds <= _MOST_SECONDS for seconds in (connect, answer)) or number < 0:
            raise UsageError(f"the URL of the {kind} store is none; {_FORM}")
        unknown = sorted(set(settings) - set(_TLS if kind == "rediss" else ()))
        if unknown:
            raise UsageError(
                f"the {kind} store has no setting {unknown[0]!r}; known: prefix, connect_seconds, answer_seconds, db{', ' + ', '.join(_TLS) if kind == 'rediss' else ''}"
            )
        tag, end, _ = prefix.partition("{")[2].partition("}")
        self.prefix = prefix if tag and end else f"{{{prefix}}}:"  # what is in braces says which node of a cluster has the keys
        self.name = f"unix://{unquote(parts.path)}" if kind == "unix" else f"{kind}://{parts.hostname}:{port}/{number}"
        given = {
            **settings,
            **({"path": unquote(parts.path)} if kind == "unix" else {"host": parts.hostname, "port": port}),
            **({"ssl_cert_reqs": "required", "ssl_check_hostname": True} if kind == "rediss" else {}),
            "db": number,
            "username": unquote(parts.username or "") or environ.get(USERNAME) or None,
            "password": unquote(parts.password or "") or environ.get(PASSWORD) or None,
            "socket_connect_timeout": connect,
            "socket_timeout": answer,
            "protocol": 2,
        }
        library = _library()
        kind_of_connection: Any = getattr(library, {"redis": "Connection", "rediss": "SSLConnection", "unix": "UnixDomainSocketConnection"}[kind])
        self._connection: Callable[[], Any] = lambda: kind_of_connection(**given)
        self._errors = library.exceptions
        self._whole = _packed(b"EVAL", script.encode(), b"1", self.prefix.encode())
        self._by_sha = _packed(b"EVALSHA", sha1(script.encode(), usedforsecurity=False).hexdigest().encode(), b"1", self.prefix.encode())
        self._pid = os.getpid()
        self._free: list[Any] = []
        self._begun: bytes | None = None
        self.ahead_seconds, self.timed_at = None, 0.0

    def ask(self, *words: "str | int") -> "Any":
        """Return what the script makes of *words*; raises StateError, also where it was done and what was booked before is gone."""
        if self._pid != os.getpid():
            self._pid, self._free = os.getpid(), []
        connection = self._free_one() or self._connection()
        try:
            began = time()
            seconds, micros, answer, begun = self._answer(connection, words)
            ended = time()
        except BaseException as error:
            connection.disconnect()
            self.close()  # the name may lead to another server by now, as when a replica has taken over
            if isinstance(error, self._errors.RedisError | OSError):
                raise self._said(error) from None  # what the library says may repeat what it was given
            raise
        self._free.append((connection, ended))
        self._note_time(int(seconds) + int(micros) / 1e6, began, ended)
        if begun is not None:
            before, self._begun = self._begun, begun
            if before not in (None, begun):
                raise StateForgottenError(self.name, *_FORGOTTEN)
        return answer

    def close(self) -> None:
        """Let go of the connections; the next question opens new ones."""
        free, self._free = self._free, []
        for connection, _ in free:
            connection.disconnect()

    def _free_one(self) -> "Any":
        """Return a connection that is open and still; None when there is none."""
        while self._free:
            try:
                connection, used_at = self._free.pop()
            except IndexError:  # another thread was quicker
                break
            idle_seconds = time() - used_at
            if 0 <= idle_seconds < _FRESH_SECONDS:
                return connection
            try:
                if 0 <= idle_seconds < _KEPT_SECONDS and not connection.can_read(0):
                    return connection
            except (self._errors.RedisError, OSError):  # the server has closed it
                pass
            connection.disconnect()
        return None

    def _answer(self, connection: "Any", words: "Sequence[str | int]") -> "Any":
        packed = _packed(*[str(word).encode() for word in words])
        count = 4 + len(words)
        try:
            connection.send_packed_command([b"*%d\r\n%b%b" % (count, self._by_sha, packed)])
            return connection.read_response()
        except self._errors.NoScriptError:
            connection.send_packed_command([b"*%d\r\n%b%b" % (count, self._whole, packed)])
            return connection.read_response()

    def _note_time(self, at: float, began: float, ended: float) -> None:
        """Have the clock as near as can be to what it was thought to be: the server's was read between the two moments."""
        ahead = self.ahead_seconds
        self.ahead_seconds = at - (began + ended) / 2 if ahead is None else min(max(ahead, at - ended), at - began)
        self.timed_at = ended

    def _said(self, error: Exception) -> StateError:
        """Return *error* in words, without what the user gave."""
        if isinstance(error, self._errors.TimeoutError):
            return StateError(self.name, "it does not answer in time", _CURE)
        text = f"{getattr(error, 'status_code', None) or ''} {type(error).__name__} {error}"
        for words, reason, cure in _FOUND:
            if any(word in text for word in words):
                return StateError(self.name, reason, cure)
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        return StateError(self.name, reason[:_LONGEST].rstrip(".").lower() or type(error).__name__, _CURE)

    def __repr__(self) -> str:
        return f"<Server {self.name}>"


_FORGOTTEN = ("it has forgotten what was booked, as when it is started anew", "`appendonly yes` lets it remember")
_LONGEST = 200
_MOST_SECONDS = 3600.0
_FRESH_SECONDS = 1.0
"""How long a connection is taken to be open without a look."""
_KEPT_SECONDS = 60.0
"""How long one that nobody uses is used again: what is between may forget it later, and tell neither side."""
_FORM = "write redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH, with a number of the database and settings behind it where need be"


def _packed(*words: bytes) -> bytes:
    return b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words])


def _library() -> "Any":
    try:
        import redis
    except ModuleNotFoundError:
        raise UsageError("a store on Redis needs the library `redis`; install it: pip install 'modelwright[redis]'") from None
    return redis


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any
