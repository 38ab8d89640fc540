"""
What the dispatcher adds to a call, beside LiteLLM's Router and the official openai SDK, on one loopback server in one run.

*Decision + settle* is what is done for a call besides asking for it: its route, whether that cools, what it may cost and whether
the budget has it, then what it did cost, in place of that, and that the route works. One budget of money holds; the ledger is
off; the bytes that are sent and received are made and read elsewhere. LiteLLM's number is what its Router takes more than the
openai SDK, which it goes through. With SQLite it is durable: a process that is killed at any moment has lost nothing; only the
machine's own crash may take the last commits (WAL, `synchronous=NORMAL`). With Redis it is two round trips.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import peers
import sharing
from peers import ROOT
from processes import output
from report import Row

OPENAI = peers.Peer(name="openai", version="3.57.0", module="openai")
_PEERS = (OPENAI, peers.LITELLM)
_HERE = Path(__file__).parent
_US, _MS = "{} µs", "{} ms"


def rows(command: str, python: str, env: dict[str, str], folder: Path) -> list[Row]:
    """Return the measurements; *command* is `providers`, *python* an interpreter that has modelwright."""
    server = subprocess.Popen([sys.executable, str(_HERE / "answering.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()  # type: ignore[union-attr]  # it is a pipe
        compiled = artifact(command, env, folder, port)
        known = {"modelwright": _asked("modelwright", python, port, env, compiled)}
        for peer in _PEERS:
            said = peers.prepare(peer)
            if said is None:
                known[peer.name] = _asked(peer.name, peer.python, port, dict(peer.env))
            else:
                print(f"{peer.name} {peer.version} is skipped: it cannot be installed: {said}", file=sys.stderr)
    finally:
        server.communicate()
    return [*_table(known), *sharing.rows(python, env, compiled, folder)]


def _asked(name: str, python: str, port: str, env: dict[str, str], *more: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(output([python, str(_HERE / "dispatching.py"), name, port, *more], env).splitlines()[-1])
    return found


def artifact(command: str, env: dict[str, str], folder: Path, port: str) -> str:
    """Compile a registry with a provider that is dead and one that is alive behind it, and one budget."""
    home = folder / "dispatch"
    home.mkdir(exist_ok=True)

    def provider(path: str) -> dict[str, object]:
        auth = {"kind": "api-key", "env": ["KEY"]}
        models = {"model": {"limits": {"context_tokens": 100_000, "output_tokens": 1_000}, "prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]}}
        return {"base_url": f"http://127.0.0.1:{port}{path}/v1", "protocol": "openai-chat", "auth": auth, "models": models}

    said = {
        "version": 1,
        "providers": {"alive": provider(""), "dead": provider("/dead")},
        "agents": {"defaults": {"primary": "dead/model", "fallbacks": ["alive/model"]}},
        "budgets": [{"scope": "global", "metric": "cost", "value": 1_000_000, "period": "daily"}],
    }
    (home / "models.json").write_text(json.dumps(said))
    output([command, "compile", "--registry", str(ROOT / "registry"), "-o", str(home / "registry.artifact")], env | {"PROVIDERS_HOME": str(home)})
    return str(home / "registry.artifact")


def _table(known: dict[str, dict[str, float]]) -> list[Row]:
    ours = known["modelwright"]

    def theirs(key: str) -> tuple[tuple[str, float], ...]:
        return tuple((name, found[key]) for name, found in known.items() if name != "modelwright" and key in found)

    both = "openai" in known and "litellm" in known
    router = (("litellm Router", known["litellm"]["call"] - known["openai"]["call"]),) if both else ()
    asked = "asked once, then 0 times" if (ours["dead asked"], ours["dead asked later"]) == (1, 0) else f"ASKED {ours['dead asked']:.0f}, THEN {ours['dead asked later']:.0f} TIMES"
    litellm = f"; litellm's {known['litellm']['dead asked']:.0f}, then {known['litellm']['dead asked later']:.0f} times" if "litellm" in known else ""
    return [
        Row(what="decision + settle, CPU, state in memory", ours=ours["decision"], unit=_US, reach=10, peers=router),
        Row(
            what="decision + settle, CPU, state in SQLite, durable",
            ours=ours["durable"],
            unit=_US,
            reach=60,
            peers=router,
            note=f"{ours['durable, wall']:.0f} µs with the waits for the disk",
        ),
        Row(what="whole call, CPU, over a transport that has the answer", ours=ours["engine"], unit=_US),
        Row(
            what="whole call, over the bare transport (httpx)", ours=ours["call"], unit=_US, reach=150, peers=theirs("call"), note=f"a bare call takes {ours['bare call']:,.0f} µs"
        ),
        Row(what="stream, CPU of a chunk", ours=ours["chunk"], unit=_US, reach=15, peers=theirs("chunk"), note=f"bare httpx and json {ours['bare chunk']:.1f} µs"),
        Row(
            what="dead primary, healthy fallback: first call, over a healthy one",
            ours=ours["dead"],
            unit=_MS,
            reach=20,
            peers=theirs("dead"),
            note=f"the dead one is {asked}{litellm}",
        ),
    ]
