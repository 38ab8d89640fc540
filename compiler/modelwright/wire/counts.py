"""What the ways to have tokens counted share."""

from json import loads

from .failure_body import decoded, malformed
from .protocol import Call, TroubleError
from .request_body import body_bytes


def kept(call: Call, fields: "Sequence[str]") -> Call:
    """Return *call* with no other *fields* in its body: what does not go into the model is not counted, and not asked with."""
    body = loads(call.body)
    return Call(call.url, call.headers, body_bytes({name: value for name, value in body.items() if name in fields}), call.losses)


def counted(form: str, status: int, body: bytes, field: str, trouble: "Callable[[int, Mapping[str, str], bytes], Trouble]") -> int:
    """Return what *field* of *body* counts; raises TroubleError where it counts nothing."""
    raw = decoded(body)
    found = raw.get(field) if isinstance(raw, dict) else None
    if type(found) is int and found >= 0:
        return found
    if isinstance(raw, dict) and raw.get("error"):
        raise TroubleError(trouble(status, {}, body))
    raise TroubleError(malformed(f"no answer of {form} ({field} counts nothing)", body, status))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .protocol import Trouble
