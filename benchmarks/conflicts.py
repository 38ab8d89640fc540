"""Where the registry's facts and those of the peers' catalogues are equal, differ for a reason, or are open: what `providers conflicts` says."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from peers import GENAI_PRICES, LITELLM, ROOT
from processes import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from peers import Peer

_WRITE = {
    LITELLM.name: """
import shutil, sys
from importlib.resources import files

shutil.copy(str(files("litellm") / "model_prices_and_context_window_backup.json"), sys.argv[1])
""",
    GENAI_PRICES.name: """
import dataclasses, datetime, json, sys
from decimal import Decimal
from genai_prices import types
from genai_prices.data import providers

def plain(value):
    if isinstance(value, types.ModelPrice):
        return {key: plain(item) for key, item in value.__dict__.items() if item is not None and not key.startswith("_")}
    if isinstance(value, types.ClauseOr):
        return {"or": [plain(item) for item in value.or_]}
    if isinstance(value, types.ClauseAnd):
        return {"and": [plain(item) for item in value.and_]}
    if dataclasses.is_dataclass(value):
        fields = [field.name for field in dataclasses.fields(value) if not field.name.startswith("_")]
        return {name: plain(getattr(value, name)) for name in fields if getattr(value, name) is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value

json.dump([plain(provider) for provider in providers], open(sys.argv[1], "w"))
""",
}
"""Per peer, how its catalogue is written as the file that its project publishes."""


def report(ready: Sequence[Peer], command: str, env: dict[str, str], folder: Path) -> str:
    """Return the counts of every peer that is *ready*; *command* is `providers`."""
    lines = ["", "Facts held by both, the registry and a peer's catalogue (`providers conflicts --against`)"]
    for peer in ready:
        file = folder / f"{peer.name}.json"
        output([peer.python, "-c", _WRITE[peer.name], str(file)], env | dict(peer.env))
        said = json.loads(output([command, "conflicts", "--against", peer.name, str(file), "--all", "--format", "json"], env | {"PROVIDERS_REGISTRY": str(ROOT / "registry")}))
        counts: Counter[str] = Counter()
        for row in said["counts"]:
            counts.update({key: row[key] for key in ("models", "equal", "settled", "open", "unrecorded")})
        prices = Counter(row["state"] for row in said["conflicts"] if "usd" in row["field"])
        lines.append(
            f"{peer.name} {peer.version}: {counts['models']:,} models; equal {counts['equal']:,}, settled {counts['settled']:,}, open {counts['open']:,}, limits not recorded {counts['unrecorded'] - prices['unrecorded']:,}"
        )
        lines.append(f"  of the prices: settled with a typed reason {prices['settled']:,}, open {prices['open'] + prices['unrecorded']:,}")
    return "\n".join(lines)
