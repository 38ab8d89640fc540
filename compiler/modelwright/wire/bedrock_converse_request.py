"""
A request in the words of Converse (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, as botocore 1.44.8 has them).

What the protocol leaves to the model goes into `additionalModelRequestFields`: thinking, and `top_k` where a quirk names its field.
"""

from .anthropic_messages_thinking import is_thinking, sampling
from .bedrock_converse_answer import PROTOCOL
from .bedrock_converse_cache import cache_point, check_points
from .bedrock_converse_thinking import thinking_fields
from .bedrock_converse_turns import Writer
from .request_body import Losses, at, body_bytes, call_of, laid_over
from .unsaid import no_settings, no_single_calls

_EXTRA = "additionalModelRequestFields"
_UNSAID = ("seed", "presence_penalty", "frequency_penalty", "user")
_SCHEMA_NAME = "answer"


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    writer = Writer(losses, keeps_unsigned=bool(target.quirks.get("replay_reasoning")))
    turns = writer.turns(request.messages)
    if not turns and "messages" not in request.extra:
        losses.add("a request without a message", "put something into one of the user", "it has none")
    fields = thinking_fields(request, target, losses)
    settings, more = _settings(request, target, losses, is_thinking=is_thinking(fields))
    fields = laid_over(fields, more)
    tools = _tools(request, writer.called, losses)
    check_points([tools, writer.system, *(turn["content"] for turn in turns)], losses)
    body: dict[str, Any] = {"messages": turns}
    if writer.system:
        body["system"] = writer.system
    if settings:
        body["inferenceConfig"] = settings
    if tools:
        body["toolConfig"] = {"tools": tools, **_tool_choice(request, losses)}
    if fields:
        body[_EXTRA] = fields
    body.update(_schema(request, losses))
    no_single_calls(request, losses)
    no_settings(request, _UNSAID, losses)
    return call_of(target, body, request.extra, losses)


def _settings(request: "Request", target: "Target", losses: Losses, *, is_thinking: bool) -> "tuple[dict[str, Any], dict[str, Any]]":
    """Return the limits and how tokens are picked, and what of that is the model's own."""
    picked = sampling(request, losses, is_thinking=is_thinking)
    found: dict[str, Any] = {} if request.max_output_tokens is None else {"maxTokens": request.max_output_tokens}
    found |= {said: picked[name] for name, said in (("temperature", "temperature"), ("top_p", "topP")) if name in picked}
    if request.stop:
        found["stopSequences"] = list(request.stop)
    field = target.quirks.get("top_k_field")
    if "top_k" in picked and not field:
        losses.add("`top_k` to this model", "leave it out")
    return found, at(str(field), picked["top_k"]) if "top_k" in picked and field else {}


def _tools(request: "Request", called: "list[str]", losses: Losses) -> "list[dict[str, Any]]":
    """Return the tools; where none is declared those that were called are, by their names, for without them a conversation is refused."""
    found: list[dict[str, Any]] = []
    if request.tool_choice == "none" and not called:
        return found
    for tool in request.tools:
        described = {"description": tool.description} if tool.description else {}
        strict = {} if tool.strict is None else {"strict": tool.strict}
        found += [{"toolSpec": {"name": tool.name, **described, "inputSchema": {"json": tool.parameters}, **strict}}, *cache_point(tool.cache, losses)]
    if called and not found and "toolConfig" not in request.extra:
        found = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in dict.fromkeys(called)]
    return found


def _tool_choice(request: "Request", losses: Losses) -> "dict[str, Any]":
    choice = request.tool_choice
    if choice is None:
        return {}
    if choice == "none":
        losses.add("that no tool is called in a conversation in which some were", "leave out `tool_choice`", "the model may call them")
        return {}
    said = {"auto": {}} if choice == "auto" else {"any": {}} if choice == "required" else {"tool": {"name": choice}}
    return {"toolChoice": said}


def _schema(request: "Request", losses: Losses) -> "dict[str, Any]":
    """Return the field that asks for an answer of a schema, which is written as a text."""
    if request.json_schema is None:
        if request.json:
            losses.add("that the answer is any JSON", "give a `json_schema`, or ask for JSON in an instruction")
        return {}
    written = body_bytes(request.json_schema).decode()
    return at("outputConfig.textFormat", {"type": "json_schema", "structure": {"jsonSchema": {"schema": written, "name": _SCHEMA_NAME}}})


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Call, Target
