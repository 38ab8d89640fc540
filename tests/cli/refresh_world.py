"""A working directory with a small registry of two providers, and a server on the loopback interface that lists what a test says."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from discover.servers import Call, Reply, Server, as_json, serving
from modelwright.resources import registry_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pytest

    from command_line import Outcome, Run

NOON = 20_777 * 86_400 + 43_200
"""2026-11-20, the day tests judge by."""
DAY = "2026-11-20"

MODELS = """\
# yaml-language-server: $schema=../../schemas/models.schema.json
provider: acme
# what Acme offers
sources:
  default: {from: "Acme's documentation, opened", read_on: 2026-11-01}
models:
  - id: acme-large   # the big one
    name: Acme Large
    aliases: [big]
    limits: {context_tokens: 200000, output_tokens: 64000}   # as documented
    input: [text]
    output: [text]
    capabilities: {tools: true}
    prices:
      - {input_usd_per_mtok: 3, output_usd_per_mtok: 15}   # list price
  - id: acme-small
    name: Acme Small
    limits: {context_tokens: 128000}
    prices:
      # cheap
      - input_usd_per_mtok: 0.5
        output_usd_per_mtok: 1.5
  - id: acme-old
    name: Acme Old
    limits: {context_tokens: 32000}
    prices: [{input_usd_per_mtok: 1, output_usd_per_mtok: 2}]
  - id: acme-mini
    name: Acme Mini
    limits: {context_tokens: 32000}
    prices: [{input_usd_per_mtok: 1, output_usd_per_mtok: 2}]
"""
BOLT_MODELS = """\
# yaml-language-server: $schema=../../schemas/models.schema.json
provider: bolt
sources:
  default: {from: "Bolt's documentation, opened", read_on: 2026-11-01}
models:
  - id: bolt-1
    name: Bolt 1
    limits: {context_tokens: 64000}   # measured
    prices: [{input_usd_per_mtok: 2, output_usd_per_mtok: 4}]
"""
_PROVIDER = """\
# yaml-language-server: $schema=../../schemas/provider.schema.json
id: {id}
name: {name}
{more}kind: hosted
order: {order}
billing: metered
routes:
  - {{id: api, label: API key, protocol: openai-chat, base_url: "{url}/{id}/v1", auth: {{kind: bearer, env: [{variable}]}}}}
discovery:
  - {{adapter: {adapter}, url: "${{base_url}}/models", auth: {auth}, price_unit: usd_per_mtok, authoritative: [id, name, limits, capabilities, modalities, prices]}}
sources:
  default: {{from: "{name}'s documentation, opened", read_on: 2026-11-01}}
