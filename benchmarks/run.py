"""
`make bench`: measure what modelwright promises to be quick at, beside its peers, and print what was to be reached.

Processes are whole ones, their user and system CPU counted, taking turns with a bare `python -c pass` of the same environment
and with the peers; calls are timed in a process that is warm. Numbers are medians. Nothing fails for being slow: the exit
code is 1 only when something could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import agreement
import catalogues
import conflicts
import crowd
import dispatch
import overlays
import peers
import refreshing
import scale
from processes import FailedError, Probe, Timing, measure, output
from report import Row, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from peers import Peer
    from scale import Scale

_COLD = "import modelwright as m; r = m.load({path!r}); c = m.cost(r.resolve({ref!r}), m.Usage(input_tokens=1000, output_tokens=500)); print({what})"
_COLD_PEERS = {
    "genai-prices": "import genai_prices as g; print(g.calc_price(g.Usage(input_tokens=1000, output_tokens=500), 'gpt-4o', provider_id='openai').total_price)",
    "litellm": "import litellm; print(litellm.cost_per_token(model='gpt-4o', prompt_tokens=1000, completion_tokens=500))",
}
_PEAK = "; print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))"
_NEW_MODULES = "import sys; old = set(sys.modules); import modelwright; print(*(set(sys.modules) - old))"
_SLOW = 8
"""Processes that take seconds take part in every eighth round."""


class Bench:
    """What is measured, and with what."""

    def __init__(self, sizes: Scale, ready: list[Peer], home: Path, rounds: int) -> None:
        self.scale, self.peers, self.rounds = sizes, ready, rounds
        self.python = peers.own_python()
        self.command = str(Path(self.python).parent / "providers")
        self.env = {"PROVIDERS_HOME": str(home), "NO_COLOR": "1"}
        self.home = home
        ids = [ref for ref in sizes.refs if "'" not in ref]
        self.ref = ids[len(ids) // 3]

    def timed(
        self,
        ours: dict[str, list[str]],
        theirs: dict[str, str],
        *,
        env: dict[str, str] | None = None,
        rounds: int | None = None,
        statuses: tuple[int, ...] = (0,),
    ) -> dict[str, Timing]:
        """Return the timings of *ours*, name to command, of *theirs*, peer to code, and of a bare start of each."""
        here = self.env | (env or {})
        probes = [Probe(name="bare", argv=(self.python, "-c", "pass"), env=here)]
        probes += [Probe(name=name, argv=argv, env=here, statuses=statuses) for name, argv in ours.items()]
        for peer in self.peers:
            if peer.name in theirs:
                every = _SLOW if peer is peers.LITELLM else 1
                probes.append(Probe(name=f"bare {peer.name}", argv=(peer.python, "-c", "pass"), every=every))
                probes.append(Probe(name=peer.name, argv=(peer.python, "-c", theirs[peer.name]), env=dict(peer.env), every=every))
        return measure(probes, rounds or self.rounds)

    def starts(self) -> list[Row]:
        """Import, and the cold process at both sizes."""
        cold = {
            "cold": self._cold(self.scale.artifact, self.ref, "c.state"),
            "cold, usd": self._cold(self.scale.artifact, self.ref, "c.usd"),
            f"cold {scale.COPIES}x": self._cold(self.scale.many, self._far_ref(), "c.state"),
            f"cold {scale.COPIES}x, usd": self._cold(self.scale.many, self._far_ref(), "c.usd"),
        }
        imports = self.timed({"import": [self.python, "-c", "import modelwright"]}, {peer.name: f"import {peer.module}" for peer in self.peers})
        ours = self.timed({name: [self.python, "-c", code] for name, code in cold.items()}, _COLD_PEERS)
        new = output([self.python, "-c", _NEW_MODULES]).split()
        outside = sorted({name.partition(".")[0] for name in new} - sys.stdlib_module_names - {"modelwright"})
        note = f"{len(new)} modules" + (f", NOT OF THE STANDARD LIBRARY: {outside}" if outside else ", all of the standard library or ours")
        rows = [Row(what="import modelwright, over bare", ours=_over(imports, "import"), unit="{} ms", reach=5, peers=self._over_peers(imports), note=note)]
        models, many = f"{len(self.scale.refs):,}", f"{len(self.scale.refs) * scale.COPIES:,}"
        for name, size in (("cold", models), ("cold, usd", models), (f"cold {scale.COPIES}x", many), (f"cold {scale.COPIES}x, usd", many)):
            what = f"cold: import, load, resolve, price{' and its Decimal' if 'usd' in name else ''}; {size} models"
            rows.append(Row(what=what, ours=_over(ours, name), unit="{} ms", reach=5, peers=self._over_peers(ours)))
        return rows

    def memory(self) -> list[Row]:
        """The most memory the cold process held."""
        if not os.path.exists("/proc/self/status"):
            return []
        theirs = [(peer.name, self._peak(peer.python, _COLD_PEERS[peer.name], dict(peer.env))) for peer in self.peers]
        bare = self._peak(self.python, "pass", {})
        rows = []
        for path, ref, size in ((self.scale.artifact, self.ref, 1), (self.scale.many, self._far_ref(), scale.COPIES)):
            peak = self._peak(self.python, self._cold(path, ref, "c.usd"), self.env)
            rows.append(Row(what=f"cold: peak memory, {len(self.scale.refs) * size:,} models", ours=peak, unit="{} MiB", peers=tuple(theirs), note=f"bare Python {bare:.1f} MiB"))
        return rows

    def calls(self) -> list[Row]:
        """Resolve and cost in a warm process."""
        script = str(Path(__file__).with_name("calls.py"))
        known = {"modelwright": json.loads(output([self.python, script, "modelwright", str(self.scale.artifact)]).splitlines()[-1])}
        for peer in self.peers:
            known[peer.name] = json.loads(output([peer.python, script, peer.name], dict(peer.env)).splitlines()[-1])
        rows = []
        for key, what, reach in (
            ("resolve rotating", "warm resolve, going round {models:,} refs", 2),
            ("resolve repeated", "warm resolve, one ref", 2),
            ("resolve first", "resolve, each ref for the first time", None),
            ("cost rotating", "warm cost of a given Usage, going round the models", 2),
            ("cost repeated", "warm cost of a given Usage, one model", 2),
            ("usage", "making a Usage", None),
            ("whole rotating", "warm resolve + Usage + cost, going round the models", None),
            ("whole repeated", "warm resolve + Usage + cost, one model", None),
        ):
            mine = known["modelwright"]
            theirs = tuple((name, found[key]) for name, found in known.items() if name != "modelwright" and key in found)
            rows.append(Row(what=what.format(models=int(mine["models"])), ours=mine[key], unit="{} µs", reach=reach, peers=theirs))
        return rows

    def commands(self) -> list[Row]:
        """The command line: lint, compile, why and help."""
        here, target = {"PROVIDERS_REGISTRY": str(self.scale.clean)}, str(self.home / "registry.artifact")
        found = self.timed(
            {
                "lint": [self.command, "lint", "--no-cache"],
                "option": [self.command, "lint", "--no-cache", "--ignore", "PV999"],
                "again": [self.command, "lint"],
                "compile": [self.command, "compile", "-o", target],
                "why": [self.command, "why", self.ref, "limits.context_tokens"],
                "help": [self.command, "--help"],
            },
            {},
            env=here,
            rounds=max(5, self.rounds // 2),
        )
        size = f"{len(self.scale.refs):,} models in {catalogues.PROVIDERS} files"
        rows = [
            _times("full lint of " + size, found, "lint", 20, note=f"{self.scale.findings} findings"),
            _times("full lint with an option that takes a value", found, "option", None),
            _times("no-change lint", found, "again", 6),
            _times("full compile of the same", found, "compile", 30),
            _times("providers --help", found, "help", 6),
            _times("providers why REF FIELD, same registry", found, "why", None),
        ]
        if self.scale.raw is not None:
            raw, there = [self.command, "lint", "--no-cache"], {"PROVIDERS_REGISTRY": str(self.scale.raw)}
            findings = len(json.loads(output([*raw, "--format", "json"], self.env | there, statuses=(1,)))["findings"])
            timed = self.timed({"raw": raw}, {}, env=there, rounds=5, statuses=(0, 1))
            rows.append(_times("full lint of the catalogue as imported", timed, "raw", None, note=f"{findings:,} findings, each with its line and column"))
        return [*rows, *self._against_check_jsonschema()]

    def refresh(self) -> list[Row]:
        """Planning and applying, beside a compile of the same registry, and gathering."""
        return refreshing.rows(self.scale.clean, self.command, self.env, self.home)

    def overlays(self) -> list[Row]:
        """What a user's file adds."""
        return overlays.rows(self.scale.clean, self.scale.refs, self.command, self.python, self.env, self.home)

    def dispatch(self) -> list[Row]:
        """What the dispatcher adds to a call."""
        return dispatch.rows(self.command, self.python, self.env, self.home)

    def crowd(self) -> list[Row]:
        """Many calls at once."""
        return crowd.rows(self.command, self.python, self.env, self.home)

    def _against_check_jsonschema(self) -> list[Row]:
        tool = Path(sys.executable).with_name("check-jsonschema")
        if not tool.exists():
            print("check-jsonschema is skipped: it is not installed beside this Python", file=sys.stderr)
            return []
        schema = self.home / "models.schema.json"
        schema.write_text(output([self.command, "schema", "models"], self.env))
        files = sorted(map(str, (self.scale.clean / "models").glob("*.yaml")))
        lint = Probe(name="lint", argv=(self.command, "lint", "--no-cache"), env=self.env | {"PROVIDERS_REGISTRY": str(self.scale.clean)})
        theirs = Probe(name="check-jsonschema", argv=(str(tool), "--schemafile", str(schema), *files))
        found = measure([lint, theirs], 3)
        note = f"check-jsonschema {found['check-jsonschema'].ms:,.0f} ms for the {len(files)} files of models alone, lint {found['lint'].ms:,.0f} ms"
        return [Row(what="full lint, faster than check-jsonschema", ours=found["check-jsonschema"].ms / found["lint"].ms, unit="{}x", reach=10, at_least=True, note=note)]

    def _cold(self, path: Path, ref: str, what: str) -> str:
        return _COLD.format(path=str(path), ref=ref, what=what)

    def _far_ref(self) -> str:
        provider, _, model = self.ref.partition("/")
        return f"{provider}-{scale.COPIES // 2}/{model}"

    def _over_peers(self, found: dict[str, Timing]) -> tuple[tuple[str, float], ...]:
        return tuple((peer.name, found[peer.name].ms - found[f"bare {peer.name}"].ms) for peer in self.peers)

    def _peak(self, python: str, code: str, env: dict[str, str]) -> float:
        return int(output([python, "-c", code + _PEAK], env).split()[-1]) / 1024


