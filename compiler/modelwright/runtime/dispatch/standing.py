"""What is known of routes, for calls of one project and token."""


class StandingOf:
    """As the core is a `Standing` for calls of nobody in particular."""

    __slots__ = ("_core", "_project", "_token", "outcomes")

    def __init__(self, core: "Core", project: "str | None", token: "str | None") -> None:
        self._core, self._project, self._token = core, project, token
        self.outcomes = core.outcomes

    def left(self, candidate: "Candidate") -> "list[tuple[Budget, int, int | None]]":
        return self._core.spending.left(self._core.spender(candidate, self._project, self._token))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..budget import Budget
    from ..routing.candidate import Candidate
    from .core import Core
