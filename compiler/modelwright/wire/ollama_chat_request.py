"""
A request in the words of Ollama's own chat (https://docs.ollama.com/api/chat, as of 2026-08).

A message is one text, with pictures, thinking and calls beside it: several texts become one, those of the model joined as they
are, all others by a line break. Each result of a tool is a message, with the tool's name and the call's id; older servers know
the name only.
"""

from ..ir.chat import Media, Text, Thinking, ToolCall, ToolResult
from .call_ids import CallIds
from .request_body import Losses, base64_text, call_of
from .thinking_levels import can_be_off, is_off, nearest_level
from .unsaid import arguments_of, is_own, no_cache, no_failure, no_single_calls, no_user

PROTOCOL = "ollama-chat"

_OPTIONS = (
    ("max_output_tokens", "num_predict"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("top_k", "top_k"),
    ("seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
)


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    body: dict[str, Any] = {"model": target.model, "messages": _Writer(losses).messages(request.messages), "stream": target.is_stream}
    if request.tools and request.tool_choice != "none":
        body["tools"] = [_tool(tool, losses) for tool in request.tools]
    if request.json_schema is not None:
        body["format"] = request.json_schema
    elif request.json:
        body["format"] = "json"
    think = None if request.thinking is None else _think(request.thinking, target.thinking, losses)
    if think is not None:
        body["think"] = think
    options = _options(request, target)
    if options:
        body["options"] = options
    if request.tool_choice not in (None, "auto", "none"):
        losses.add(f"the tool choice {request.tool_choice!r}", "leave out `tool_choice`, or offer that tool alone", "the model chooses")
    no_single_calls(request, losses)
    no_user(request, losses)
    return call_of(target, body, request.extra, losses)


def _options(request: "Request", target: "Target") -> "dict[str, Any]":
    """Return the model's settings, and the context to be kept for it where the route's quirk names one: what is longer would be cut off without a word."""
    found: dict[str, Any] = {said: value for name, said in _OPTIONS if (value := getattr(request, name)) is not None}
    if request.stop:
        found["stop"] = list(request.stop)
    context_tokens = target.quirks.get("context_tokens")
    if context_tokens:
        found["num_ctx"] = min(context_tokens, target.limits.get("context_tokens", context_tokens))
    return found


def _tool(tool: "Tool", losses: Losses) -> "dict[str, Any]":
    no_cache(tool, losses)
    if tool.strict:
        losses.add("that arguments must fit the schema", "leave out `strict`")
    described = {"description": tool.description} if tool.description else {}
    return {"type": "function", "function": {"name": tool.name, **described, "parameters": tool.parameters}}


def _think(wanted: "str | int", facts: "Mapping[str, Any]", losses: Losses) -> "bool | str | None":
    """
    Return `think` for *wanted*, a level or a number of tokens, where *facts* are the model's `thinking`; None: it is not sent.

    Where the model's ways are unknown what is asked for is sent.
    """
    mode, levels = facts.get("mode", "unspecified"), facts.get("levels", ())
    if mode in ("none", "always"):
        if wanted != "default" and not (mode == "none" and is_off(wanted)):
            losses.add(f"thinking {wanted!r} to a model that has no choice", "leave out `thinking`")
        return None
    if is_off(wanted) and (not levels or can_be_off(facts)):
        return False
    if wanted == "default":
        return True
    wanted = wanted or "none"
    if isinstance(wanted, int) or mode in ("toggle", "budget"):
        losses.add(f"thinking {wanted!r} other than on or off", "use `default` or `none`", "it thinks")
        return True
    if levels and wanted not in levels:
        level = nearest_level(wanted, levels)
        losses.add(f"thinking {wanted!r} to this model", f"use one of {', '.join(levels)}", f"it is {level!r}")
        return level
    return wanted


class _Writer:
    """Writes messages, and knows the names of the tools that were called."""

    __slots__ = ("_ids", "_losses", "_names")

    def __init__(self, losses: Losses) -> None:
        self._ids = CallIds()
        self._losses = losses
        self._names: dict[str, str] = {}
        """By the id that is sent."""

    def messages(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the messages; each result of a tool is one of its own."""
        found: list[dict[str, Any]] = []
        for message in messages:
            if message.role == "assistant" and found and found[-1]["role"] != "assistant":
                self._ids.begin_turn()
            results = [self._result(part) for part in message.content if isinstance(part, ToolResult)]
            rest = [part for part in message.content if not isinstance(part, ToolResult)]
            found += results
            if rest or not results:
                found.append(self._message(message.role, rest))
        return found

    def _message(self, role: str, parts: "Iterable[Text | Media | Thinking | ToolCall | Opaque]") -> "dict[str, Any]":
        texts, thinking, images, calls = [], [], [], []
        opaque: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, Text):
                no_cache(part, self._losses)
                texts.append(part.text)
            elif isinstance(part, Thinking):
                thinking.append(part.text)  # which nobody signs here
            elif isinstance(part, Media):
                images += self._image(part)
            elif isinstance(part, ToolCall):
                calls.append(self._call(part))
            elif is_own(part, PROTOCOL, self._losses):
                opaque.update(part.data)
        found: dict[str, Any] = {"role": role, "content": ("" if role == "assistant" else "\n").join(texts)}
        if any(thinking):
            found["thinking"] = "".join(thinking)
        if images:
            found["images"] = images
        if calls:
            found["tool_calls"] = calls
        return {**found, **opaque}

    def _image(self, part: Media) -> "list[str]":
        no_cache(part, self._losses)
        if part.data is None or part.kind != "image":
            self._losses.add(f"a medium of {part.media_type}" + (" by its URL" if part.data is None else ""), "give the bytes of a picture")
            return []
        for field in ("name", "detail"):
            if getattr(part, field) is not None:
                self._losses.add(f"the {field} of a picture", f"leave out `{field}`")
        return [base64_text(part.data)]

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        number = self._ids.of_call(part.id) if part.id else ""
        self._names[number] = part.name
        return {**({"id": number} if number else {}), "function": {"name": part.name, "arguments": arguments_of(part, self._losses)}}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        no_cache(part, self._losses)
        no_failure(part, self._losses)
        for inner in part.content:
            if not isinstance(inner, Text | Media):
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text and pictures")
        found = self._message("tool", [inner for inner in part.content if isinstance(inner, Text | Media)])
        number = self._ids.of_result(part.call_id)
        name = part.name or self._names.get(number)
        if name is None:
            self._losses.add(f"a result without the tool's name, as that of {part.call_id!r}", "give the ToolResult a `name`", "the call's id alone is sent")
        named = {} if name is None else {"tool_name": name}
        return {**found, **named, **({"tool_call_id": number} if number else {})}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..ir.chat import Message, Opaque, Request, Tool
    from .protocol import Call, Target
