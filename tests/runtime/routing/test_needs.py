"""What a call needs of a model: how it is said, and what does not do."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from modelwright import UnknownRefError, UsageError
from modelwright.runtime.routing.needs import Needs
from routing_world import kept, registry_of, skipped

WORDS = st.sampled_from(["tools", "vision", "json_schema", "thinking"])
TOKENS = st.none() | st.integers(0, 10**12 - 1)


@given(words=st.lists(WORDS), context=TOKENS, output=TOKENS)
def test_needs_are_read_as_they_are_written(words: list[str], context: int | None, output: int | None) -> None:
    needs = Needs(words, input_tokens=context, output_tokens=output)
    assert Needs.parse(str(needs)) == needs
    assert hash(Needs.parse(str(needs))) == hash(needs)


def test_order_blanks_and_repetition_do_not_matter() -> None:
    needs = Needs.parse(" vision, tools ,,vision,context=5")
    assert (needs.capabilities, needs.input_tokens, needs.output_tokens) == (("tools", "vision"), 5, None)
    assert repr(needs) == "Needs(capabilities=('tools', 'vision'), input_tokens=5)"
    assert (needs != "tools", Needs.parse("").is_of_models(), Needs(provider="north").is_of_models(), needs.is_of_models()) == (True, False, False, True)


@pytest.mark.parametrize("text", ["context", "context=", "context=-1", "output=many", "context=1e6", "tools=yes", "output=1234567890123"])
def test_what_is_no_need_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no need; write a capability, context=TOKENS or output=TOKENS"):
        Needs.parse(f"tools,{text}")


@pytest.mark.parametrize(("word", "cure"), [("visoin", "nearest: vision"), ("9", "known: audio, batch")])
def test_a_word_that_is_no_capability_is_refused_with_the_nearest_or_all(word: str, cure: str) -> None:
    with pytest.raises(UsageError, match=f"'{word}' is no capability; {cure}"):
        registry_of().route("north/eyes", [word])


def test_a_registry_without_a_vocabulary_takes_any_word(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = registry_of()
    monkeypatch.setattr("modelwright.runtime.registry.Registry.words", lambda *_: {})
    assert skipped(registry.route("north/eyes", "tools,dancing")) == {}


def test_needs_are_given_as_text_as_words_or_as_needs() -> None:
    registry = registry_of()
    assert registry.route("north/blind", "vision").candidates[0].reason == "it has no vision"
    assert registry.route("north/blind", ["vision"]).candidates[0].reason == "it has no vision"
    assert registry.route("north/blind", Needs(["vision"])).candidates[0].reason == "it has no vision"


@pytest.mark.parametrize(
    ("needs", "reason"),
    [
        ("tools,thinking,image", None),
        ("context=90000", None),
        ("context=90001", "90,001 tokens are needed, and its input is 90,000"),
        ("context=100001", "100,001 tokens are needed, and its context is 100,000"),
        ("output=16000", None),
        ("output=16001", "16,001 tokens are needed, and its output is 16,000"),
        ("audio", "it has no audio"),
    ],
)
def test_a_model_that_cannot_is_skipped_with_what_it_lacks(needs: str, reason: str | None) -> None:
    assert skipped(registry_of().route("north/eyes", needs)) == ({} if reason is None else {"north/eyes": reason})


def test_what_nobody_knows_is_kept_or_excluded_as_the_policy_says() -> None:
    """contradictions.md 11, facts of Routerly and Sophon: unknown is never a no, unless the user's files say so."""
    for policy, found in (({}, ["south/bare"]), ({"capability_unknown": "keep"}, ["south/bare"]), ({"capability_unknown": "exclude"}, [])):
        registry = registry_of(**({"policy": policy} if policy else {}))
        routing = registry.route("south/bare", "tools,context=999999,output=999999")
        assert kept(routing) == found
        assert [one.reason for one in routing.skipped] == ["nobody knows whether it has tools"] * (not found)


def test_only_the_named_provider_answers_and_may_be_named_by_any_name() -> None:
    registry = registry_of()
    assert skipped(registry.route("north/eyes", Needs(provider="SOUTH"))) == {"north/eyes": "it is of north, not of south"}
    assert kept(registry.route("north/eyes", Needs(provider="north"))) == ["north/eyes"]
    with pytest.raises(UnknownRefError, match="unknown provider 'nroth'"):
        registry.route("north/eyes", Needs(provider="nroth"))


def test_a_model_that_is_not_allowed_is_skipped_with_the_cure() -> None:
    routing = registry_of(allowed_models=["south/seer"]).route(["north/eyes", "south/seer"])
    assert (kept(routing), skipped(routing)) == (["south/seer"], {"north/eyes": "north/eyes is not on your list of allowed models; add it to `allowed_models`"})