"""


def model(identity: str, context: int | None = None, price: tuple[float, float] | None = None, **more: Any) -> dict[str, Any]:
    """Return a model as the server lists it."""
    found: dict[str, Any] = {"id": identity, "name": identity.replace("-", " ").title()}
    found |= {} if context is None else {"context_length": context}
    found |= {} if price is None else {"pricing": {"input": price[0], "output": price[1]}}
    return found | more


def unmoved() -> list[dict[str, Any]]:
    """Return what Acme lists as long as it says what the registry says."""
    return [
        model("acme-large", 200_000, (3, 15), max_output_tokens=64_000),
        model("acme-small", 128_000, (0.5, 1.5)),
        model("acme-old", 32_000, (1, 2)),
        model("acme-mini", 32_000, (1, 2)),
    ]


def moved() -> list[dict[str, Any]]:
    """Return what Acme lists after a price went up, a model went and another came."""
    return [
        model("acme-large", 200_000, (3, 15), max_output_tokens=64_000),
        model("acme-small", 128_000, (0.6, 1.5)),
        model("acme-mini", 32_000, (1, 2)),
        model("acme-next", 400_000, (4, 20)),
    ]


RAISED, GONE, NEW = "acme/acme-small#price", "acme/acme-old#missing", "acme/acme-next#added"
"""The ids of the three changes that `moved` makes."""


@dataclass
class World:
    """Where a test is."""

    root: Path
    home: Path
    run: Run
    server: Server
    replies: dict[str, Reply | Callable[[Call], Reply]] = field(default_factory=dict)
    """By provider, where it is not a listing of `lists`."""
    lists: dict[str, Any] = field(default_factory=dict)
    """By provider, what is in `data`."""
    now: float = NOON

    @property
    def registry(self) -> Path:
        return self.root / "registry"

    @property
    def review(self) -> Path:
        return self.root / "review.yaml"

    def answer(self, call: Call) -> Reply:
        provider = call.path.split("/")[1]
        reply = self.replies.get(provider)
        if reply is not None:
            return reply(call) if callable(reply) else reply
        return as_json({"data": self.lists.get(provider, [])})

    def refresh(self, *arguments: str | Path, code: int = 0) -> Outcome:
        return self.run("refresh", *arguments, code=code)

    def plan(self, *arguments: str | Path, code: int = 0) -> Any:
        """Return what `refresh --json` prints."""
        return self.refresh("--json", *arguments, code=code).json

    def found(self, *arguments: str | Path) -> list[str]:
        """Return the ids of the changes that a refresh of now finds, asked anew."""
        return [change["id"] for change in self.plan("--no-cache", *arguments)["changes"]]

    def states(self, *arguments: str | Path, code: int = 0) -> dict[str, str]:
        return {source["id"]: source["state"] for source in self.plan("--no-cache", *arguments, code=code)["sources"]}

    def files(self) -> dict[str, bytes]:
        """Return every file of the registry by its path there."""
        return files_of(self.registry)

    def write_review(self, decisions: Mapping[str, str] | None = None) -> None:
        """Write the review of now and decide in it; the decision may be followed by more lines of the item."""
        self.refresh("--write-review", "--no-cache")
        self.decide(decisions or {})

    def decide(self, decisions: Mapping[str, str]) -> None:
        lines, item, left = [], "", dict(decisions)
        for line in self.review.read_text().split("\n"):
            if line.startswith("  - id: "):
                item = line.removeprefix("  - id: ").strip('"')
            if line.startswith("    decision: ") and item in left:
                lines += [f"    decision: {left.pop(item)}"]
            else:
                lines.append(line)
        assert not left, f"the review has no {sorted(left)}"
        self.review.write_text("\n".join(lines))

    def asked(self, provider: str) -> int:
        """Return how many requests came for the listing of *provider*."""
        return sum(call.path.startswith(f"/{provider}/") for call in self.server.calls)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder* by its path there, without what only a lock leaves."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and ".apply" not in path.parts}


def add_provider(world: World, identity: str, *, order: int, auth: str = "none", adapter: str = "openai-models", more: str = "", url: str | None = None) -> None:
    """Put the file of a provider that the server serves, or *url* does, into the registry."""
    name = identity.title()
    text = _PROVIDER.format(id=identity, name=name, more=more, order=order, url=url or world.server.url, variable=f"{identity.upper()}_API_KEY", adapter=adapter, auth=auth)
    (world.registry / "providers" / f"{identity}.yaml").write_text(text)


@contextmanager
def a_world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    """Lay out the registry, start the server, and go there."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL")) or name.lower().endswith("_proxy") or name == "GITHUB_STEP_SUMMARY"]:
        monkeypatch.delenv(name)
    root = tmp_path / "work"
    for folder in ("providers", "models"):
        (root / "registry" / folder).mkdir(parents=True)
    shutil.copytree(f"{registry_dir()}/vocabulary", root / "registry" / "vocabulary", ignore=shutil.ignore_patterns("catalogues.yaml"))
    (root / "registry" / "models" / "acme.yaml").write_text(MODELS)
    (root / "registry" / "models" / "bolt.yaml").write_text(BOLT_MODELS)
    monkeypatch.chdir(root)
    with serving(lambda call: world.answer(call)) as server:  # noqa: PLW0108  # there is no world yet
        world = World(root=root, home=home, run=run, server=server, lists={"acme": unmoved(), "bolt": [model("bolt-1", 64_000, (2, 4))]})
        monkeypatch.setattr("modelwright.cli.gathering.time", SimpleNamespace(time=lambda: world.now))
        monkeypatch.setattr("modelwright.runtime.day.time", lambda: world.now)
        add_provider(world, "acme", order=1, auth="optional")
        add_provider(world, "bolt", order=2, more="aliases: [bolt-ai]\n")
        yield world


def started(*arguments: str | Path, output: Path, before: Callable[[], object] = lambda: None) -> int:
    """Start `providers` with *arguments* in a process of its own, *before* called in it first; return its id. What it prints goes to *output*."""
    from modelwright.cli import main

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return child
    code = 99
    try:
        sys.argv = ["providers", *map(str, arguments)]
        sys.stdout = sys.stderr = output.open("w", encoding="utf-8")
        before()
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for the process *child*; return its exit code, negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
