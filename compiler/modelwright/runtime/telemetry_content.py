"""
What was asked and said, as attributes of OpenTelemetry's conventions for generative AI; `telemetry.py` records it for those who ask for it.

They are JSON text, which every exporter takes. Of media there are kind and place, without what may sign it, and never the bytes; of what
is a provider's own, as signatures of thinking, there is nothing.
"""

import json

from ..ir.parts import Media, Text, Thinking, ToolCall, ToolResult


def asked(request: "Request") -> "dict[str, str]":
    """Return what *request* says: instructions, which are the system messages before all others, then messages and tools."""
    count = next((index for index, message in enumerate(request.messages) if message.role != "system"), len(request.messages))
    found = {
        "gen_ai.system_instructions": [part for message in request.messages[:count] for part in _parts(message.content)],
        "gen_ai.input.messages": [{"role": message.role, "parts": _parts(message.content)} for message in request.messages[count:]],
        "gen_ai.tool.definitions": [{"type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters} for tool in request.tools],
    }
    return {name: json.dumps(value) for name, value in found.items() if value}


def said(response: "Response") -> "dict[str, str]":
    """Return what *response* says, also where it broke off."""
    return {"gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": _parts(response.content)}])}


def _parts(content: "Iterable[Part]") -> "list[dict[str, Any]]":
    return [_part(part) for part in content]


def _part(part: "Part") -> "dict[str, Any]":
    if isinstance(part, Text):
        return {"type": "text", "content": part.text}
    if isinstance(part, Thinking):
        return {"type": "reasoning", "content": part.text}
    if isinstance(part, ToolCall):
        return {"type": "tool_call", "id": part.id, "name": part.name, "arguments": _arguments(part)}
    if isinstance(part, ToolResult):
        return {"type": "tool_call_response", "id": part.call_id, "response": _parts(part.content)}
    if isinstance(part, Media):
        return _medium(part)
    return {"type": str(part.data.get("type", "other"))}


def _arguments(part: ToolCall) -> "dict[str, Any] | str":
    try:
        return part.parsed()
    except ValueError:
        return part.arguments


def _medium(part: Media) -> "dict[str, Any]":
    known = {"mime_type": part.media_type, "modality": "document" if part.kind == "pdf" else part.kind}
    if part.url is None or part.url.startswith("data:"):
        return {"type": "blob", **known}
    scheme, mark, place = part.url.partition("?")[0].partition("#")[0].partition("://")
    return {"type": "uri", **known, "uri": f"{scheme}{mark}{place.rpartition('@')[2]}"}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Request, Response
    from ..ir.parts import Part
