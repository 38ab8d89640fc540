"""
What an entry of a listing says of its model, whichever names it says it by.

Services that speak the same protocol agree on the id and on little else; what they are known to call a fact stands in the
tables below. What has no word of ours is left out, and so is what says nothing: null, zero, a value of another kind.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import prices, values
from .thinking import thinking
from .values import first, flag, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .adapter import Listing
    from .values import Entry

_PARTS = ("model_info", "model_spec", "architecture", "top_provider", "capabilities", "limits", "supports")
"""Where services nest what others put beside the id; two levels of it are looked at."""
_IDS = ("id", "key", "name", "model", "model_name", "slug")
_NAMES = ("display_name", "displayName", "title", "modelName")
_CONTEXT = (
    *("contextWindow", "context_window", "context_length", "max_model_len", "max_context_length", "max_context_window_tokens"),
    *("max_input_tokens", "inputTokenLimit", "availableContextTokens", "max_prompt_length"),
)
_INPUT = ("max_prompt_tokens",)
_OUTPUT = (
    *("max_output_tokens", "max_completion_tokens", "max_output_length", "outputTokenLimit", "maxCompletionTokens", "maxOutputTokens"),
    *("max_tokens", "maxTokens"),
)
_INPUT_MODALITIES, _OUTPUT_MODALITIES = ("input_modalities", "inputModalities", "input"), ("output_modalities", "outputModalities", "output")
_FEATURES = ("supported_features", "supported_parameters", "supported_sampling_parameters", "features", "capabilities", "tags")
_RELEASED, _RETIRES = ("released",), ("expiration_date", "deprecation_date")
_ORDER = ("id", "name", "released_on", "status", "retires_on", "limits", "input", "output", "capabilities", "thinking", "price")

_MODALITIES = {
    **{word: word for word in ("text", "image", "audio", "video", "pdf", "embedding")},
    **dict.fromkeys(("file", "document"), "pdf"),
    "speech": "audio",
    "vision": "image",
    "embeddings": "embedding",
}
_MODALITY_ORDER = list(dict.fromkeys(_MODALITIES.values()))
_KINDS: dict[str, tuple[list[str], list[str]]] = {
    **{kind: ([], ["text"]) for kind in ("chat", "text", "language", "llm", "code", "completion", "responses")},
    **{kind: ([], ["embedding"]) for kind in ("embedding", "embeddings")},
    **{kind: ([], ["image"]) for kind in ("image", "image_generation")},
    **{kind: ([], ["audio"]) for kind in ("audio", "speech", "tts", "audio_speech")},
    **{kind: (["audio"], ["text"]) for kind in ("transcribe", "transcription", "asr", "audio_transcription")},
    "video": ([], ["video"]),
    "vlm": (["text", "image"], ["text"]),
}
"""Input and output by the kind of model; an empty list says nothing."""
_OTHER_KINDS = {"rerank", "reranking", "moderation", "realtime"}
_CAPABILITIES = {
    **dict.fromkeys(("tools", "tooluse", "toolcall", "toolcalls", "toolcalling", "functioncalling", "trainedfortooluse"), "tools"),
    **dict.fromkeys(("paralleltoolcalls", "paralleltoolcalling", "parallelfunctioncalling"), "parallel_tools"),
    **dict.fromkeys(("json", "jsonmode", "responseformat"), "json"),
    **dict.fromkeys(("structuredoutput", "structuredoutputs", "jsonschema", "responseschema"), "json_schema"),
    **dict.fromkeys(("streaming", "nativestreaming", "responsestreamingsupported"), "streaming"),
    **dict.fromkeys(("promptcaching", "implicitcaching", "explicitcaching"), "caching"),
    **dict.fromkeys(("websearch", "websearchoptions"), "web_search"),
    "temperature": "temperature",
    "batch": "batch",
}
_SENSES = {
    **dict.fromkeys(("vision", "images", "imageinput", "imagein"), "image"),
    **dict.fromkeys(("audio", "audioinput", "audioin"), "audio"),
    **dict.fromkeys(("video", "videoinput", "videoin"), "video"),
    **dict.fromkeys(("pdfinput", "fileinput"), "pdf"),
}
_VECTORS = ["embedding"]
"""What gives these writes no tokens, whatever `max_tokens` stands beside it."""
_ALL_SENSES = {"image", "audio", "video"}
"""Once each of these is denied, text is all that is left."""
_THOUGHT = {"reasoning", "thinking", "includereasoning", "reasoningeffort"}
_KNOWN = frozenset((*_CAPABILITIES, *_SENSES, *_THOUGHT))


def sighting(listing: Listing, entry: Entry, identity: str | None = None, *, has_units: bool = False) -> Entry | None:
    """Return the sighting of the model in *entry*, under *identity* or the id it names; None when it names none. *has_units* is that of `price`."""
    identity = identity or first([entry], _IDS, values.identity)
    if identity is None:
        return None
    views = views_of(entry)
    told = _told(views)
    takes, gives = modalities(views, told)
    facts = {
        "id": identity,
        "name": _name(views, identity),
        "released_on": first(views, _RELEASED, values.day),
        "status": _status(views),
        "retires_on": first(views, _RETIRES, values.day),
        "limits": limits(first(views, _CONTEXT, values.tokens), first(views, _OUTPUT, values.tokens) if gives != _VECTORS else None, first(views, _INPUT, values.tokens)),
        "input": takes,
        "output": gives,
        "capabilities": {ours: told[word] for word, ours in _CAPABILITIES.items() if word in told},
        "thinking": thinking(views, next((told[word] for word in sorted(_THOUGHT) if word in told), None)),
        "price": prices.price(listing, views, gives_text=not gives or "text" in gives, has_units=has_units),
    }
    return ordered(facts)


def ordered(facts: Entry) -> Entry:
    """Return what is known of *facts*, in the order in which the registry writes it."""
    return {name: facts[name] for name in _ORDER if facts.get(name) not in (None, [], {})}


def views_of(entry: Entry) -> list[Entry]:
    """Return the entry and the objects in it that tell of the model."""
    nested = list(parts(entry, _PARTS))
    return [entry, *nested, *(deeper for one in nested for deeper in parts(one, _PARTS))]


def limits(context: int | None, output: int | None = None, input_: int | None = None) -> dict[str, int]:
    """Return the limits that are known; a largest input as large as the window says nothing more."""
    found = {"context_tokens": context, "input_tokens": input_ if input_ != context else None, "output_tokens": output}
    return {name: size for name, size in found.items() if size is not None}


def modality_words(listed: Iterable[str]) -> list[str]:
    """Return the modalities we have a word for, in the vocabulary's order."""
    found = {_MODALITIES[word] for word in listed if word in _MODALITIES}
    return sorted(found, key=_MODALITY_ORDER.index)


