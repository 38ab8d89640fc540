"""
A request in the words of Chat Completions (https://platform.openai.com/docs/api-reference/chat, as of 2026-11), and of all that is compatible.

Where servers differ the route's quirks say how. What is optional is sent only where it is asked for: servers refuse fields they
do not know.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .openai_calls import CUSTOM, signed_fields, tool_choice
from .openai_media import data_url, file_name, sound
from .openai_schema import answer_form, function
from .openai_thinking import may_think, thinking_fields
from .request_body import Losses, call_of, laid_over
from .thinking_levels import can_be_off, is_off
from .tool_messages import MessageWriter, alone
from .unsaid import is_own, no_cache, no_failure

PROTOCOL = "openai-chat"
SENT_BACK = ("annotations", "audio", "extra_content", "reasoning_details")
"""Fields of an answer's message that servers take back; all others that are kept are for the reader."""

_SETTINGS = ("temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty", "user")
_CHOICES = ("auto", "none", "required")


def build(request: "Request", target: "Target", *, lossy: bool = False, name: str = PROTOCOL) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out. *name* is that of the protocol for people."""
    losses = Losses(name, is_allowed=lossy)
    quirks = target.quirks
    writer = _Writer(losses, target)
    body: dict[str, Any] = {"model": target.model, "messages": [turn for message in request.messages for turn in writer.turns(message)]}
    if request.tools:
        body["tools"] = [{"type": "function", "function": function(tool, losses)} for tool in request.tools]
    choice = tool_choice(request, losses)
    if choice is not None:
        body["tool_choice"] = choice if choice in _CHOICES else {"type": "function", "function": {"name": choice}}
    if request.parallel_tools is not None and request.tools:
        body["parallel_tool_calls"] = request.parallel_tools
    form = answer_form(request, quirks, losses)
    if form:
        kind = form.pop("type")
        body["response_format"] = {"type": kind, **({kind: form} if form else {})}
    if request.max_output_tokens is not None:
        body[quirks.get("output_limit_field", "max_tokens")] = request.max_output_tokens
    for setting in _SETTINGS:
        value = getattr(request, setting)
        if value is not None and (setting != "top_k" or _takes_top_k(quirks, losses)):
            body[setting] = value
    if request.stop:
        body["stop"] = list(request.stop)
    wanted = _thinking(request, target, losses)
    if wanted is not None:
        body = laid_over(body, thinking_fields(wanted, target, "reasoning_effort", losses))
    if quirks.get("store"):
        body["store"] = False
    if target.is_stream or quirks.get("always_stream"):
        body["stream"] = True
        if quirks.get("stream_usage", True):
            body["stream_options"] = {"include_usage": True}
    return call_of(target, body, request.extra, losses)


def _thinking(request: "Request", target: "Target", losses: Losses) -> "str | int | None":
    """Return the thinking to ask for; None: none is mentioned. Where a model thinks unasked and is refused tools for it, it is told not to."""
    wanted, facts = request.thinking, target.thinking
    if not request.tools or not target.quirks.get("tools_without_thinking") or facts.get("mode") == "none" or (wanted is not None and is_off(wanted)):
        return wanted
    cure = "use a provider that speaks openai-responses"
    if facts.get("levels") and not can_be_off(facts):
        losses.add("tools to this model, which always thinks", cure, "they are sent, and may be refused")
        return wanted
    if wanted is not None:
        losses.add(f"thinking {wanted!r} beside tools to this model", f"leave it out, or {cure}", "it does not think")
    else:
        losses.note(f"{losses.protocol} has this model think or call tools: it does not think; {cure} for both")
    return "none"


def _takes_top_k(quirks: "Mapping[str, Any]", losses: Losses) -> bool:
    if not quirks.get("top_k"):
        losses.add("`top_k` to a route that is not known to take it", "leave out `top_k`, or give the route the quirk `top_k`")
    return bool(quirks.get("top_k"))


class _Writer(MessageWriter):
    """Writes messages as the route takes them."""

    __slots__ = ("_marks_cache", "_replays", "_system")

    def __init__(self, losses: Losses, target: "Target") -> None:
        quirks = target.quirks
        length = quirks.get("tool_call_id_length")
        super().__init__(losses, (lambda given: _of_length(given, length)) if length else str)
        self._marks_cache = bool(quirks.get("cache_control"))
        self._replays = bool(quirks.get("replay_reasoning"))
        # A model that does not think may be older than the role.
        self._system = "developer" if quirks.get("developer_role") and may_think(target, None) else "system"

    def _asked(self, role: str, parts: "Iterable[Part]") -> "dict[str, Any]":
        written = [block for part in parts if (block := self._part(part, role)) is not None]
        return {"role": self._system if role == "system" else role, "content": alone(written)}

    def _part(self, part: "Part", role: str) -> "dict[str, Any] | None":
        if isinstance(part, Text):
            return {"type": "text", "text": part.text, **self._cache(part)}
        if isinstance(part, Media) and role == "user":
            written = self._media(part)
            return written and {**written, **self._cache(part)}
        if isinstance(part, Opaque):
            is_own(part, PROTOCOL, self._losses)
        else:
            self._losses.add(f"a {type(part).__name__} in a message of role {role!r}", "move it or leave it out")
        return None

    def _cache(self, part: "Any") -> "dict[str, Any]":
        if part.cache is None or not self._marks_cache:
            no_cache(part, self._losses)
            return {}
        return {"cache_control": {"type": "ephemeral"} if part.cache == "5m" else {"type": "ephemeral", "ttl": part.cache}}

    def _media(self, part: Media) -> "dict[str, Any] | None":
        kind = part.kind
        if part.name is not None and kind in ("image", "video", "audio"):
            self._losses.add(f"the name of a medium of {part.media_type}", "leave out `name`, or say it in a text")
        if part.detail is not None and kind != "image":
            self._losses.add(f"the detail {part.detail!r} of what is no picture", "leave out `detail`")
        if kind in ("image", "video"):
            detail = {"detail": part.detail} if part.detail is not None and kind == "image" else {}
            return {"type": f"{kind}_url", f"{kind}_url": {"url": data_url(part), **detail}}
        if part.data is None:
            self._losses.add(f"a medium of {part.media_type} at a URL", "give its bytes")
            return None
        return {"type": "input_audio", "input_audio": sound(part)} if kind == "audio" else {"type": "file", "file": {"filename": file_name(part), "file_data": data_url(part)}}

    def _assistant(self, parts: "Iterable[Part]") -> "dict[str, Any]":
        said: list[str] = []
        thought: list[str] = []
        calls: list[dict[str, Any]] = []
        kept = {name: value for part in parts if isinstance(part, Opaque) and part.protocol == PROTOCOL for name, value in part.data.items() if name in SENT_BACK}
        for part in parts:
            if isinstance(part, Text):
                no_cache(part, self._losses)
                said.append(part.text)  # joined, for servers imitate parts they are shown in the model's own messages (badlogic/pi-mono, packages/ai)
            elif isinstance(part, Thinking):
                thought.append(part.text if self._replays else "")  # else models think anew each turn
            elif isinstance(part, ToolCall):
                calls.append(self._call(part))
            elif isinstance(part, Opaque):
                is_own(part, PROTOCOL, self._losses)
            elif not (isinstance(part, Media) and part.kind == "audio" and "audio" in kept):
                self._losses.add(f"a {type(part).__name__} in a message of role 'assistant'", "put it into a message of the user")
        turn: dict[str, Any] = {"role": "assistant", "content": "".join(said)} if said or not calls else {"role": "assistant", "content": None}
        if any(thought):
            turn["reasoning_content"] = "".join(thought)
        if calls:
            turn["tool_calls"] = calls
        return {**turn, **kept}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        more, number = signed_fields(part, PROTOCOL), self._ids.of_call(part.id)
        if more.get("type") == CUSTOM:
            return {"id": number, **more, "custom": {"name": part.name, "input": part.arguments}}
        return {**more, "id": number, "type": "function", "function": {"name": part.name, "arguments": part.arguments or "{}"}}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        no_failure(part, self._losses)
        parts = [{"type": "text", "text": inner.text, **self._cache(inner)} for inner in part.content if isinstance(inner, Text)]
        for inner in part.content:
            if not isinstance(inner, Text):
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "put it into a message of the user")
        if part.cache is not None and self._marks_cache and parts:
            parts[-1].update(self._cache(part))
        else:
            no_cache(part, self._losses)
        named = {} if part.name is None else {"name": part.name}
        return {"role": "tool", "tool_call_id": self._ids.of_result(part.call_id), **named, "content": alone(parts)}


def _of_length(given: str, length: int) -> str:
    """Return *given*, or what stands for it where it is not of letters and digits of that *length*."""
    if len(given) == length and given.isascii() and given.isalnum():
        return given
    from hashlib import sha256

    return sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:length]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..ir.chat import Request
    from ..ir.parts import Part
    from .protocol import Call, Target
