"""How many tokens a request of Anthropic's Messages has (https://docs.anthropic.com/en/api/messages-count-tokens, as of 2026-11)."""

from .anthropic_messages import build as build_messages, trouble
from .counts import builds, reads

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "anthropic-count"
TAKEN = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "mcp_servers")
"""All that is counted; any other field, the output limit among them, is refused there."""
build = builds(build_messages, TAKEN)
read = reads(FORM, "input_tokens", trouble)
