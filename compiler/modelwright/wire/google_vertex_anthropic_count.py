"""
How many tokens a request of Claude on Vertex AI has (https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens, as of 2026-11).

There is one URL for all models, so that the model is in the body, as it is not where it is to answer.
"""

from .anthropic_count import TAKEN
from .counts import builds, reads
from .google_vertex_anthropic import build as build_messages, trouble

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-vertex-anthropic-count"
build = builds(build_messages, ("anthropic_version", *TAKEN), lambda body, target: {"model": target.model, **body})
read = reads(FORM, "input_tokens", trouble)
