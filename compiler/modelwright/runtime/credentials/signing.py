"""What signs requests, where a credential is not sent but proven: one module a kind of auth, imported when first used."""

from importlib import import_module

from ..errors import UsageError

_KINDS = {"aws-sigv4": ("aws_signing", "botocore", "aws")}
"""Kinds of auth, the module that signs for each, the library it needs and the extra that brings that."""


def signer(kind: str, parts: "Mapping[str, str]", scope: "Mapping[str, str]", keys: "Iterable[str]" = ()) -> "Sign | None":
    """
    Return what signs with the *parts* of a secret within *scope*; None: nothing is signed for this *kind* of auth.

    Raises UsageError when the library that signs is missing, or the scope; *keys* are variables that hold a key instead.
    """
    if kind not in _KINDS:
        return None
    module, library, extra = _KINDS[kind]
    missing = [name for name in ("service", "region") if not scope.get(name)]
    if missing:
        raise UsageError(f"a route of {kind} signs for a service and a region, and this one names no {' and no '.join(missing)}")
    try:
        found: Sign = import_module(f"{__package__}.{module}").signer(parts, scope["service"], scope["region"])
    except ImportError:
        other = "".join(f", or set {name}" for name in keys)
        raise UsageError(f"{kind} needs {library}: pip install 'modelwright[{extra}]'{other}") from None
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Sign = Callable[[str, str, Mapping[str, str], bytes, float], dict[str, str]]
    """Given method, URL, headers, body and the time in seconds since 1970, returns the headers to send; the URL is to be sent as it is."""
