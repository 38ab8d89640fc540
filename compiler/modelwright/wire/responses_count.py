"""How many tokens a request of OpenAI's Responses has (https://platform.openai.com/docs/api-reference/responses/input-tokens, as of 2026-11)."""

from .counts import builds, reads
from .openai_responses import build as build_responses, trouble

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "responses-count"
_TAKEN = ("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "truncation", "conversation", "previous_response_id")
"""All that the count is asked with."""
build = builds(build_responses, _TAKEN)
read = reads(FORM, "input_tokens", trouble)
