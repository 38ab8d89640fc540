"""What Gemini answers, chunk by chunk: its parts, why it stopped and what it used. Whichever of its services speaks is the `protocol` that its signatures are for."""

from json import dumps

from ..ir.chat import LENGTH, OTHER, PAUSE, REFUSAL, STOP, TOOL_USE, Media, Opaque
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, UsageSeen
from ..ir.usage import Usage
from .answer_shape import BROKEN, count, text
from .call_ids import made_up
from .failure_body import decoded, failure_of, malformed, tells
from .protocol import Trouble, TroubleError

_REASONS = {
    "STOP": STOP,
    "FUNCTION_CALL": TOOL_USE,  # only imitations of the API say it
    "MAX_TOKENS": LENGTH,
    "CONTINUATION": PAUSE,
    **dict.fromkeys(("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION", "PUP_LIMITED_DISABLED"), REFUSAL),
    **dict.fromkeys(("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"), REFUSAL),
}
"""All others are OTHER, among them MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL and MISSING_THOUGHT_SIGNATURE."""
_READ = frozenset(("content", "finishReason", "index", "tokenCount", "safetyRatings"))
"""What of a candidate is read; the rest is kept whole, as are the ratings of one that was refused."""
_TEXT, _THOUGHT = "text", "thought"
_ANSWERS = ("candidates", "promptFeedback", "usageMetadata")


def reads(protocol: str, said: "Callable[[Any], Any]" = lambda chunk: chunk) -> "Callable[[int, Mapping[str, str], bytes], Response]":
    """Return the `read` of *protocol*, whose chunks *said* takes out of their wrapping."""

    def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
        return _answer_of(protocol, status, body, said)

    return read


def _answer_of(protocol: str, status: int, body: bytes, said: "Callable[[Any], Any]") -> "Response":
    from .assemble import Assembler

    raw = decoded(body)
    chunks = raw if isinstance(raw, list) and raw else [raw]
    answer, assembler = Answer(protocol), Assembler()
    for chunk in chunks:
        if isinstance(chunk, dict) and chunk.get("error"):
            raise TroubleError(trouble_of(chunk, status))
        events: list[Any] = []
        try:
            inner = said(chunk)
            if not isinstance(inner, dict) or not any(name in inner for name in _ANSWERS):
                raise TypeError("no candidates")
            answer.take(inner, events)
        except BROKEN as error:
            raise TroubleError(malformed(f"no answer of {protocol} ({error})", body, status)) from None
        for event in events:
            assembler.take(event)
    return assembler.of(chunks[0] if len(chunks) == 1 else {"chunks": chunks})


