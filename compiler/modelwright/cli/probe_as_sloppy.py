"""What a probe found, in the shape of Sloppy's `POST /v1/providers/probe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .probing import Answer

_MILLION = 1_000_000
_WORDS = {"thinking": "reasoning"}
"""Capabilities that Sloppy calls otherwise."""


def shaped(answer: Answer, asked: str) -> dict[str, Any]:
    """Return *answer* about the provider that was *asked* for by this name; what a listing does not say of a model is the registry's."""
    about = {"providerId": asked, "ok": answer.ok, "usedEnvironmentKey": answer.about()["used_environment_key"], "message": answer.message}
    return {**about, "models": [_model({**answer.known.get(model["id"], {}), **model}) for model in answer.models]}


def _model(facts: Mapping[str, Any]) -> dict[str, Any]:
    from .probe_command import able

    tokens = facts.get("limits", {}).get("context_tokens")
    window = {} if tokens is None else {"contextWindow": window_of(tokens)}
    return {"id": facts["id"], "title": facts.get("name", facts["id"]), **window, "capabilities": [_WORDS.get(word, word) for word in able(facts)]}


def window_of(tokens: int) -> str:
    """
    Return a context window as Sloppy writes it; one in binary units is counted in those.

    >>> [window_of(tokens) for tokens in (1_048_576, 1_000_000, 2_097_152, 131_072, 128_000, 400_000, 8_192, 500)]
    ['1.0M', '1.0M', '2.0M', '128K', '128K', '400K', '8K', '500']
    """
    thousand = 1024 if tokens % 1024 == 0 and tokens % 1000 else 1000
    if tokens >= _MILLION:
        return f"{tokens / thousand**2:.1f}M"
    return f"{tokens / thousand:.0f}K" if tokens >= thousand else str(tokens)
