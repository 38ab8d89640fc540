"""
A request in the words of Responses (https://platform.openai.com/docs/api-reference/responses, as of 2026-11).

Nothing is stored: the whole conversation is sent each time, and what the model thought goes back encrypted, as it came.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .call_ids import CallIds
from .failure_body import decoded
from .openai_calls import CUSTOM, signed_fields, tool_choice
from .openai_media import data_url, file_name
from .openai_schema import answer_form, function
from .openai_thinking import may_think, thinking_fields
from .request_body import Losses, call_of, laid_over
from .unsaid import is_own, no_cache, no_failure, no_settings

PROTOCOL = "openai-responses"
PICTURE_CALL = "image_generation_call"
MESSAGE_NOTE = "message"
"""Key of an Opaque after the texts of one message, with what was said of the message and has to go back with it."""

_SAID = ("temperature", "top_p", "user")
_UNSAID = ("top_k", "seed", "presence_penalty", "frequency_penalty")
_CHOICES = ("auto", "none", "required")


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    body = body_of(request, target, losses)
    return call_of(target, body, request.extra, losses)


def body_of(request: "Request", target: "Target", losses: Losses) -> "dict[str, Any]":
    """Return the body that asks *request* of *target*, without the caller's own fields; what cannot be said goes to *losses*."""
    quirks = target.quirks
    messages = list(request.messages)
    body: dict[str, Any] = {"model": target.model}
    instructions = _one_text(messages[0]) if messages[0].role == "system" and len(messages) > 1 else None
    if instructions is not None:
        body["instructions"] = instructions
        del messages[0]
    writer = _Writer(losses, "developer" if quirks.get("developer_role") else "system")
    body["input"] = [item for message in messages for item in writer.items(message)]
    if request.tools:
        body["tools"] = [{"type": "function", **function(tool, losses)} for tool in request.tools]
    choice = tool_choice(request, losses)
    if choice is not None:
        body["tool_choice"] = choice if choice in _CHOICES else {"type": "function", "name": choice}
    if request.parallel_tools is not None and request.tools:
        body["parallel_tool_calls"] = request.parallel_tools
    form = answer_form(request, quirks, losses)
    if form:
        body["text"] = {"format": form}
    if request.max_output_tokens is not None:
        body[quirks.get("output_limit_field", "max_output_tokens")] = request.max_output_tokens
    body.update({name: value for name in _SAID if (value := getattr(request, name)) is not None})
    no_settings(request, _UNSAID, losses)
    if request.stop:
        losses.add("`stop`", "leave it out")
    if request.thinking is not None:
        body = laid_over(body, thinking_fields(request.thinking, target, "reasoning.effort", losses))
    if may_think(target, request.thinking):
        body["include"] = ["reasoning.encrypted_content"]
    body["store"] = False
    if target.is_stream or quirks.get("always_stream"):
        body["stream"] = True
    return body


def _one_text(message: "Message") -> "str | None":
    part = message.content[0] if len(message.content) == 1 else None
    return part.text if isinstance(part, Text) and part.cache is None else None


