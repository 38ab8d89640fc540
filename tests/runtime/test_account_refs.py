"""What a ref means that begins with the name of a user's account, which may be a provider's, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import Registry, UnknownRefError, pipeline
from modelwright.emit import artifact
from runtime.conftest import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNTS: dict[str, Any] = {
    "work": {"provider": "acme"},
    "acme": {"provider": "acme", "models": ["large-1"], "rank": 9},
    "beta": {"provider": "open"},
    "ac": {"provider": "acme", "status": "inactive"},
    "open": {"provider": "beta"},
}


@pytest.fixture
def meant(tmp_path: Path) -> Callable[[str], tuple[str, str | None]]:
    """Return what gives the model that a ref means, and the account it is called through."""
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"accounts": ACCOUNTS}))
    user = pipeline.UserFile(str(file), "user/models.json", "user")
    result = pipeline.resolve(pipeline.Inputs(str(FIXTURES / "registry"), "2026-11-20", (user,)))
    path = tmp_path / "registry.artifact"
    path.write_bytes(artifact.emit(result.catalog, inputs={}, digest="accounts", compiler="0"))
    registry = Registry(str(path))

    def meant(ref: str) -> tuple[str, str | None]:
        model = registry.resolve(ref)
        return model.ref, registry.account_for(model)["id"]

    return meant


@pytest.mark.parametrize(
    ("ref", "model", "account"),
    [
        ("work/large-2", "acme/large-2", "work"),
        ("work:big", "acme/large-1", "work"),
        ("acme/large-1", "acme/large-1", "acme"),
        ("acme/large-2", "acme/large-2", "work"),
        ("beta/llama", "open/llama", "beta"),
        ("ac/large-2", "acme/large-2", "work"),
        ("open/mini", "beta/mini", "open"),
        ("open/llama", "open/llama", "beta"),
    ],
    ids=[
        "an account",
        "its provider's alias for a model",
        "one that is called like its provider",
        "that has not the model, another account has",
        "one that is called like another provider comes before it",
        "one that is not active leaves the name to the provider",
        "one with another provider's name",
        "whose own provider has not the model leaves the name to that one",
    ],
)
def test_an_account_is_meant_before_a_provider_of_its_name(ref: str, model: str, account: str, meant: Callable[[str], tuple[str, str | None]]) -> None:
    assert meant(ref) == (model, account)


@pytest.mark.parametrize("ref", ["acme/no-such", "work/no-such", "acme:no-such"])
def test_what_neither_has_is_unknown_by_the_name_that_was_given(ref: str, meant: Callable[[str], tuple[str, str | None]]) -> None:
    with pytest.raises(UnknownRefError) as caught:
        meant(ref)
    assert caught.value.ref == ref
