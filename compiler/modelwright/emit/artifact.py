"""
The compiled file the runtime loads: sorted text, one checked record a line.

    {"artifact": 1, "compiler": "0.1.0", …}<tab>crc                       the header: what follows, its size and count
    account:work<tab>{"id": …}<tab>crc                                    an account of the user's
    bare:claude-sonnet-4-5<tab>{"refs": ["anthropic/…", …]}<tab>crc       an id or alias without a provider
    input:registry/models/anthropic.yaml<tab>"sha256…"<tab>crc            a file it was compiled from
    model:anthropic/claude-sonnet-4-5<tab>{"id": …}<tab>crc               a model, or an alias: {"alias_of": […]}
    provider:anthropic<tab>{"id": …}<tab>crc                              a provider, or an alias: {"alias_of": […]}
    settings:policy<tab>{"failover": …}<tab>crc                           what the user's files say beside that: agents, budgets, …
    vocabulary:protocols<tab>{"openai-chat": …}<tab>crc                   the words the runtime needs

Lines are sorted by their bytes, so a reader finds one by halving the file; each ends in the CRC-32, in hexadecimal, of what
is before its last tab, so a reader knows that what it found, or found missing, is as it was written.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ..passes import aliases, freeze

if TYPE_CHECKING:
    from ..ir.catalog import Catalog

VERSION = 1
_RUNTIME_WORDS = ("auth", "capabilities", "cli-stores", "errors", "protocols", "routing-policies")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False, allow_nan=False).encode


def emit(catalog: Catalog, *, inputs: dict[str, str], digest: str, compiler: str) -> bytes:
    """
    Return the artifact of a resolved *catalog*; the same arguments give the same bytes.

    *inputs* are the logical paths of the files it was made from, to their SHA-256 digests; *digest* is over all of them.
    """
    lines = sorted(_line(key, value) for key, value in _records(catalog, inputs))
    body = b"".join(lines)
    header = {"artifact": VERSION, "body_bytes": len(body), "compiler": compiler, "digest": digest, "records": len(lines)}
    return _checked(_encode(header).encode()) + body


def _records(catalog: Catalog, inputs: dict[str, str]) -> list[tuple[str, str]]:
    encode = _encode
    records = [(f"model:{ref}", encode(record)) for ref, record in freeze.models(catalog)]
    known = catalog.models
    for spelling, targets in aliases.scoped(catalog).items():
        if spelling not in known:
            records.append((f"model:{spelling}", encode({"alias_of": [_target(target) for target in targets]})))
    bare: dict[str, Any] = {name: {"refs": sorted(refs)} for name, refs in aliases.bare(catalog).items()}
    bare |= {name: {"alias": ref} for name, (ref, _) in catalog.aliases.items()}
    records += [(f"bare:{name}", encode(value)) for name, value in bare.items()]
    records += [(f"provider:{record['id']}", encode(record)) for record in freeze.providers(catalog)]
    records += [(f"provider:{name}", encode({"alias_of": value})) for name, value in _provider_aliases(catalog).items()]
    records += [(f"account:{record['id']}", encode({**record, "place": place})) for place, record in enumerate(freeze.accounts(catalog))]
    records += [(f"settings:{name}", encode(value)) for name, value in catalog.settings.items()]
    records += [(f"input:{path}", encode(value)) for path, value in inputs.items()]
    for name in _RUNTIME_WORDS:
        words = {word: {key: value for key, value in entry.items() if key not in ("meaning", "source")} for word, entry in catalog.words(name).items()}
        records.append((f"vocabulary:{name}", encode(words)))
    return records


def _target(target: aliases.Target) -> dict[str, Any]:
    days = {"since": target.since, "until": target.until}
    return {"ref": target.ref} | {key: day for key, day in days.items() if day is not None} | ({"own": True} if target.is_own else {})


def _provider_aliases(catalog: Catalog) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for entry in catalog.providers.values():
        for alias in entry.facts.get("aliases", ()):
            spelling, dialect = (alias, {}) if isinstance(alias, str) else (alias["id"], {"dialect": alias["dialect"]} if "dialect" in alias else {})
            if spelling not in catalog.providers:
                found.setdefault(spelling, []).append({"id": entry.id, **dialect})
    return found


def _line(key: str, value: str) -> bytes:
    return _checked(f"{key}\t{value}".encode())


def _checked(content: bytes) -> bytes:
    return b"%b\t%08x\n" % (content, crc32(content))