def modalities(views: Sequence[Entry], told: dict[str, bool]) -> tuple[list[str], list[str]]:
    """Return input and output, empty when unknown: as listed, else by the senses *told* of and by the kind of model."""
    kind = first(views, ("type", "mode"), lambda value: word if (word := values.word(value)) in _KINDS or word in _OTHER_KINDS else None)
    takes, gives = _KINDS.get(kind or "", ([], []))
    listed = [word for word in modality_words(first(views, _INPUT_MODALITIES, _some_words) or []) if word != "embedding"]
    senses = {ours: told[word] for word, ours in _SENSES.items() if word in told}
    if not listed and (any(senses.values()) or senses.keys() >= _ALL_SENSES):
        listed = modality_words(["text", *(sense for sense, has in senses.items() if has)])
    return listed or list(takes), modality_words(first(views, _OUTPUT_MODALITIES, _some_words) or []) or list(gives)


def _told(views: Sequence[Entry]) -> dict[str, bool]:
    """Return what is affirmed or denied, by the name without the ways of writing it; the outermost word counts."""
    told: dict[str, bool] = {}
    for view in views:
        for key in view:
            if (word := _bare(key)) is not None and (says := flag(view[key])) is not None:
                told.setdefault(word, says)
        for key in _FEATURES:
            for word in filter(None, map(_bare, values.words(view.get(key)))):
                told.setdefault(word, True)
    return told


def _bare(key: str) -> str | None:
    """Return the name of something a model can do: `supports_tool_calls`, `supportsToolCalls` and `tool-calls` are one."""
    if len(key) > 50:
        return None
    bare = re.sub(r"[^a-z]", "", key.lower()).removeprefix("supports")
    return bare if bare in _KNOWN else None


def _name(views: Sequence[Entry], identity: str) -> str | None:
    """Return the display name; a `name` without space and capital, or one the id ends with, is another spelling of the id."""
    found = first(views, _NAMES, values.name)
    if found is None:
        found = first(views, ["name"], values.name)
        is_spelling = found is not None and ((" " not in found and found == found.lower()) or identity.endswith(found.removeprefix("models/")))
        found = None if is_spelling else found
    return found if found != identity else None


def _status(views: Sequence[Entry]) -> str | None:
    if first(views, ("is_deprecated", "deprecated"), flag) or first(views, ["deprecation"], values.day):
        return "deprecated"
    return "preview" if first(views, ["preview"], flag) else None


def _some_words(value: Any) -> list[str] | None:
    return values.words(value) or None
