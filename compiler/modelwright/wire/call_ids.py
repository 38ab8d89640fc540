"""Ids of tool calls: made up where a server gives none, and no two calls of one conversation with the same."""


def made_up(answer: "str | None", number: int) -> str:
    """
    Return an id for call *number* of an *answer* that gave it none, made of what tells the answer from all others; None: nothing does.

    >>> made_up("resp-1", 2), made_up("resp-2", 2), made_up(None, 2)
    ('call_9a8fd09575_2', 'call_6eb53ae421_2', 'call_2')
    """
    if not answer:
        return f"call_{number}"
    from hashlib import sha256

    return f"call_{sha256(answer.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}_{number}"


class CallIds:
    """
    Gives each call of a conversation an id of its own, and each result that of the call it answers: the first of its id not answered yet.

    >>> ids = CallIds()
    >>> [ids.of_call("a"), ids.of_call("a"), ids.of_result("a"), ids.of_result("a"), ids.of_result("b")]
    ['a', 'a_2', 'a', 'a_2', 'b']
    """

    __slots__ = ("_form", "_sent", "_waiting")

    def __init__(self, form: "Callable[[str], str]" = str) -> None:
        self._form = form
        """Makes of an id one of the letters and the length that the route takes."""
        self._sent: set[str] = set()
        self._waiting: dict[str, list[str]] = {}

    def begin_turn(self) -> None:
        """Forget the calls that wait: what was not answered when the model speaks again never is."""
        self._waiting.clear()

    def of_call(self, given: str) -> str:
        """Return the id to send for a call."""
        found, number = self._form(given or "call"), 1
        while found in self._sent:
            number += 1
            found = self._form(f"{given or 'call'}_{number}")
        self._sent.add(found)
        self._waiting.setdefault(given, []).append(found)
        return found

    def of_result(self, given: str) -> str:
        """Return the id to send with a result."""
        waiting = self._waiting.get(given)
        return waiting.pop(0) if waiting else self._form(given)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