def _over(found: dict[str, Timing], name: str) -> float:
    return found[name].ms - found["bare"].ms


def _times(what: str, found: dict[str, Timing], name: str, reach: float | None, note: str = "") -> Row:
    said = f"{found[name].ms:,.0f} ms, bare {found['bare'].ms:.1f}"
    return Row(what=what, ours=found[name].ms / found["bare"].ms, unit="{}x bare", reach=reach, note=f"{said}; {note}" if note else said)


def _ready() -> list[Peer]:
    found = []
    for peer in peers.PEERS:
        said = peers.prepare(peer)
        if said is None:
            found.append(peer)
        else:
            print(f"{peer.name} {peer.version} is skipped: it cannot be installed: {said}", file=sys.stderr)
    return found


def _catalogue(named: str | None) -> Path | None:
    if named:
        return Path(named)
    return next((file for file in catalogues.FOUND if file.exists()), None)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--catalogue",
        metavar="FILE",
        default=os.environ.get("MODELWRIGHT_CATALOGUE"),
        help="models.dev's api.json; default: MODELWRIGHT_CATALOGUE, else what lies beside the checkout, else made up",
    )
    parser.add_argument("--made-up", action="store_true", help="measure the made-up registry although there is a catalogue")
    parser.add_argument("--rounds", type=int, default=24, metavar="N", help="how often each quick process is started (default: 24)")
    parser.add_argument(
        "--only",
        choices=["starts", "memory", "calls", "commands", "refresh", "overlays", "dispatch", "crowd", "agreement"],
        action="append",
        help="measure this part only; repeatable",
    )
    options = parser.parse_args()
    ready = _ready()
    sizes = scale.prepare(None if options.made_up else _catalogue(options.catalogue))
    print(f"measured on: {sizes.label}, {len(sizes.refs):,} models; Python {sys.version.split()[0]}; peers: {', '.join(f'{peer.name} {peer.version}' for peer in ready) or 'none'}")
    if sizes.dropped:
        print(f"dropped from the catalogue, so that nothing is found in it: {', '.join(f'{count} x {name}' for name, count in sizes.dropped.most_common())}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # no checkout and no project's file is found from here
        bench = Bench(sizes, ready, Path(folder), options.rounds)
        parts: dict[str, tuple[str, Callable[[], list[Row]]]] = {
            "starts": ("Starting (CPU over bare Python)", bench.starts),
            "memory": ("Memory", bench.memory),
            "calls": ("Calls (CPU)", bench.calls),
            "commands": ("Commands (CPU, times bare Python)", bench.commands),
            "refresh": ("Refresh (CPU, times a full compile)", bench.refresh),
            "overlays": ("Users' files (CPU)", bench.overlays),
            "dispatch": ("Calls of models, on loopback", bench.dispatch),
            "crowd": ("Many calls at once, on loopback", bench.crowd),
        }
        for name, (title, part) in parts.items():
            if options.only and name not in options.only:
                continue
            try:
                print(render(title, part()), flush=True)
            except FailedError as error:
                failed = True
                print(f"\n{title}: FAILED TO RUN: {error}", flush=True)
        if not options.only or "agreement" in options.only:
            try:
                print(agreement.report(ready), flush=True)
                print(conflicts.report(ready, bench.command, bench.env, Path(folder)), flush=True)
            except FailedError as error:
                failed = True
                print(f"\nAgreement: FAILED TO RUN: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
