"""What OpenAI's two protocols, and all that is compatible with them, say of an answer alike: why it ended, what it used, how it failed."""

from ..ir import chat
from ..ir.usage import Usage
from .failure_body import failure_of, tells
from .protocol import Trouble

STOPS = {
    **dict.fromkeys(("stop", "completed", "eos", "eos_token", "end_turn", "stop_sequence"), chat.STOP),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens"), chat.LENGTH),
    **dict.fromkeys(("tool_calls", "function_call", "tool_use"), chat.TOOL_USE),
    **dict.fromkeys(("content_filter", "sensitive", "refusal"), chat.REFUSAL),
    **dict.fromkeys(("model_context_window_exceeded", "model_length"), chat.OVERFLOW),
}
"""Words of OpenAI and of servers that imitate it; all others are OTHER."""

_FAILURE_FIELDS = ("errors", "message", "msg", "detail", "code")
_WAITS = ("try again in ", "retry in ", "retry after ", "reset after ", "resets in ")
_UNITS = (("milli", "ms"), ("ms", "ms"), ("s", "s"), ("min", "m"), ("h", "h"), ("d", "d"))


def usage_of(said: "Any", searches: int = 0) -> "Usage | None":
    """
    Return what *said* counts; None when it counts nothing. *searches* are those seen in the answer, where they are not counted.

    The total of input includes what came from cache and the total of output includes thinking. Where `total_tokens` is more
    than both, or a part more than its total, the server left the part out of the total, and it is added. Parts that overlap,
    as sound that came from cache, are counted once.
    """
    if not isinstance(said, dict) or not any(_is_count(said.get(name)) for name in _TOTALS):
        return None
    given, made = _count(said, "prompt_tokens", "input_tokens"), _count(said, "completion_tokens", "output_tokens")
    read_of, made_of = _details(said, "prompt_tokens_details", "input_tokens_details"), _details(said, "completion_tokens_details", "output_tokens_details")
    cached = _count(read_of, "cached_tokens") or _count(said, "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens")
    written = _count(read_of, "cache_write_tokens", "cache_creation_input_tokens") or _count(said, "cache_creation_input_tokens")
    thought = _count(made_of, "reasoning_tokens") or _count(said, "reasoning_tokens")
    beyond = _count(said, "total_tokens") - given - made
    if cached + written > given or (0 < beyond == cached + written and thought <= made):
        given, beyond = given + cached + written, 0
    if beyond > 0 and thought in (0, beyond):
        made, thought = made + beyond, beyond
    elif thought > made:
        made += thought
    quantities = {"cache_read_tokens": cached, "cache_write_tokens": written, "reasoning_tokens": thought, "searches": _count(said, "num_search_queries") or searches}
    free_in, free_out = given - cached - written, made - thought
    for name in ("audio", "image") if read_of or made_of else ():
        quantities[f"input_{name}_tokens"] = heard = min(_count(read_of, f"{name}_tokens"), free_in)
        quantities[f"output_{name}_tokens"] = told = min(_count(made_of, f"{name}_tokens"), free_out)
        free_in, free_out = free_in - heard, free_out - told
    return Usage(given, made, **{name: quantity for name, quantity in quantities.items() if quantity})


_TOTALS = ("prompt_tokens", "input_tokens", "completion_tokens", "output_tokens")


def is_failure(raw: "dict[str, Any]") -> bool:
    """Tell whether *raw*, a decoded answer or chunk, reports a failure, also as hosts of other shapes do that."""
    base = raw.get("base_resp")
    return bool(raw.get("error")) or raw.get("object") == "error" or (isinstance(base, dict) and bool(base.get("status_code")))


def trouble_of(raw: "Any", status: "int | None") -> Trouble:
    """
    Return the failure that *raw*, a decoded body or chunk, tells.

    A number in the body is the HTTP status where there is no other: inside a stream, or under a 200. What a host tells of the
    failure of the server behind it goes with the message, for it says more than the host's own words.
    """
    found = failure_of(raw, status)
    data = raw[0] if isinstance(raw, list) and raw else raw
    data = data if isinstance(data, dict) else {}
    error = error if isinstance(error := data.get("error"), dict) else data
    code = error.get("code")
    if (status is None or status < 400) and type(code) is int and 400 <= code <= 599:
        status = code
    about = _details(error, "metadata")
    behind, limit = about.get("raw"), about.get("limit_source")
    message = f"{found.message} ({behind[:500]})" if isinstance(behind, str) and behind.strip() else found.message + _filtered(error)
    kind = (found.type if found.type != "error" else None) or (limit if isinstance(limit, str) else None)
    return Trouble(message, status=status, type=kind, code=found.code, retry_after_seconds=_asked_wait(error, about, message), raw=raw)


trouble = tells(trouble_of)


def _filtered(error: "dict[str, Any]") -> str:
    """Return in words which filters refused the content, where a host names them (https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter)."""
    results = _details(_details(error, "innererror"), "content_filter_result")
    names = [name for name, result in results.items() if isinstance(result, dict) and result.get("filtered")]
    return f" (filtered: {', '.join(names)})" if names else ""


def tells_failure(raw: "Any") -> bool:
    """Tell whether *raw*, which is no answer, reports a failure in whatever shape."""
    data = raw[0] if isinstance(raw, list) and raw else raw
    return isinstance(data, dict) and (is_failure(data) or any(data.get(name) for name in _FAILURE_FIELDS))


def named(value: "Any") -> "str | None":
    """Return *value* when it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def _asked_wait(error: "dict[str, Any]", about: "dict[str, Any]", message: str) -> "float | None":
    """Return the seconds a field names, else the time that *message* names."""
    from ..ir.waits import duration_seconds

    for value in (*(place.get(name) for place in (error, about) for name in ("resets_in_seconds", "retry_after_seconds", "retry_after")), *_delays(error)):
        if isinstance(value, str):
            value = duration_seconds(value)  # noqa: PLW2901  # the same in seconds
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9:
            return float(value)
    lower = message.lower()
    for mark in _WAITS:
        words = lower.partition(mark)[2].split(None, 2)
        if words:
            unit = next((short for begin, short in _UNITS if words[1:] and words[1].startswith(begin)), "")
            wait = duration_seconds(words[0].rstrip(".,;)") + (unit if words[0].isdigit() else ""))
            if wait is not None:
                return wait
    return None


def _delays(error: "dict[str, Any]") -> "list[Any]":
    found = error.get("details")
    return [one.get("retryDelay") for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _count(said: "dict[str, Any]", *names: str) -> int:
    """Return the first of *names* that counts something; 0 when none does."""
    for name in names:  # a generator would take three times as long, and this is asked often
        found = said.get(name)
        if type(found) is int and found > 0:
            return found
    return 0


def _is_count(value: "Any") -> bool:
    return type(value) is int and value >= 0


def _details(said: "dict[str, Any]", *names: str) -> "dict[str, Any]":
    return next((found for name in names if isinstance(found := said.get(name), dict)), {})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
