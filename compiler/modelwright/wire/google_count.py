"""How many tokens a request of Gemini's generateContent has: countTokens (https://ai.google.dev/api/tokens, as of 2026-11)."""

from .counts import builds, reads
from .google_generative import build as build_generate, trouble

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-count"
build = builds(build_generate, written=lambda body, target: {"generateContentRequest": {"model": f"models/{target.model}", **body}})
read = reads(FORM, "totalTokens", trouble)