class _Writer:
    """Writes messages as items."""

    __slots__ = ("_before", "_custom_ids", "_ids", "_losses", "_system")

    def __init__(self, losses: Losses, system: str) -> None:
        self._losses = losses
        self._system = system
        self._before = ""
        self._custom_ids: set[str] = set()
        self._ids = CallIds()

    def items(self, message: "Message") -> "Iterator[dict[str, Any]]":
        """Yield *message*: texts and media that follow each other are one item, all else is an item of its own."""
        if message.role == "assistant" != self._before:
            self._ids.begin_turn()
        self._before = message.role
        content: list[dict[str, Any]] = []
        is_empty = True
        has_picture_call = any(isinstance(part, Opaque) and part.data.get("type") == PICTURE_CALL for part in message.content)
        for part in message.content:
            if isinstance(part, Text) or (isinstance(part, Media) and not (has_picture_call and message.role == "assistant" and part.kind == "image")):
                content += self._content(part, message.role)
                continue
            if isinstance(part, Opaque) and part.protocol == PROTOCOL and "type" not in part.data and content:
                if MESSAGE_NOTE in part.data:
                    yield {**self._message(message.role, content), **part.data[MESSAGE_NOTE]}
                    content, is_empty = [], False
                else:
                    content[-1].update(part.data)
                continue
            item = self._item(part)
            if item is not None:
                if content:
                    yield self._message(message.role, content)
                    content = []
                is_empty = False
                yield item
        if content or (is_empty and message.role not in ("tool", "assistant")):
            yield self._message(message.role, content)

    def _message(self, role: str, content: "list[dict[str, Any]]") -> "dict[str, Any]":
        return {"type": "message", "role": {"system": self._system, "tool": "user"}.get(role, role), "content": content}

    def _content(self, part: "Text | Media", role: str) -> "list[dict[str, Any]]":
        no_cache(part, self._losses)
        if isinstance(part, Text):
            return [{"type": "output_text" if role == "assistant" else "input_text", "text": part.text}]
        if role in ("assistant", "system"):
            self._losses.add(f"a Media in a message of role {role!r}", "put it into a message of the user")
            return []
        return self._media(part)

    def _media(self, part: Media) -> "list[dict[str, Any]]":
        kind = part.kind
        if kind in ("audio", "video"):
            self._losses.add(f"a medium of {part.media_type}", "give a text or pictures of it, or use a route of another protocol")
            return []
        if part.name is not None and kind == "image":
            self._losses.add("the name of a picture", "leave out `name`, or say it in a text")
        detail = {} if part.detail is None else {"detail": part.detail}
        if kind == "image":
            return [{"type": "input_image", "image_url": data_url(part), **detail}]
        where = {"file_url": part.url} if part.data is None else {"file_data": data_url(part)}
        return [{"type": "input_file", **({"filename": file_name(part)} if part.data is not None or part.name is not None else {}), **where, **detail}]

    def _item(self, part: "Part") -> "dict[str, Any] | None":
        if isinstance(part, Thinking):
            return self._thinking(part)
        if isinstance(part, ToolCall):
            return self._call(part)
        if isinstance(part, ToolResult):
            return self._result(part)
        if not isinstance(part, Opaque):
            return None  # a picture the model made: the call that made it goes back whole
        if is_own(part, PROTOCOL, self._losses) and "type" in part.data:
            return part.data
        if part.protocol == PROTOCOL and MESSAGE_NOTE not in part.data:
            self._losses.add(f"{', '.join(part.data)} without the text they belong to", "leave the Opaque out")
        return None

    def _thinking(self, part: Thinking) -> "dict[str, Any] | None":
        """Return the item that is kept as the signature, unless there is nothing in it that the server does not know only by its id: it stores nothing."""
        signature = part.over(PROTOCOL).signature
        item = None if signature is None else decoded(signature.encode("utf-8", "surrogatepass"))
        if isinstance(item, dict) and item.get("type") == "reasoning":
            return item if item.get("encrypted_content") or item.get("content") else None
        if part.text:
            self._losses.thinking()
        return None

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        more, number = signed_fields(part, PROTOCOL), self._ids.of_call(part.id)
        if more.pop("type", None) == CUSTOM:
            self._custom_ids.add(number)
            return {**more, "type": "custom_tool_call", "call_id": number, "name": part.name, "input": part.arguments}
        return {**more, "type": "function_call", "call_id": number, "name": part.name, "arguments": part.arguments or "{}"}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        no_cache(part, self._losses)
        no_failure(part, self._losses)
        output: list[dict[str, Any]] = []
        for inner in part.content:
            if isinstance(inner, Text | Media):
                output += self._content(inner, "tool")
            else:
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text and media")
        is_text = len(output) == 1 and output[0]["type"] == "input_text"
        number = self._ids.of_result(part.call_id)
        kind = "custom_tool_call_output" if number in self._custom_ids else "function_call_output"
        return {"type": kind, "call_id": number, "output": output[0]["text"] if is_text else output or ""}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..ir.chat import Message, Request
    from ..ir.parts import Part
    from .protocol import Call, Target
