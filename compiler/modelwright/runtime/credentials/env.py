"""An environment variable: those the account names, else those of the route; of several the first that is set."""

from .answer import KEY, Found, Missing


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return the first variable that is set and holds no placeholder."""
    unset: dict[str, None] = {}
    held: dict[str, None] = {}
    for name, route in _names(step, search):
        value = search.environ.get(name, "").strip()
        if value and not search.is_placeholder(value):
            return Found(f"env:{name}", f"{name} is set", route or search.route_for(value) or search.routes[0], lambda value=value: {KEY: value})  # type: ignore[misc]  # mypy does not infer it
        (held if value else unset)[name] = None
    said = [*_said([*unset], "is not set", "are not set"), *_said([*held], "holds a placeholder", "hold placeholders")]
    return Missing("; ".join(said) or "no variable is named", applies=bool(said))


def _names(step: "Mapping[str, Any]", search: "Search") -> "Iterator[tuple[str, dict[str, Any] | None]]":
    """Yield each variable with the route whose own it is; None: the account names it."""
    routes = [route for route in search.routes if search.carries(route, (KEY,))]
    if "names" in step:
        yield from ((name, None) for name in step["names"] if routes)
    else:
        yield from ((name, route) for route in routes for name in route["auth"].get("env", ()))


def _said(names: "list[str]", of_one: str, of_many: str) -> "Iterator[str]":
    if names:
        yield f"{', '.join(names[:-1])} and {names[-1]} {of_many}" if names[1:] else f"{names[0]} {of_one}"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .search import Search
