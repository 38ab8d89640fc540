"""From what a caller says to what can be run: a call, texts to embed, a count of tokens; and to routes."""

from ...ir.chat import Request
from ..routing.candidate import UNFIT, Routing
from ..routing.needs import Needs
from ..routing.pinned import pinned
from .core import Core, Options
from .engine import Run
from .standing import as_is
from .steps import Work
from .tasks.chat import Chat


def run(
    core: Core,
    ref: "str | Sequence[str] | None",
    request: "Request | str | Iterable[Message]",
    *,
    is_stream: bool,
    needs: "Any" = None,
    agent: "str | None" = None,
    task: "str | None" = None,
    session: "str | None" = None,
    project: "str | None" = None,
    token: "str | None" = None,
    tags: "Mapping[str, str] | None" = None,
    lossy: bool = False,
    **settings: "Any",
) -> "Run | Later":
    """Return the call, not begun; the arguments are those of `Dispatcher.complete`."""
    asked = _request(request, settings)
    options = Options(lossy=lossy, project=project, token=token, tags=tags)

    def routed() -> Run:
        wanted = core.chosen(session) if ref is None else ref
        standing = core.standing(project, token)
        routing = core.router.route(wanted, core.needs_of(asked, needs, lossy=lossy), agent=agent, task=task, standing=standing, **core.facts_of(asked))
        return core.begun(Chat(asked, is_stream=is_stream), routing, _said(wanted), options)

    return Later(routed) if core.is_asking_intent else routed()


class Later:
    """What is *made*, with its routes looked for, when it begins: a plug, or a store on another machine, is asked and may take long."""

    def __init__(self, made: "Callable[[], Asked]") -> None:
        self._made = made

    def steps(self) -> "Generator[Any, Any, Any]":
        """Yield what is to be done, as `Run.steps` does."""
        found: Asked = yield Work(self._made)
        return (yield from found.steps())


def embed(
    core: Core,
    ref: "str | Sequence[str]",
    texts: "str | Iterable[str]",
    *,
    dimensions: "int | None" = None,
    purpose: "str | None" = None,
    extra: "dict[str, Any] | None" = None,
    project: "str | None" = None,
    token: "str | None" = None,
    tags: "Mapping[str, str] | None" = None,
    lossy: bool = False,
) -> "Batches":
    """Return the call for vectors, not begun; the arguments are those of `Dispatcher.embed`."""
    from ...ir.embeddings import EmbeddingRequest
    from .batches import Batches

    asked = EmbeddingRequest(texts, dimensions=dimensions, purpose=purpose, extra=extra)
    routing = _of_models(core, ref, "vectors of two models cannot be compared", core.standing(project, token))
    return Batches(core, asked, routing, _said(ref), Options(lossy=lossy, project=project, token=token, tags=tags))


def count(core: Core, ref: "str | Sequence[str]", request: "Request | str | Iterable[Message]", *, exact: bool = False, lossy: bool = False, **settings: "Any") -> "Counting":
    """Return the count of tokens, not begun; the arguments are those of `Dispatcher.count_tokens`."""
    from .counting import Counting
    from .tasks.count import Count

    asked = _request(request, settings)
    routing = _of_models(core, ref, "each model counts its own way", core.standing(None, None))
    return Counting(core.begun(Count(asked), routing, _said(ref), Options(lossy=lossy, project=None, token=None, tags=None)), asked, is_exact=exact)


def route(
    core: Core, ref: "str | Sequence[str] | None", needs: "Any" = None, *, session: "str | None" = None, project: "str | None" = None, token: "str | None" = None, **more: "Any"
) -> "Routing":
    """Return the routes as things are."""
    standing = core.standing(project, token)
    found = core.router.route(core.chosen(session) if ref is None else ref, Needs.of(needs or ()), standing=standing, **more)
    return as_is(core, found, standing)


def _request(request: "Request | str | Iterable[Message]", settings: "Mapping[str, Any]") -> Request:
    asked = request if isinstance(request, Request) else Request(request, **settings)
    if settings and asked is request:
        raise TypeError(f"the request is made already; put {', '.join(settings)} into it")
    return asked


def _of_models(core: Core, ref: "str | Sequence[str]", reason: str, standing: "Standing") -> Routing:
    """Return the routes to the models that *ref* names; a fallback that the user's files name is none here, for *reason*."""
    refs = (ref,) if isinstance(ref, str) else tuple(ref)
    wanted = {pinned(core.registry, one)[0].ref for one in refs}
    found = core.router.route(ref if isinstance(ref, str) else refs, standing=standing)
    return Routing([one if one.model.ref in wanted or not one.is_kept else one.skipped(f"it is not what was asked for, and {reason}", UNFIT) for one in found], found.warning)


def _said(ref: "str | Sequence[str] | None") -> str:
    return "" if ref is None else ref if isinstance(ref, str) else ",".join(ref)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from typing import Any

    from ...ir.chat import Message
    from ..routing.router import Standing
    from .batches import Batches
    from .counting import Counting

    Asked = Run | Later | Batches | Counting
    """What has `steps`."""