class Answer:
    """Takes chunks in their order and gives events; `is_done` when it was said why the model stopped."""

    __slots__ = ("_calls", "_id", "_index", "_is_started", "_kind", "_protocol", "_searches", "_used", "is_done")

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol
        self._id: str | None = None
        self._index = -1
        self._kind: str | None = None
        self._calls = 0
        self._searches = 0
        self._is_started = False
        self._used: Any = None
        self.is_done = False

    def take(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        """Add the events of *chunk* to *events*; raises ValueError, TypeError, KeyError or AttributeError where it is no chunk of this protocol."""
        if not self._is_started:
            self._start(chunk, events)
        for candidate in chunk.get("candidates") or ():
            if candidate.get("index"):
                self._keep({"candidate": candidate}, events)
                continue
            content = candidate.get("content")
            if content:
                for part in content.get("parts") or ():
                    self._part(part, events)
            if len(candidate) > 2 or "finishReason" in candidate or not content:
                self._end(candidate, events)
        if "promptFeedback" in chunk:
            self._feedback(chunk["promptFeedback"], events)
        used = chunk.get("usageMetadata")
        if used is not None and used != self._used:
            self._used = used
            events.append(UsageSeen(usage(used, self._searches)))

    def _start(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        self._is_started = True
        named = _texts(chunk.get("responseId"), chunk.get("modelVersion"))
        self._id = named[0]
        if any(named):
            events.append(Started(*named))

    def _part(self, part: "dict[str, Any]", events: "list[Any]") -> None:
        said = part.get("text")
        if len(part) == 1 and said is not None:
            if text(said):
                if self._kind is not _TEXT:
                    self._next(_TEXT)
                events.append(TextDelta(self._index, said))
            return
        signature = part.get("thoughtSignature")
        if signature is not None:
            text(signature)
        if said is not None and part.keys() <= {"text", "thought", "thoughtSignature"}:
            self._signed_text(text(said), bool(part.get("thought")), signature, events)
        elif "functionCall" in part and part.keys() <= {"functionCall", "thoughtSignature"} and part["functionCall"].keys() <= {"id", "name", "args"}:
            self._call(part["functionCall"], signature, events)
        elif part.keys() <= {"inlineData", "thoughtSignature"} and "inlineData" in part:
            self._medium(part["inlineData"], signature, events)
        elif part:
            self._keep(part, events)

    def _signed_text(self, said: str, is_thought: bool, signature: "str | None", events: "list[Any]") -> None:
        """Say *said*, which has an index of its own where it is signed: what is signed must come back as it was."""
        kind = _THOUGHT if is_thought else _TEXT
        if signature is None:
            if said:
                index = self._index if self._kind is kind else self._next(kind)
                events.append(ThinkingDelta(index, said) if is_thought else TextDelta(index, said))
        elif is_thought:
            events.append(ThinkingDelta(self._next(None), said, signature, None, self._protocol))
        else:
            self._lend(signature, events)
            if said:
                events.append(TextDelta(self._next(None), said))

    def _call(self, call: "dict[str, Any]", signature: "str | None", events: "list[Any]") -> None:
        self._calls += 1
        index = self._next(None)
        arguments = call.get("args")
        if arguments is not None and not isinstance(arguments, dict):
            raise TypeError("the arguments of a call are no object")
        name, given = text(call["name"]), dumps(arguments or {}, ensure_ascii=False, separators=(",", ":"))
        number = text(call.get("id") or made_up(self._id or name + given, self._calls))
        events.append(ToolCallStart(index, number, name, signature, None if signature is None else self._protocol))
        events.append(ToolCallDelta(index, given))

    def _medium(self, blob: "dict[str, Any]", signature: "str | None", events: "list[Any]") -> None:
        from binascii import a2b_base64

        if signature is not None:
            self._lend(signature, events)
        data = a2b_base64(text(blob["data"]).replace("-", "+").replace("_", "/"))
        events.append(MediaSeen(self._next(None), Media(text(blob["mimeType"]), data, name=_texts(blob.get("displayName"))[0])))

    def _lend(self, signature: str, events: "list[Any]") -> None:
        events.append(ThinkingDelta(self._next(None), "", signature, None, self._protocol))

    def _end(self, candidate: "dict[str, Any]", events: "list[Any]") -> None:
        word = candidate.get("finishReason")
        reason = None if word is None else _REASONS.get(text(word), OTHER)
        rest = {name: value for name, value in candidate.items() if name not in _READ or (reason == REFUSAL and name == "safetyRatings")}
        if rest:
            self._keep({"candidate": rest}, events)
            queries = (rest.get("groundingMetadata") or {}).get("webSearchQueries")
            if queries:
                self._searches = max(self._searches, sum(bool(query) for query in queries))
        if reason is not None:
            self.is_done = True
            events.append(Stopped(TOOL_USE if reason == STOP and self._calls else reason, word))

    def _feedback(self, feedback: "dict[str, Any]", events: "list[Any]") -> None:
        word = feedback.get("blockReason")
        if word is not None:
            self._keep({"promptFeedback": feedback}, events)
            self.is_done = True
            events.append(Stopped(REFUSAL, text(word)))

    def _keep(self, data: "dict[str, Any]", events: "list[Any]") -> None:
        events.append(OpaqueSeen(self._next(None), Opaque(self._protocol, data)))

    def _next(self, kind: "str | None") -> int:
        self._index += 1
        self._kind = kind
        return self._index


def usage(said: "dict[str, Any]", searches: int = 0) -> Usage:
    """
    Return the `usageMetadata` *said* as a usage.

    The prompt's count includes what came from cache, but neither the results of the provider's own tools nor, among the
    candidates', thinking; those are added. Sound and pictures are counted without those from cache.
    """
    cached, thought = count(said, "cachedContentTokenCount"), count(said, "thoughtsTokenCount")
    given = max(count(said, "promptTokenCount") + count(said, "toolUsePromptTokenCount"), cached)
    made = count(said, "candidatesTokenCount") + thought
    quantities = {"cache_read_tokens": cached, "reasoning_tokens": thought, "searches": searches}
    if _is_more_than_text(said.get("promptTokensDetails")) or _is_more_than_text(said.get("candidatesTokensDetails")):
        free_in, free_out = given - cached, made - thought
        for modality, name in (("AUDIO", "audio"), ("IMAGE", "image")):
            heard = sum(_modality(said, f"{kind}TokensDetails", modality) for kind in ("prompt", "toolUsePrompt")) - _modality(said, "cacheTokensDetails", modality)
            quantities[f"input_{name}_tokens"] = heard = min(max(heard, 0), free_in)
            quantities[f"output_{name}_tokens"] = told = min(_modality(said, "candidatesTokensDetails", modality), free_out)
            free_in, free_out = free_in - heard, free_out - told
    return Usage(given, made, **quantities)


def trouble_of(raw: "Any", status: "int | None") -> Trouble:
    """
    Return the failure that *raw*, a decoded body or chunk, tells.

    The type is the status word, the code the reason in the details where there is one, and the message names the quotas
    that were exceeded, for they tell a minute's limit from a day's. The number in the body is the HTTP status where there
    is no other: inside a stream, or under a 200.
    """
    found = failure_of(raw, status)
    data = raw[0] if isinstance(raw, list) and raw else raw
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return found
    code = error.get("code")
    if (status is None or status < 400) and isinstance(code, int) and 400 <= code <= 599:
        status = code
    details = [detail for detail in error.get("details") or () if isinstance(detail, dict)] if isinstance(error.get("details"), list) else []
    quotas = [violation["quotaId"] for detail in details for violation in _list(detail, "violations") if isinstance(violation.get("quotaId"), str)]
    reason = next((detail["reason"] for detail in details if isinstance(detail.get("reason"), str)), found.code)
    message = found.message + (f" ({', '.join(quotas)})" if quotas else "")
    return Trouble(message, status=status, type=found.type, code=reason, retry_after_seconds=_delay(details, found.message), raw=raw)


trouble = tells(trouble_of)


def _delay(details: "list[dict[str, Any]]", message: str) -> "float | None":
    """Return the `retryDelay`, else the time after "retry in" or "reset after" in *message*, in seconds."""
    from ..ir.waits import duration_seconds

    said = next((detail["retryDelay"] for detail in details if "retryDelay" in detail), None)
    if isinstance(said, str):
        return duration_seconds(said)
    lower = message.lower()
    for mark in ("retry in ", "reset after "):
        _, found, rest = lower.partition(mark)
        if found and rest.strip():
            return duration_seconds(rest.split()[0].rstrip(".,;"))
    return None


def _list(data: "dict[str, Any]", name: str) -> "list[dict[str, Any]]":
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _is_more_than_text(details: "Any") -> bool:
    """Tell whether *details* may count anything but text; most count text alone, once."""
    return isinstance(details, list) and not (len(details) == 1 and isinstance(details[0], dict) and details[0].get("modality") == "TEXT")


def _modality(said: "dict[str, Any]", name: str, modality: str) -> int:
    return sum(count(detail, "tokenCount") for detail in _list(said, name) if detail.get("modality") == modality)


def _texts(*values: "Any") -> "list[str | None]":
    return [value if isinstance(value, str) and value else None for value in values]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..ir.chat import Response
