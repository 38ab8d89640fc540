"""
A request in the words of Cohere's Chat, version 2 (https://docs.cohere.com/reference/chat, as of 2026-08).

Each result of a tool is a message. What the model planned before it called tools is a thought whose signature is the field it
came in, so that it goes back there; other thoughts are blocks, which nobody signs here.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .call_ids import CallIds
from .cohere_chat_thinking import thinking
from .openai_media import data_url
from .protocol import Call
from .request_body import Losses, body_bytes, laid_over, with_content_type

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


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
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
    if request.parallel_tools is False:
        losses.add("that tools are called one at a time", "leave out `parallel_tools`")
    if request.user is not None:
        losses.add("who the user is", "leave out `user`")
    return Call(target.url, with_content_type(target.headers), body_bytes(laid_over(body, request.extra)), losses.told)


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
    _no_cache(tool, losses)
    described = {"description": tool.description} if tool.description else {}
    return {"type": "function", "function": {"name": tool.name, **described, "parameters": tool.parameters}}


def _response_format(request: "Request", losses: Losses) -> "dict[str, Any] | None":
    if request.json_schema is None and not request.json:
        return None
    if request.tools:
        losses.add("the form of the answer beside tools", "leave out `json` and `json_schema`, or the tools")
        return None
    return {"type": "json_object"} if request.json_schema is None else {"type": "json_object", "json_schema": request.json_schema}


def _no_cache(part: "Any", losses: Losses) -> None:
    if part.cache is not None:
        losses.add("what to keep in a cache", "leave out `cache`; what repeats is cached by itself")


class _Writer:
    """Writes messages."""

    __slots__ = ("_before", "_ids", "_losses", "_takes_thinking")

    def __init__(self, losses: Losses, *, takes_thinking: bool) -> None:
        self._before = ""
        self._ids = CallIds()
        self._losses = losses
        self._takes_thinking = takes_thinking

    def turns(self, message: "Message") -> "Iterator[dict[str, Any]]":
        """Yield *message*; each result of a tool in it is a message of its own, before the rest."""
        if message.role == "assistant" != self._before:
            self._ids.begin_turn()
        self._before = message.role
        rest = []
        for part in message.content:
            if isinstance(part, ToolResult):
                yield self._result(part)
            else:
                rest.append(part)
        if message.role == "assistant":
            yield self._assistant(rest)
        elif rest or message.role != "tool":
            role = "user" if message.role == "tool" else message.role
            yield {"role": role, "content": _alone(self._blocks(rest, f"a message of role {role!r}", "text and pictures", takes_pictures=role == "user"))}

    def _blocks(self, parts: "Iterable[Part]", where: str, takes: str, *, takes_pictures: bool = False) -> "list[dict[str, Any]]":
        found = []
        for part in parts:
            if isinstance(part, Text):
                _no_cache(part, self._losses)
                found.append({"type": "text", "text": part.text})
            elif isinstance(part, Media) and part.kind == "image" and takes_pictures:
                found.append(self._picture(part))
            elif isinstance(part, Opaque):
                found += [part.data] if self._is_own(part) else []
            else:
                what = f"a medium of {part.media_type}" if isinstance(part, Media) else f"a {type(part).__name__}"
                self._losses.add(f"{what} in {where}", f"give {takes}")
        return found

    def _picture(self, part: Media) -> "dict[str, Any]":
        _no_cache(part, self._losses)
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
                data = part.data if self._is_own(part) else {}
                blocks += data.get("content", ())
                kept |= {name: data[name] for name in ("citations",) if name in data}
            else:
                blocks += self._blocks((part,), "a message of role 'assistant'", "it in a message of the user")
        turn: dict[str, Any] = {"role": "assistant"}
        if blocks or not (calls or plan):
            turn["content"] = _alone(blocks)
        if plan:
            turn[PLAN] = plan
        if calls:
            turn["tool_calls"] = calls
        return {**turn, **kept}

    def _is_own(self, part: Opaque) -> bool:
        if part.protocol != PROTOCOL:
            self._losses.add(f"a part of {part.protocol}", "leave it out")
        return part.protocol == PROTOCOL

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        _no_cache(part, self._losses)
        if part.is_error:
            self._losses.add("that a tool failed", "say so in the text of its result", "its result is sent as any other")
        blocks = self._blocks(part.content, "a tool's result", "text, or put it into a message of the user")
        return {"role": "tool", "tool_call_id": self._ids.of_result(part.call_id), "content": _alone(blocks)}


def _alone(blocks: "list[dict[str, Any]]") -> "str | list[dict[str, Any]]":
    """Return *blocks*, or the text where there is nothing else."""
    if not blocks:
        return ""
    return blocks[0]["text"] if len(blocks) == 1 and blocks[0].keys() == {"type", "text"} else blocks


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..ir.chat import Message, Request, Tool
    from ..ir.parts import Part
    from .protocol import Target
