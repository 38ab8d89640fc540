"""Text of others made harmless where Markdown, or HTML in it, would give it a meaning."""

from __future__ import annotations

import re

from .render_text import printable

_MEANT = re.compile(r"[\\`*\[\]<|~&$:]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_CALLS = re.compile(r"([@#]|\bGH-|\bwww)(?=[A-Za-z0-9.])", re.IGNORECASE)
"""Names of people, issues and sites, which GitHub would notify or link; no backslash keeps it from that, so a space of no width does."""


def without_markup(text: str) -> str:
    r"""
    Return *text* with everything escaped that Markdown, or HTML in it, gives a meaning.

    >>> print(without_markup("[a|b](https://c) <i> input_usd _d_ @all"))
    \[a\|b\](https\://c) \<i> input_usd \_d\_ @&#8203;all
    """
    return _CALLS.sub(r"\1&#8203;", _MEANT.sub(r"\\\g<0>", printable(text)))
