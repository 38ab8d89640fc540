"""Text that looks like a secret: found in files, and hidden in everything that is printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 6
_FEWEST_CHARACTERS = 6
_BEGINNINGS = ("sk-", "AIza", "gsk_", "xai-", "AKIA", "ghp_", "github_pat_", "hf_", "nvapi-", "PRIVATE KEY")
"""What every match of the pattern holds; text without any of them needs no search."""

_KEY = r"""
    (?<![A-Za-z0-9_-])(?:
        sk-(?:[a-z0-9]{1,12}-){0,3}[A-Za-z0-9_]{20,}[A-Za-z0-9_-]*   # OpenRouter, DeepSeek, Moonshot and many others; OpenAI's first kind
      | sk-(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{20,}           # Anthropic, OpenAI
      | AIza[A-Za-z0-9_-]{35}                                         # Google
      | gsk_[A-Za-z0-9]{20,}                                          # Groq
      | xai-[A-Za-z0-9]{20,}                                          # xAI
      | AKIA[A-Z0-9]{16}                                              # Amazon
      | ghp_[A-Za-z0-9]{20,} | github_pat_[A-Za-z0-9_]{20,}           # GitHub
      | hf_[A-Za-z0-9]{20,}                                           # Hugging Face
      | nvapi-[A-Za-z0-9_-]{20,}                                      # NVIDIA
    )
  | -----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY-----[^"'\n]*
"""
_BEGINNINGS_IN_BYTES = tuple(beginning.encode() for beginning in _BEGINNINGS)
_RUNS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789", b"0" * 61)
_RUN, _PEM = b"0" * 13, b"PRIVATE KEY"
"""Letters and digits without a break, as random text of a key's length has and data files hardly ever do: much quicker to look for."""
_IN_BYTES = re.compile(_KEY.encode(), re.VERBOSE)
_IN_TEXT = re.compile(_KEY, re.VERBOSE | re.ASCII)
_NAMED = re.compile(
    r"""(?x) (?<![A-Za-z0-9_])
    ["']? [A-Za-z0-9_-]*? (?: api[_-]?key | access[_-]?key[_-]?id | secret[_-]?access[_-]?key | (?:access|refresh|auth|id)[_-]?token | client[_-]?secret | token | secret | password | key ) ["']?
    \s* [:=] (?: \s* ("(?:[^"\\\n]|\\.)*"? | '[^'\n]*'?) | [ \t]* ([^\s"'{}\[\],]+) )""",
    re.IGNORECASE,
)
"""What stands under a name that says, or ends in a word that says, it is a secret, whatever it looks like, and whether or not the quotes are complete."""
_NAMES = ("key", "token", "secret", "password")
_PLACEHOLDER = re.compile(r"example|placeholder|redacted|your[-_]?|x{4}|0{6}", re.IGNORECASE)


def find(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield beginning and end of all that looks like a secret and not like a placeholder for one."""
    if (_RUN in text.translate(_RUNS) or _PEM in text) and any(beginning in text for beginning in _BEGINNINGS_IN_BYTES):
        for match in _IN_BYTES.finditer(text):
            if _is_real(match[0].decode()):
                yield match.span()


def hint(secret: str) -> str:
    """Return as much of *secret* as may be shown."""
    return f"{secret[:_SHOWN]}…"


def masked(line: str) -> str:
    """
    Return *line* with what looks like a secret starred out; its length stays, so that columns still point.

    >>> masked("key: gsk_a1b2c3d4e5f6g7h8i9j0")
    'key: gsk_a1******************'
    """
    if not any(beginning in line for beginning in _BEGINNINGS):
        return line
    return _IN_TEXT.sub(lambda match: match[0][:_SHOWN] + "*" * (len(match[0]) - _SHOWN), line)


def masked_source(text: str) -> str:
    """
    Return *text* of a file as `masked` does, and with what stands under a name that says it is a secret starred out, too.

    >>> masked_source('{"apiKey": "hunter2", "context_tokens": 3}')
    '{"apiKey": "*******", "context_tokens": 3}'
    """
    return masked(_NAMED.sub(_starred, text) if any(name in text.lower() for name in _NAMES) else text)


def is_secret_name(name: object) -> bool:
    """Tell whether a key of this *name* holds a secret."""
    return isinstance(name, str) and _NAMED.match(f"{name}: x") is not None


def _starred(found: re.Match[str]) -> str:
    """Return what *found* matched with the secret starred out, but for the quotes around it."""
    value = found[1] or found[2]
    head = found[0][: len(found[0]) - len(value)]
    first, last = value[:1] if found[1] else "", value[-1:] if found[1] and value[-1] == value[0] and len(value) > 1 else ""
    return head + first + "*" * (len(value) - len(first) - len(last)) + last


def _is_real(secret: str) -> bool:
    return not _PLACEHOLDER.search(secret) and len(set(secret)) > _FEWEST_CHARACTERS
