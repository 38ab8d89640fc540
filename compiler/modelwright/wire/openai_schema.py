"""JSON Schemas, of answers and of tools, as OpenAI's protocols want them."""

from .unsaid import no_cache

_LONGEST_NAME = 64
_INNER = ("items", "additionalItems", "not")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs", "definitions")


def schema_name(schema: "Mapping[str, Any]") -> str:
    """
    Return a name for *schema*, which the protocols insist on: its title, of the letters that are allowed.

    >>> schema_name({"title": "Weather report"}), schema_name({})
    ('Weather_report', 'answer')
    """
    title = schema.get("title")
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in title) if isinstance(title, str) else ""
    return name[:_LONGEST_NAME].strip("_") or "answer"


def answer_form(request: "Request", quirks: "Mapping[str, Any]", losses: "Losses") -> "dict[str, Any] | None":
    """Return the form that *request* wants the answer in, as Responses has it: of its schema, or any JSON; None: nothing is said of it."""
    schema = request.json_schema
    if schema is not None and quirks.get("json_schema_field", True):
        return {"type": "json_schema", "name": schema_name(schema), "schema": schema, "strict": is_strict(schema)}
    if schema is not None:
        losses.add("a schema of the answer to this route", "use `json`, and put the schema into a text", "it is asked for any JSON")
    return {"type": "json_object"} if request.json or schema is not None else None


def function(tool: "Tool", losses: "Losses") -> "dict[str, Any]":
    """Return what is said of *tool*, as both protocols have it."""
    no_cache(tool, losses)
    described = {"description": tool.description} if tool.description else {}
    strict = {} if tool.strict is None else {"strict": tool.strict}
    return {"name": tool.name, **described, "parameters": tool.parameters, **strict}


def is_strict(schema: "Mapping[str, Any]") -> bool:
    """
    Tell whether an answer can be made to fit *schema*: an object, and all objects in it require what they have and allow nothing else.

    Any other the server would refuse (https://platform.openai.com/docs/guides/structured-outputs), so it is only told to the model.

    >>> is_strict({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}), is_strict({"type": "object"})
    (True, False)
    """
    try:
        return schema.get("type") == "object" and _is_closed(schema)
    except RecursionError:
        return False


def _is_closed(schema: "Any") -> bool:
    if not isinstance(schema, dict):
        return True
    properties, required = schema.get("properties"), schema.get("required")
    if schema.get("type") == "object" or isinstance(properties, dict):
        names = properties if isinstance(properties, dict) else {}
        if schema.get("additionalProperties") is not False or not isinstance(required, list) or not all(name in required for name in names):
            return False
    inner = [schema.get(name) for name in _INNER]
    inner += [one for name in _LISTS if isinstance(schema.get(name), list) for one in schema[name]]
    inner += [one for name in _MAPS if isinstance(schema.get(name), dict) for one in schema[name].values()]
    return all(map(_is_closed, inner))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.chat import Request, Tool
    from .request_body import Losses
