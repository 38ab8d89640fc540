"""How many tokens a request of Gemini on Vertex AI has: countTokens (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/countTokens)."""

from .counts import builds, reads
from .google_vertex import build as build_generate, trouble

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-vertex-count"
_TAKEN = ("contents", "systemInstruction", "tools", "generationConfig")
"""All that the count is asked with, as google-genai 3.6.1 asks."""
build = builds(build_generate, _TAKEN)
read = reads(FORM, "totalTokens", trouble)
