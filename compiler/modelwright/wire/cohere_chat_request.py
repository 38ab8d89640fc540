"""
A request in the words of Cohere's Chat, version 2 (https://docs.cohere.com/reference/chat, as of 2026-08).

Each result of a tool is a message. What the model planned before it called tools is a thought whose signature is the field it
came in, so that it goes back there; other thoughts are blocks, which nobody signs here.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .cohere_chat_thinking import thinking
from .openai_media import data_url
from .request_body import Losses, call_of
from .tool_messages import MessageWriter, alone
from .unsaid import is_own, no_cache, no_failure, no_single_calls, no_user

PROTOCOL = "cohere-chat"
PLAN = "tool_plan"
"""The field of an answer's message with the plan; the signature of such a thought, too."""

_SETTINGS = (
    ("temperature", "temperature"),
    ("top_p", "p"),
    ("top_k", "k"),
    ("seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
)


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    writer = _Writer(losses, takes_thinking=target.thinking.get("mode") != "none")
    body: dict[str, Any] = {"model": target.model, "stream": target.is_stream, "messages": [turn for message in request.messages for turn in writer.turns(message)]}
    body |= _tools(request, losses)
    form = _response_format(request, losses)
    if form:
        body["response_format"] = form
    if request.max_output_tokens is not None:
        body[target.quirks.get("output_limit_field", "max_tokens")] = request.max_output_tokens
    body |= {said: value for name, said in _SETTINGS if (value := getattr(request, name)) is not None}
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.thinking is not None:
        limits = (request.max_output_tokens, target.limits.get("output_tokens"))
        wanted = thinking(request.thinking, target.thinking, min((limit for limit in limits if limit is not None), default=None), losses)
        body |= {} if wanted is None else {"thinking": wanted}
    no_single_calls(request, losses)
    no_user(request, losses)
    return call_of(target, body, request.extra, losses)


def _tools(request: "Request", losses: Losses) -> "dict[str, Any]":
    """Return the fields of tools. One that has to be called is offered alone, for a name cannot be said."""
    choice, tools = request.tool_choice, request.tools
    if choice not in (None, "auto", "none", "required"):
        named = tuple(tool for tool in tools if tool.name == choice)
        if not named and "tools" not in request.extra:
            losses.add(f"the tool choice {choice!r}, which is no tool's name", "declare the tool or leave out `tool_choice`")
            choice = None
        tools = named or tools
    found: dict[str, Any] = {"tools": [_tool(tool, losses) for tool in tools]} if tools else {}
    if any(tool.strict for tool in tools):
        found["strict_tools"] = True
        if not all(tool.strict for tool in tools):
            losses.add("that the arguments of some tools only must fit their schemas", "set `strict` for all tools or none", "all must fit")
    if choice in (None, "auto") or (choice == "none" and not tools):
        return found
    if tools or "tools" in request.extra:
        return {**found, "tool_choice": "NONE" if choice == "none" else "REQUIRED"}
    losses.add("that tools are called where there are none", "declare them or leave out `tool_choice`")
    return found


def _tool(tool: "Tool", losses: Losses) -> "dict[str, Any]":
    no_cache(tool, losses)
    described = {"description": tool.description} if tool.description else {}
    return {"type": "function", "function": {"name": tool.name, **described, "parameters": tool.parameters}}


def _response_format(request: "Request", losses: Losses) -> "dict[str, Any] | None":
    if request.json_schema is None and not request.json:
        return None
    if request.tools:
        losses.add("the form of the answer beside tools", "leave out `json` and `json_schema`, or the tools")
        return None
    return {"type": "json_object"} if request.json_schema is None else {"type": "json_object", "json_schema": request.json_schema}


class _Writer(MessageWriter):
    """Writes messages."""

    __slots__ = ("_takes_thinking",)

    def __init__(self, losses: Losses, *, takes_thinking: bool) -> None:
        super().__init__(losses)
        self._takes_thinking = takes_thinking

    def _asked(self, role: str, parts: "Iterable[Part]") -> "dict[str, Any]":
        return {"role": role, "content": alone(self._blocks(parts, f"a message of role {role!r}", "text and pictures", takes_pictures=role == "user"))}

    def _blocks(self, parts: "Iterable[Part]", where: str, takes: str, *, takes_pictures: bool = False) -> "list[dict[str, Any]]":
        found = []
        for part in parts:
            if isinstance(part, Text):
                no_cache(part, self._losses)
                found.append({"type": "text", "text": part.text})
            elif isinstance(part, Media) and part.kind == "image" and takes_pictures:
                found.append(self._picture(part))
            elif isinstance(part, Opaque):
                found += [part.data] if is_own(part, PROTOCOL, self._losses) else []
            else:
                what = f"a medium of {part.media_type}" if isinstance(part, Media) else f"a {type(part).__name__}"
                self._losses.add(f"{what} in {where}", f"give {takes}")
        return found

    def _picture(self, part: Media) -> "dict[str, Any]":
        no_cache(part, self._losses)
        if part.name is not None:
            self._losses.add("the name of a picture", "leave out `name`, or say it in a text")
        detail = {} if part.detail is None else {"detail": part.detail}
        return {"type": "image_url", "image_url": {"url": data_url(part), **detail}}

    def _assistant(self, parts: "Iterable[Part]") -> "dict[str, Any]":
        blocks: list[dict[str, Any]] = []
        plan, calls = "", []
        kept: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, Thinking):
                if part.over(PROTOCOL).signature == PLAN:
                    plan += part.text
                elif self._takes_thinking and part.text:
                    blocks.append({"type": "thinking", "thinking": part.text})
                elif part.text:
                    self._losses.thinking()
            elif isinstance(part, ToolCall):
                calls.append({"id": self._ids.of_call(part.id), "type": "function", "function": {"name": part.name, "arguments": part.arguments or "{}"}})
            elif isinstance(part, Opaque):
                data = part.data if is_own(part, PROTOCOL, self._losses) else {}
                blocks += data.get("content", ())
                kept |= {name: data[name] for name in ("citations",) if name in data}
            else:
                blocks += self._blocks((part,), "a message of role 'assistant'", "it in a message of the user")
        turn: dict[str, Any] = {"role": "assistant"}
        if blocks or not (calls or plan):
            turn["content"] = alone(blocks)
        if plan:
            turn[PLAN] = plan
        if calls:
            turn["tool_calls"] = calls
        return {**turn, **kept}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        no_cache(part, self._losses)
        no_failure(part, self._losses)
        blocks = self._blocks(part.content, "a tool's result", "text, or put it into a message of the user")
        return {"role": "tool", "tool_call_id": self._ids.of_result(part.call_id), "content": alone(blocks)}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Request, Tool
    from ..ir.parts import Part
    from .protocol import Call, Target
