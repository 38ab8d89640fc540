"""
A request in the words of Anthropic's Messages (https://docs.anthropic.com/en/api/messages, as of 2026-11).

An answer of a schema is asked for by `output_config.format`, or by the field that the route's quirk `json_schema_field` names. It
is never asked for by forcing a tool: that answer would be a call, would end as one, and could not go with thinking; who wants it
declares the tool and requires it.
"""

from .anthropic_messages_cache import cache_control, check_marks
from .anthropic_messages_thinking import is_thinking, sampling, thinking_fields
from .anthropic_messages_turns import PROTOCOL, Writer
from .protocol import Call
from .request_body import Losses, body_bytes, laid_over, with_content_type
from .unsaid import no_settings

VERSION = "2023-06-01"
"""Of the protocol, where neither header nor quirk names one; every host of it knows this one."""
OUTPUT_TOKENS = 4096
"""The output limit, which the protocol wants, where neither the request nor the model has one."""
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    return Call(target.url, _headers(target), body_bytes(laid_over({"model": target.model, **body_of(request, target, losses)}, request.extra)), losses.told)


def body_of(request: "Request", target: "Target", losses: Losses) -> "dict[str, Any]":
    """Return what *request* is in the words of Messages, without the model and without its `extra`."""
    limit = target.limits.get("output_tokens") if request.max_output_tokens is None else request.max_output_tokens
    choice = _tool_choice(request, losses)
    thinking = _thinking(request, target, limit, choice, losses)
    if limit is None:
        limit = OUTPUT_TOKENS + thinking.get("thinking", {}).get("budget_tokens", 0)
        losses.told.append(f"{losses.protocol} wants an output limit and neither the request nor the model has one: {limit} tokens are sent")
    writer = Writer(losses, keeps_unsigned=bool(target.quirks.get("replay_reasoning")))
    turns = writer.turns(request.messages)
    if not turns and "messages" not in request.extra:
        losses.add("a request without a message", "put something into one of the user", "it has none")
    tools = [_tool(tool, losses) for tool in request.tools]
    check_marks([*tools, *writer.system, *(block for turn in turns for block in turn["content"])], losses)
    body: dict[str, Any] = {str(target.quirks.get("output_limit_field", "max_tokens")): limit}
    if target.is_stream or target.quirks.get("always_stream"):
        body["stream"] = True
    if writer.system:
        body["system"] = writer.system
    body["messages"] = turns
    if tools:
        body["tools"] = tools
    if choice:
        body["tool_choice"] = choice
    body.update(thinking)
    return laid_over(laid_over(body, _schema(request, target, losses)), _settings(request, losses, is_thinking=is_thinking(thinking)))


def _headers(target: "Target") -> "dict[str, str]":
    is_named = any(name.lower() == "anthropic-version" for name in target.headers)
    return with_content_type(target.headers if is_named else {"anthropic-version": str(target.quirks.get("api_version", VERSION)), **target.headers})


def _tool(tool: "Tool", losses: Losses) -> "dict[str, Any]":
    described = {"description": tool.description} if tool.description else {}
    strict = {} if tool.strict is None else {"strict": tool.strict}
    return {"name": tool.name, **described, "input_schema": tool.parameters, **strict, **cache_control(tool.cache, losses)}


def _tool_choice(request: "Request", losses: Losses) -> "dict[str, Any] | None":
    """Return whether and which tools are called, and whether one at a time; a choice is taken only where there are tools."""
    choice = request.tool_choice
    if not request.tools and "tools" not in request.extra:
        if choice not in (None, "auto", "none"):
            losses.add(f"the tool choice {choice!r} without tools", "declare the tool or leave out `tool_choice`")
        return None
    single = {"disable_parallel_tool_use": True} if request.parallel_tools is False and choice != "none" else {}
    if choice is None:
        return {"type": "auto", **single} if single else None
    return {"type": _CHOICES[choice], **single} if choice in _CHOICES else {"type": "tool", "name": choice, **single}


def _thinking(request: "Request", target: "Target", limit: "int | None", choice: "dict[str, Any] | None", losses: Losses) -> "dict[str, Any]":
    if request.thinking is None:
        return {}
    fields = thinking_fields(request.thinking, target, limit, losses)
    if is_thinking(fields) and choice and choice["type"] in ("any", "tool"):
        losses.add("thinking where a tool has to be called", "use the tool choice `auto` or thinking `none`", "thinking is left out")
        return {}
    return fields


def _schema(request: "Request", target: "Target", losses: Losses) -> "dict[str, Any]":
    if request.json_schema is None:
        if request.json:
            losses.add("that the answer is any JSON", "give a `json_schema`, or ask for JSON in an instruction")
        return {}
    field = target.quirks.get("json_schema_field", "output_config.format")
    if not field:
        losses.add("on this route what schema the answer has", "declare a tool with that schema and require it")
        return {}
    written: dict[str, Any] = {"type": "json_schema", "schema": request.json_schema}
    for name in reversed(str(field).split(".")):
        written = {name: written}
    return written


def _settings(request: "Request", losses: Losses, *, is_thinking: bool) -> "dict[str, Any]":
    """Return how tokens are picked and what else there is to say."""
    found = sampling(request, losses, is_thinking=is_thinking)
    if request.stop:
        found["stop_sequences"] = list(request.stop)
    if request.user is not None:
        found["metadata"] = {"user_id": request.user}
    no_settings(request, ("seed", "presence_penalty", "frequency_penalty"), losses)
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request, Tool
    from .protocol import Target
