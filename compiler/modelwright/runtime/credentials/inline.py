"""A secret that stands in the user's own file, read from there when it is needed; the compiled registry only says where."""

from hashlib import sha256

from ..errors import StoredSecretError
from .answer import KEY, Found, Missing, UnreadableError
from .files import decode, read, value_at


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """
    Return the secret at the pointers of *step*.

    Raises StoredSecretError when the file is not the one that was compiled: what stands at a pointer now may be a key of
    somebody else's, and would be sent to the wrong place.
    """
    pointers = step.get("pointers")
    if not pointers:
        return Missing("no secret stands in the file", applies=False)
    place = search.locate(step["file"])
    if place is None:
        raise StoredSecretError(f"nobody knows where {step['file']} is on this machine", "run `providers compile` here")
    path, digest = place
    try:
        content = read(path)
        data = decode(content, path)
    except UnreadableError as error:
        problem = str(error)
    else:
        if digest is not None and sha256(content).hexdigest() != digest:
            raise StoredSecretError(f"{path} changed since it was compiled", "run `providers compile`")
        return _in(data, pointers, path, search, step["file"])
    raise StoredSecretError(problem, "mend it, and run `providers compile`")


def _in(data: "Any", pointers: "Mapping[str, str]", path: str, search: "Search", file: str) -> "Found | Missing":
    parts = {name: value.strip() for name, pointer in pointers.items() if isinstance(value := value_at(data, steps_of(pointer)), str) and value.strip()}
    first = next(iter(pointers.values()))
    where = f"{file.rpartition('/')[2]}#{first}"
    if not parts or any(map(search.is_placeholder, parts.values())):
        return Missing(f"{path} has {'a placeholder' if parts else 'nothing'} at {first}")
    route = search.route_for(parts.get(KEY), parts)
    if route is None:
        missing = sorted(set(pointers) - set(parts))
        return Missing(f"{path} has nothing at {pointers[missing[0]]}" if missing else f"none of its routes takes {' and '.join(parts)} alone")
    return Found(f"inline:{where}", f"it stands in {path} at {first}", route, lambda: parts)


def steps_of(pointer: str) -> "list[str]":
    """Return the steps of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
