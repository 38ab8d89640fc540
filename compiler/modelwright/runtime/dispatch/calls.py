"""From what a caller says to a call that can be run, and to its routes."""

from ...ir.chat import Request
from ..routing.candidate import Routing
from ..routing.needs import Needs
from .core import Core, Options
from .engine import Run
from .steps import Work


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
    asked = request if isinstance(request, Request) else Request(request, **settings)
    if settings and asked is request:
        raise TypeError(f"the request is made already; put {', '.join(settings)} into it")
    wanted = core.chosen(session) if ref is None else ref
    said = "" if wanted is None else wanted if isinstance(wanted, str) else ",".join(wanted)
    options = Options(is_stream=is_stream, lossy=lossy, project=project, token=token, tags=tags)

    def routed() -> Run:
        standing = core.standing(project, token)
        routing = core.router.route(wanted, core.needs_of(asked, needs, lossy=lossy), agent=agent, task=task, standing=standing, **core.facts_of(asked))
        return Run(core, asked, routing, said, options)

    return Later(routed) if core.is_asking_intent else routed()


class Later:
    """A call whose routes are looked for when it begins, since a plug is asked that may take long."""

    def __init__(self, routed: "Callable[[], Run]") -> None:
        self._routed = routed

    def steps(self) -> "Generator[Any, Any, Answer]":
        """Yield what is to be done, as `Run.steps` does."""
        found: Run = yield Work(self._routed)
        return (yield from found.steps())


def route(
    core: Core, ref: "str | Sequence[str] | None", needs: "Any" = None, *, session: "str | None" = None, project: "str | None" = None, token: "str | None" = None, **more: "Any"
) -> "Routing":
    """Return the routes as things are."""
    standing = core.standing(project, token)
    found = core.router.route(core.chosen(session) if ref is None else ref, Needs.of(needs or ()), standing=standing, **more)
    return Routing(core.now_of(found, standing), found.warning)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from typing import Any

    from ...ir.chat import Message
    from .answer import Answer
