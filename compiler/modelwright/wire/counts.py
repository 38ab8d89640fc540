"""What the ways to have tokens counted share: they ask with the request that is to be counted, or with what of it goes into the model."""

from json import loads

from .failure_body import decoded, malformed
from .protocol import Call, TroubleError
from .request_body import body_bytes

_LIMIT = "wants an output limit"
"""What only an answer needs."""


def builds(build: "Build", fields: "Sequence[str] | None" = None, written: "Callable[[dict[str, Any], Target], dict[str, Any]]" = lambda body, _: body) -> "Build":
    """Return the `build` of a form that asks with the body that *build* makes: with no other *fields* than these, and *written* as the form wants it."""

    def built(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
        call = build(request, target, lossy=lossy)
        body = {name: value for name, value in loads(call.body).items() if fields is None or name in fields}
        return Call(call.url, call.headers, body_bytes(written(body, target)), [one for one in call.losses if _LIMIT not in one])

    return built


def reads(form: str, field: str, trouble: "Callable[[int, Mapping[str, str], bytes], Trouble]") -> "Callable[[int, Mapping[str, str], bytes, Target], int]":
    """Return the `read` of *form*, whose answers have the count in *field*; it raises TroubleError, as *trouble* tells a failure, where nothing is counted."""

    def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
        raw = decoded(body)
        found = raw.get(field) if isinstance(raw, dict) else None
        if type(found) is int and found >= 0:
            return found
        if isinstance(raw, dict) and raw.get("error"):
            raise TroubleError(trouble(status, {}, body))
        raise TroubleError(malformed(f"no answer of {form} ({field} counts nothing)", body, status))

    return read


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from ..ir.chat import Request
    from .protocol import Target, Trouble

    class Build(Protocol):
        def __call__(self, request: Request, target: Target, *, lossy: bool = False) -> Call: ...
