"""
A request in the words of Gemini's generateContent (https://ai.google.dev/api/generate-content, as of 2026-11).

Schemas go as JSON Schema (`parametersJsonSchema`, `responseJsonSchema`), not in the OpenAPI subset of `parameters`: nothing of
a schema is lost so. A signature belongs to one part: on a call it is the call's, on thinking the thinking's, and a `Thinking`
without text lends its signature to the text or medium that follows it, or stands alone as a part with empty text.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .call_ids import CallIds
from .google_generative_thinking import thinking_config
from .protocol import Call
from .request_body import Losses, base64_text, call_of
from .unsaid import arguments_of, is_own, no_cache, no_single_calls, no_user

PROTOCOL = "google-generative"
ANSWER_ONLY = ("candidate", "promptFeedback")
"""Keys of what is kept of an answer beside its parts: for the reader, and not to be sent back."""

_CHOICES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_DETAILS = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "ultra_high": "ULTRA_HIGH"}
_SETTINGS = (
    ("max_output_tokens", "maxOutputTokens"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("seed", "seed"),
    ("presence_penalty", "presencePenalty"),
    ("frequency_penalty", "frequencyPenalty"),
)
_EMPTY = {"text": ""}
"""A part that is refused, and with which nothing is lost, unless it is signed (google-gemini/deprecated-generative-ai-python#697)."""
_UNSIGNED = "skip_thought_signature_validator"
"""Signature for a call another model made: from Gemini 3 on the first call of a turn must have one (https://ai.google.dev/gemini-api/docs/thought-signatures)."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(PROTOCOL, is_allowed=lossy)
    return call_of(target, body_of(request, target, losses), request.extra, losses)


def body_of(request: "Request", target: "Target", losses: Losses) -> "dict[str, Any]":
    """Return what *request* is in the words of Gemini, without its `extra`; the protocol of *losses* is the one whose signatures go back."""
    writer = _Writer(losses, bool(target.quirks.get("replay_reasoning")) and target.thinking.get("mode") == "levels")
    body: dict[str, Any] = {}
    contents = writer.contents(request.messages)
    if writer.system:
        body["systemInstruction"] = {"parts": writer.system}
    body["contents"] = contents
    if not contents and "contents" not in request.extra:
        losses.add("a request without a message", "put something into one of the user", "it has none")
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool, losses) for tool in request.tools]}]
    choice = _tool_config(request)
    if choice:
        body["toolConfig"] = {"functionCallingConfig": choice}
    settings = _settings(request, target, losses)
    if settings:
        body["generationConfig"] = settings
    no_single_calls(request, losses)
    no_user(request, losses)
    return body


def _declaration(tool: "Tool", losses: Losses) -> "dict[str, Any]":
    no_cache(tool, losses)
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "parametersJsonSchema": tool.parameters}


def _tool_config(request: "Request") -> "dict[str, Any] | None":
    """Return whether and which tools are called; calls that must fit their schema are `VALIDATED`, as those of `ANY` are anyway."""
    choice = request.tool_choice
    if choice in (None, "auto") and any(tool.strict for tool in request.tools):
        return {"mode": "VALIDATED"}
    if choice is None or (not request.tools and choice in ("auto", "none")):
        return None
    return {"mode": _CHOICES[choice]} if choice in _CHOICES else {"mode": "ANY", "allowedFunctionNames": [choice]}


def _settings(request: "Request", target: "Target", losses: Losses) -> "dict[str, Any]":
    found: dict[str, Any] = {said: value for name, said in _SETTINGS if (value := getattr(request, name)) is not None}
    if request.stop:
        found["stopSequences"] = list(request.stop)
    if request.json or request.json_schema is not None:
        found["responseMimeType"] = "application/json"
    if request.json_schema is not None:
        found["responseJsonSchema"] = request.json_schema
    thinking = None if request.thinking is None else thinking_config(request.thinking, target.thinking, losses)
    if thinking:
        found["thinkingConfig"] = thinking
    return found


def _are_results(parts: "list[dict[str, Any]]") -> bool:
    return all("functionResponse" in part for part in parts)


def _id(given: str) -> "dict[str, str]":
    return {"id": given} if given else {}


class _Writer:
    """Writes messages; `system` is what goes beside them."""

    __slots__ = ("_ids", "_losses", "_names", "_signs_first_call", "system")

    def __init__(self, losses: Losses, signs_first_call: bool) -> None:
        self._ids = CallIds()
        self._losses = losses
        self._names: dict[str, str] = {}
        """Of the tools that were called, by the id that is sent."""
        self._signs_first_call = signs_first_call
        self.system: list[dict[str, Any]] = []

    def contents(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the turns; results of tools that follow each other are one, as the calls they answer were."""
        found: list[dict[str, Any]] = []
        before = None
        for message in messages:
            if message.role == "system":
                self._instruct(message, is_late=bool(found))
                continue
            if message.role == "assistant" != before:
                self._ids.begin_turn()
            parts = self._parts(message)
            if not parts:
                continue
            if message.role == before == "tool" or (found and _are_results(parts) and _are_results(found[-1]["parts"])):
                found[-1]["parts"] += parts
            else:
                found.append({"role": "model" if message.role == "assistant" else "user", "parts": parts})
            before = message.role
        return found

    def _instruct(self, message: "Message", *, is_late: bool) -> None:
        if is_late:
            self._losses.add("an instruction between the turns", "put it at the beginning", "it goes to the beginning")
        for part in message.content:
            if isinstance(part, Text):
                no_cache(part, self._losses)
                self.system += [{"text": part.text}] if part.text else []
            else:
                self._losses.add(f"a {type(part).__name__} in an instruction", "put it into a message of the user")

    def _parts(self, message: "Message") -> "list[dict[str, Any]]":
        found: list[dict[str, Any]] = []
        lent: str | None = None
        for part in message.content:
            if lent is not None and not isinstance(part, Text | Media):
                found.append({"text": "", "thoughtSignature": lent})
                lent = None
            if isinstance(part, Thinking) and (signature := part.over(self._losses.protocol).signature) is not None and not part.text:
                found += [] if lent is None else [{"text": "", "thoughtSignature": lent}]
                lent = signature
                continue
            written = self._part(part)
            if written is not None and (written != _EMPTY or lent is not None):
                found.append(written if lent is None else {**written, "thoughtSignature": lent})
                lent = None
        if lent is not None:
            found.append({"text": "", "thoughtSignature": lent})
        if self._signs_first_call and message.role == "assistant":
            first = next((part for part in found if "functionCall" in part), {"thoughtSignature": ""})
            first.setdefault("thoughtSignature", _UNSIGNED)
        return found

    def _part(self, part: "Part") -> "dict[str, Any] | None":
        if isinstance(part, Text):
            no_cache(part, self._losses)
            return {"text": part.text}
        if isinstance(part, Media):
            return self._media(part)
        if isinstance(part, Thinking):
            signature = part.over(self._losses.protocol).signature
            signed = {} if signature is None else {"thoughtSignature": signature}
            return {"text": part.text, "thought": True, **signed} if part.text else None
        if isinstance(part, ToolCall):
            return self._call(part)
        if isinstance(part, ToolResult):
            return self._result(part)
        return self._opaque(part)

    def _media(self, part: Media) -> "dict[str, Any]":
        no_cache(part, self._losses)
        if part.name is not None:
            self._losses.add("the name of a medium", "leave out `name`, or say it in a text")
        data = {"mimeType": part.media_type}
        written: dict[str, Any] = {"fileData": {**data, "fileUri": part.url}} if part.data is None else {"inlineData": {**data, "data": base64_text(part.data)}}
        if part.detail in (None, "auto"):
            return written
        level = _DETAILS.get(str(part.detail).lower().removeprefix("media_resolution_"))
        if level is None:
            self._losses.add(f"the detail {part.detail!r}", f"use one of {', '.join(_DETAILS)}")
            return written
        return {**written, "mediaResolution": {"level": f"MEDIA_RESOLUTION_{level}"}}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        number = self._ids.of_call(part.id) if part.id else ""
        self._names[number] = part.name
        signature = part.signed_over(self._losses.protocol)
        signed = {} if signature is None else {"thoughtSignature": signature}
        return {"functionCall": {**_id(number), "name": part.name, "args": arguments_of(part, self._losses)}, **signed}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        no_cache(part, self._losses)
        number = self._ids.of_result(part.call_id)
        name = part.name or self._names.get(number)
        if name is None:
            self._losses.add(f"a result without the tool's name, as that of {part.call_id!r}", "give the ToolResult a `name`", "the id of the call stands for it")
        texts, media = [], []
        for inner in part.content:
            if isinstance(inner, Text):
                no_cache(inner, self._losses)
                texts.append(inner.text)
            elif isinstance(inner, Media):
                media.append(self._media(inner))
            else:
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text and media")
        answer = {"error" if part.is_error else "output": "\n".join(texts)}
        return {"functionResponse": {**_id(number), "name": name or part.call_id, "response": answer, **({"parts": media} if media else {})}}

    def _opaque(self, part: Opaque) -> "dict[str, Any] | None":
        is_said = is_own(part, self._losses.protocol, self._losses) and not any(name in part.data for name in ANSWER_ONLY)
        return part.data if is_said else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Message, Request, Tool
    from ..ir.parts import Part
    from .protocol import Target
