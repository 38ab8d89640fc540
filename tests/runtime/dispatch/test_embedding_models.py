"""Every model of the registry that makes embeddings is asked as `fixtures/embedding-models.txt` says."""

from __future__ import annotations

import embedding_golden


def test_each_is_asked_exactly_as_the_file_says() -> None:
    assert embedding_golden.shown() == embedding_golden.FILE.read_text()


def test_none_is_left_out() -> None:
    lines = embedding_golden.FILE.read_text().splitlines()
    assert [model for model, sent in zip(lines[::2], lines[1::2], strict=True) if not sent.startswith("    POST https://")] == []
