"""Read listings over the network: all at once, each within its bounds, none touching another. Nothing else here opens a socket."""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

from ..version import VERSION
from .answers import MAX_REFUSAL_BYTES, REDIRECTS, Answer
from .conversation import PassingError, Patience, converse
from .kept import Outcome, is_same_credential, kept, settled
from .limits import STANDARD, Limits
from .reading import Ask, Reading, replay, unread
from .states import STATES, UnreadError
from .unpack import Unpacking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

    import httpx

    from .adapter import Request
    from .censor import Censor
    from .recording import Recording, Store

__all__ = ["STATES", "Ask", "Limits", "Reading", "gather", "replay"]

_MAX_REDIRECTS = 5
_MAX_LOOKUPS = 256
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")
"""They write down addresses and headers, and so credentials."""


def gather(
    asks: Sequence[Ask],
    *,
    now: Callable[[], float],
    cache: Store | None,
    limits: Limits = STANDARD,
    use_fresh: bool = True,
    network: bool = True,
    record: Store | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    on_done: Callable[[Reading], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
) -> list[Reading]:
    """
    Return what came of every source, in the order of *asks*; *on_done* hears of each as it ends.

    Whatever servers do is a state of their source. Without *network* only what *cache* holds is read, whatever its age;
    with *use_fresh* what is young enough is read from there too. *now* gives seconds since 1970. Raises what *on_done*
    raises, OSError when *record* cannot be written to, ValueError for a source that is no id, RuntimeError in a running event loop.
    """
    outcomes: dict[int, Outcome] = {}

    def finish(number: int, outcome: Outcome) -> None:
        outcomes[number] = outcome
        if on_done is not None:
            on_done(outcome[0])

    waiting: dict[int, tuple[Ask, Recording | None]] = {}
    for number, ask in enumerate(asks):
        known = kept(ask, cache)
        outcome = settled(ask, known, limits, now(), use_fresh=use_fresh, network=network)
        if outcome is None:
            waiting[number] = (ask, known if is_same_credential(ask, known) else None)
        else:
            finish(number, outcome)
    if waiting:
        gathering = _Gathering(limits, now, transport, sleep, jitter, cache)
        with _unlogged():
            asyncio.run(gathering.run(waiting, finish))
    if record is not None:
        for reading, recording in outcomes.values():
            if recording is not None:
                record.save(reading.listing.source, recording.portable())
    return [outcomes[number][0] for number in range(len(asks))]


class _Gathering:
    """What the sources of one gathering share."""

    def __init__(
        self,
        limits: Limits,
        now: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None,
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
        cache: Store | None,
    ) -> None:
        self._limits, self._now, self._transport, self._sleep, self._jitter, self._cache = limits, now, transport, sleep, jitter, cache
        self._certificates: Any = None

    async def run(self, waiting: Mapping[int, tuple[Ask, Recording | None]], finish: Callable[[int, Outcome], None]) -> None:
        """Read all that is *waiting*, and *finish* each as it ends or when time is up."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(_Lookups(min(_MAX_LOOKUPS, len(waiting) * max(1, self._limits.attempts))))
        deadline = loop.time() + self._limits.total_seconds
        turns = asyncio.Semaphore(max(1, self._limits.concurrent))
        tasks = {asyncio.create_task(self._in_turn(turns, ask, known)): number for number, (ask, known) in waiting.items()}
        pending = set(tasks)
        try:
            while pending and (left_seconds := deadline - loop.time()) > 0:
                done, pending = await asyncio.wait(pending, timeout=left_seconds, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(done, key=tasks.__getitem__):
                    finish(tasks[task], self._cached(task.result()))
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        for task in sorted(pending, key=tasks.__getitem__):
            finish(tasks[task], (unread(waiting[tasks[task]][0], _no_answer(self._limits.total_seconds)), None))

    def _cached(self, outcome: Outcome) -> Outcome:
        reading, recording = outcome
        if recording is not None and self._cache is not None:
            try:
                self._cache.save(reading.listing.source, recording)
            except (OSError, ValueError) as error:
                from dataclasses import replace

                return replace(reading, detail=f"read, but not kept for later: {getattr(error, 'strerror', None) or error}"), recording
        return outcome

    async def _in_turn(self, turns: asyncio.Semaphore, ask: Ask, known: Recording | None) -> Outcome:
        async with turns:
            try:
                return await self._read(ask, known)
            except UnreadError as error:
                return unread(ask, error), None
            except TimeoutError:
                return unread(ask, _no_answer(self._limits.source_seconds)), None
            except Exception as error:  # noqa: BLE001  # one source's surprise is its own; the text could quote a credential
                return unread(ask, UnreadError("unreachable", f"asking failed with {type(error).__name__}")), None

    async def _read(self, ask: Ask, known: Recording | None) -> Outcome:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.source_seconds
        patience = Patience(now=self._now, sleep=self._sleep, jitter=self._jitter, left_seconds=lambda: deadline - loop.time())
        async with asyncio.timeout_at(deadline), self._client(ask) as client:
            return await converse(ask, known, _Line(ask, client, self._now).send, patience, self._limits)

    def _client(self, ask: Ask) -> httpx.AsyncClient:
        """Return a client for *ask* alone, so that no cookie and no connection is another's. Raises UnreadError when the environment allows none."""
        import httpx

        try:
            self._certificates = self._certificates or httpx.create_ssl_context()
            return httpx.AsyncClient(
                transport=self._transport,
                verify=self._certificates if ask.is_certificate_checked else False,
                timeout=httpx.Timeout(None, connect=self._limits.connect_seconds),
                mounts=dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]")),  # a proxy cannot reach what runs on this machine
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise UnreadError("unreachable", f"a proxy or certificate variable of the environment cannot be used ({type(error).__name__})") from None


class _Line:
    """Sends one source's requests, and its credential to one place only."""

    def __init__(self, ask: Ask, client: httpx.AsyncClient, now: Callable[[], float]) -> None:
        self._ask, self._client, self._now, self._censor = ask, client, now, ask.censor()

    async def send(self, request: Request, conditions: Mapping[str, str], room: int) -> Answer:
        """Return the answer to *request*, redirects followed. Raises UnreadError; PassingError where another attempt may help."""
        import httpx

        try:
            headers = httpx.Headers({"Accept": "application/json", "User-Agent": f"modelwright/{VERSION}"})
            for more in (self._ask.headers, conditions, {"Accept-Encoding": "gzip"}):
                headers.update(more)
            return await self._follow(request, headers, room)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise UnreadError("unreachable", "the address is none that can be asked") from None
        except httpx.TransportError as error:
            raise _failure(error, self._censor) from None

    async def _follow(self, asked: Request, headers: httpx.Headers, room: int) -> Answer:
        import httpx

        url, method, body = httpx.URL(asked.url), asked.method, asked.body
        if not _is_same_place(httpx.URL(self._ask.listing.url), url):
            raise UnreadError("malformed", "the listing's next page is on another server")
        parameters = {**asked.query, **self._ask.query}
        for _ in range(_MAX_REDIRECTS + 1):
            url = url.copy_merge_params(parameters) if parameters else url
            request = self._client.build_request(method, url, headers=headers, json=body)
            if self._ask.sign is not None:  # the address, the body and the time; other headers a proxy may change
                request.headers.update(self._ask.sign(method, str(url), {}, request.content, self._now()))
            async with aclosing(await self._client.send(request, stream=True)) as response:
                if response.status_code not in REDIRECTS or "location" not in response.headers:
                    return await _received(response, room)
                target = url.join(response.headers["location"]).copy_with(userinfo=url.userinfo, fragment=None)
            if not _is_same_place(url, target):
                raise UnreadError("unreachable", f"redirected to another server, `{self._censor.text(_place(target))}`, where the credential must not go")
            url, parameters = target, dict(self._ask.query)
            method, body = ("GET", None) if response.status_code == 303 else (method, body)
        raise UnreadError("unreachable", f"redirected more than {_MAX_REDIRECTS} times")


async def _received(response: httpx.Response, room: int) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    unpacking = Unpacking(headers.get("content-encoding", ""), room)
    chunks: AsyncIterator[bytes] = response.aiter_raw()
    if 200 <= response.status_code < 300:
        async for chunk in chunks:
            unpacking.take(chunk)
        return Answer(status=response.status_code, headers=headers, body=unpacking.whole())
    unpacking = Unpacking(headers.get("content-encoding", ""), MAX_REFUSAL_BYTES)
    try:
        async for chunk in chunks:
            unpacking.take(chunk)
    except UnreadError:
        pass  # the beginning says enough
    return Answer(status=response.status_code, headers=headers, body=unpacking.so_far())


def _place(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")


def _is_same_place(from_: httpx.URL, to: httpx.URL) -> bool:
    """Tell whether *to* may see what *from_* saw: the same server, or the same host over TLS."""
    is_raised = (from_.scheme, to.scheme) == ("http", "https")
    return from_.host == to.host and (is_raised or (from_.scheme, from_.port) == (to.scheme, to.port))


def _failure(error: httpx.TransportError, censor: Censor) -> UnreadError:
    import ssl

    import httpx

    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and len(causes) < 10:
        causes.append(cause)
    said = censor.text(str(error)).rstrip(".")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return UnreadError("unreachable", f"TLS failed: {said}")
    kind = PassingError if not isinstance(error, httpx.ProxyError | httpx.LocalProtocolError) else UnreadError
    what = "no connection" if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) else "the connection failed"
    return kind("unreachable", f"{what}: {said or type(error).__name__}")


def _no_answer(seconds: float) -> UnreadError:
    return UnreadError("unreachable", f"no answer within {seconds:g} s")


class _Lookups(ThreadPoolExecutor):
    """Threads for looking up names: one each, so that a slow one keeps no other waiting, and none waited for at the end."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # the pool's signature
        super().shutdown(wait=False, cancel_futures=True)


@contextmanager
def _unlogged() -> Iterator[None]:
    def drop(_record: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(drop)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(drop)
