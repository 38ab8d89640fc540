"""`providers embed` and `providers count`, against real servers on the loopback interface."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, as_json, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from command_line import Run
    from discover.servers import Server

KEY = "sk-canary-0123456789abcdef"


class Shop:
    """A server that answers as a test says; `vectors/m` makes vectors there, `chat/m` answers in text, `messages/m` counts."""

    def __init__(self, server: Server, run: Run) -> None:
        self.server, self.run = server, run
        self.answer: Callable[[Call], Reply] = _answer

    @property
    def body(self) -> Any:
        """What was sent last."""
        return json.loads(self.server.calls[-1].body)


def _answer(call: Call) -> Reply:
    body = json.loads(call.body)
    if call.path.endswith("/count_tokens"):
        return as_json({"input_tokens": 12})
    texts = body["input"]
    return as_json({"data": [{"index": number, "embedding": [0.5, len(text)]} for number, text in enumerate(texts)], "model": "m", "usage": {"prompt_tokens": 4 * len(texts)}})


@pytest.fixture
def shop(tree: Path, real_words: None, run: Run, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACME_KEY", KEY)
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is no shop yet
        there = Shop(server, run)
        auth = {"kind": "bearer", "env": ["ACME_KEY"]}
        model = {"prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]}
        providers = {
            "vectors": {"base_url": f"{server.url}/v1", "protocol": "openai-chat", "auth": auth, "models": {"m": {**model, "output": ["embedding"]}}},
            "chat": {"base_url": f"{server.url}/v1", "protocol": "openai-chat", "auth": auth, "models": {"m": {**model, "output": ["text"]}}},
            "messages": {"base_url": server.url, "protocol": "anthropic-messages", "auth": auth, "models": {"m": model}},
        }
        user_file.write_text(json.dumps({"version": 1, "providers": providers}))
        run("compile", "--quiet")
        yield there


def test_vectors_are_on_standard_output_and_route_usage_and_cost_are_on_the_other(shop: Shop) -> None:
    said = shop.run("embed", "vectors/m", "one", "three")
    assert said.out == "[0.5, 3.0]\n[0.5, 5.0]\n"
    assert said.err.startswith("vectors/m over default; 8 tokens in, 0 out; 0.000008 USD; ")
    assert said.err.rstrip().endswith("; 2 vectors of 2 numbers")
    assert KEY not in said.out + said.err


def test_each_line_of_standard_input_is_a_text(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in ((), ("-",)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("eins\n\nzwölf\n".encode())))
        assert shop.run("embed", "vectors/m", *arguments, "--dimensions", "2").out.count("\n") == 2
        assert shop.body == {"model": "m", "input": ["eins", "zwölf"], "dimensions": 2}


def test_the_document_has_all_of_it(shop: Shop) -> None:
    found = json.loads(shop.run("embed", "vectors/m", "one", "--format", "json").out)
    assert (found["vectors"], found["dimensions"], found["losses"], found["name"], found["route"]) == ([[0.5, 3.0]], 2, [], "vectors/m", "default")
    assert (found["usage"], found["usd"], found["state"], found["error"]) == ({"input_tokens": 4, "requests": 1}, "0.000004", "priced", None)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("embed", "chat/m", "one"), 1, "it makes no embeddings"),
        (("embed", "messages/m", "one"), 1, "nothing here makes embeddings over anthropic-messages"),
        (("embed", "vectors/m", "one", "--purpose", "query"), 1, "cannot say that the vectors are for query"),
        (("embed", "vectors/m", "one", "--purpose", "fun"), 2, "fun"),
        (("embed", "vectors/m", "one", " "), 2, "one of the texts is empty"),
        (("embed", "vectors/m", "one", "--dimensions", "3"), 1, "vectors of 3 numbers were asked for, and the provider gave 2"),
        (("count", "chat/m", "one", "--exact"), 1, "nothing here counts tokens over openai-chat"),
        (("call", "vectors/m", "one"), 1, "it makes embeddings only"),
    ],
)
def test_what_cannot_be_is_said_with_its_exit_code(shop: Shop, arguments: tuple[str, ...], code: int, says: str) -> None:
    assert says in shop.run(*arguments, code=code).err


def test_nothing_to_embed_is_wrong_usage(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n \n")))
    assert "there are no texts" in shop.run("embed", "vectors/m", code=2).err


def test_what_the_provider_cannot_be_told_may_be_left_out(shop: Shop) -> None:
    said = shop.run("embed", "vectors/m", "one", "--purpose", "query", "--lossy")
    assert "note: openai-embeddings cannot say that the vectors are for query: it is left out\n" in said.err


def test_a_provider_that_fails_ends_with_4_and_the_document_says_why(shop: Shop) -> None:
    shop.answer = lambda _: as_json({"error": {"message": "no such key"}}, 401)
    found = json.loads(shop.run("embed", "vectors/m", "one", "--format", "json", code=4).out)
    assert (found["vectors"], found["error"]["class"]) == (None, "auth")


def test_what_was_embedded_is_counted(shop: Shop) -> None:
    shop.run("embed", "vectors/m", "one", "--project", "north")
    (row,) = json.loads(shop.run("usage", "--by", "project", "--format", "json").out)["usage"]
    assert (row["key"], row["input_tokens"]) == ("north", 4)


def test_the_provider_counts_and_says_so(shop: Shop) -> None:
    said = shop.run("count", "messages/m", "How long?", "--system", "Be brief.")
    assert (said.out, said.err) == ("12\n", "counted by messages/m over default\n")
    assert shop.body["system"] == [{"type": "text", "text": "Be brief."}]
    assert "max_tokens" not in shop.body
    assert json.loads(shop.run("usage", "--format", "json").out)["usage"] == []


def test_a_guess_says_why_it_is_one(shop: Shop) -> None:
    said = shop.run("count", "chat/m", "12345678")
    assert said.out == "2\n"
    assert said.err.startswith("note: a guess by the length of the text: ")
    found = json.loads(shop.run("count", "chat/m", "12345678", "--format", "json").out)
    assert (found["input_tokens"], found["is_estimate"], found["name"], found["usd"]) == (2, True, None, None)
    assert "nothing here counts tokens" in found["why"]


def test_standard_input_is_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"12345678")))
    assert shop.run("count", "chat/m").out == "2\n"
