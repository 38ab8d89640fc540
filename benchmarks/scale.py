"""What is measured at scale, made once and kept in benchmarks/.cache until the code or the data it was made from changes."""

from __future__ import annotations

import gc
import hashlib
import shutil
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import catalogues
from modelwright import pipeline
from modelwright.emit import artifact
from modelwright.runtime.day import today
from modelwright.version import VERSION
from peers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from modelwright.ir.catalog import Catalog

CACHE = ROOT / "benchmarks" / ".cache"
COPIES = 100
_IN_USE_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The registries and the compiled files that are measured."""

    label: str
    clean: Path
    """A registry without findings."""
    raw: Path | None
    """The same as it was imported, with its findings; None when it is made up."""
    dropped: Counter[str]
    """Which findings the clean one was rid of, by dropping what they pointed at."""
    findings: int
    """How many are left in the clean one."""
    artifact: Path
    many: Path
    """The artifact of COPIES times as many models."""
    refs: tuple[str, ...]
    """Every model, sorted."""


def prepare(catalogue: Path | None) -> Scale:
    """Return what is measured, from the models.dev catalogue at *catalogue*, or made up."""
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    state = [*_code(), *([catalogue] if catalogue else [])]
    if catalogue is None:
        label, raw = "made-up registry", None
        clean, dropped, left = _curated("made-up", state, catalogues.generated(), label)
    else:
        label, data = f"models.dev catalogue ({catalogue.name})", catalogues.read(catalogue)
        raw = catalogues.write(data, _fresh("imported", state), label)
        clean, dropped, left = _curated("curated", state, data, label)
    result = pipeline.resolve(pipeline.Inputs(str(clean), today()))
    small = _fresh("small", state)
    small.write_bytes(artifact.emit(result.catalog, inputs=result.digests, digest=result.digest, compiler=VERSION))
    many = _fresh("many", [small])
    if not many.exists():
        gc.disable()
        part = many.with_suffix(".part")
        part.write_bytes(artifact.emit(_replicated(result.catalog), inputs=result.digests, digest=result.digest, compiler=VERSION))
        part.rename(many)
        gc.enable()
    return Scale(label=label, clean=clean, raw=raw, dropped=dropped, findings=left, artifact=small, many=many, refs=tuple(sorted(result.catalog.models)))


def _curated(kind: str, state: Iterable[Path], data: catalogues.Catalogue, label: str) -> tuple[Path, Counter[str], int]:
    folder = _fresh(kind, state)
    note = folder / ".dropped"  # a name that a registry does not read
    if not note.exists():
        dropped, left = catalogues.curate(catalogues.write(data, folder, label))
        note.write_text("\n".join([str(left), *dropped.elements()]))
    left_line, *names = note.read_text().splitlines()
    return folder, Counter(names), int(left_line)


def _code() -> Iterator[Path]:
    for folder, pattern in (("compiler/modelwright", "**/*.py"), ("schemas", "*.json"), ("registry/vocabulary", "*.yaml"), ("benchmarks", "catalogues.py")):
        yield from sorted((ROOT / folder).glob(pattern))


def _fresh(kind: str, state: Iterable[Path]) -> Path:
    """Return where what is made from *state* is kept, after removing what was made from another, unless a run may still use it."""
    digest = hashlib.sha256(today().encode())
    for file in state:
        digest.update(file.read_bytes())
    place = CACHE / f"{kind}-{digest.hexdigest()[:12]}"
    for old in CACHE.glob(f"{kind}-*"):
        if old == place or time.time() - old.stat().st_mtime < _IN_USE_SECONDS:
            continue
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
    return place


def _replicated(catalog: Catalog) -> Catalog:
    """Return *catalog* with each provider, and all its models, COPIES times under names of their own."""
    result = replace(catalog, providers={}, models={})
    for copy in range(COPIES):
        mark = f"-{copy}" if copy else ""
        for name, provider in catalog.providers.items():
            identity = f"{name}{mark}"
            result.providers[identity] = replace(provider, ref=identity, provider=identity, id=identity, facts={**provider.facts, "id": identity})
        for model in catalog.models.values():
            ref = f"{model.provider}{mark}/{model.id}"
            result.models[ref] = replace(model, ref=ref, provider=f"{model.provider}{mark}")
    return result
