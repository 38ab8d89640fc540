"""
Where our costs and those of the peers are the same, and where not, and why: the price differs, or what is made of it.

genai-prices counts in decimals and must agree to the digit. LiteLLM counts in binary fractions, so its cost is read as the
decimal of fifteen digits that it stands for.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import modelwright
from modelwright.cli.build import build_packaged_artifact
from peers import LITELLM, ROOT
from processes import FailedError, output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from peers import Peer

Request = dict[str, Any]
"""`usage` and perhaps `variant`, `on` and `at`."""

USAGES: tuple[dict[str, int], ...] = (
    {"input_tokens": 1_000, "output_tokens": 500},
    {"input_tokens": 10_000, "output_tokens": 0, "cache_read_tokens": 9_000},
    {"input_tokens": 300_000, "output_tokens": 1_000},
)
CASES = ROOT / "fixtures" / "cost" / "cases.yaml"
_DAY_OF_CASES = "2026-11-20"
EQUAL, PRICE, LACKS, SUM = "equal", "the price differs", "the peer has no price for a part", "the price is the same and the cost is not"
_FIFTEEN = Context(prec=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One request of one model, ours and a peer's."""

    title: str
    name: str
    """What the peer calls the model."""
    asked: str
    ours: Decimal | None
    theirs: Decimal | None
    rates: dict[str, tuple[Decimal | None, Decimal | None]]
    """Of each unit that was billed, our rate and theirs."""

    @property
    def verdict(self) -> str:
        """Whether both are the same, and if not, why not."""
        if self.ours is not None and self.ours == self.theirs:
            return EQUAL
        if self.theirs is None or any(theirs is None for _, theirs in self.rates.values()):
            return LACKS
        return SUM if all(ours == theirs for ours, theirs in self.rates.values()) else PRICE

    @property
    def differing(self) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        """The rates that are not the same."""
        return {unit: pair for unit, pair in self.rates.items() if pair[0] != pair[1]}

    def __str__(self) -> str:
        rates = ", ".join(f"{unit.removesuffix('_usd_per_mtok')} {_text(ours)} | {_text(theirs)}" for unit, (ours, theirs) in self.differing.items())
        return f"{self.title:48} {self.name:44} {self.asked:18} {_text(self.ours):>11} | {_text(self.theirs):<11} {rates}"


def report(ready: Sequence[Peer]) -> str:
    """Return how far the compiled registry of this checkout agrees with the peers that are *ready*."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "registry.artifact"
        try:
            build_packaged_artifact(ROOT / "registry", target)
        except ValueError as error:
            raise FailedError(f"the registry does not compile: {error}") from error
        registry = modelwright.load(target)
        models = list(registry.models())
        lines = ["", f"Agreement with the peers ({len(models)} models, {len(USAGES)} usages each, today)"]
        for peer in ready:
            lines += ["", f"{peer.name} {peer.version}", "-" * (len(peer.name) + len(peer.version) + 1), *_models(peer, models), *_cases(peer, registry)]
    return "\n".join(lines)


def _models(peer: Peer, models: Sequence[modelwright.Model]) -> list[str]:
    known = _known()
    now = datetime.now(UTC).strftime("%H:%M")  # the peers price by their clock, and some models are cheaper at certain hours
    requests = [{"usage": usage, "at": now} for usage in USAGES]
    asked = [model for model in models if peer.name in known.get(model.provider, {})]
    answers = _ask(peer, [_question(known[model.provider][peer.name], model, requests) for model in asked])
    found: list[Comparison] = []
    missing, unpriced = 0, 0
    for model, answer in zip(asked, answers, strict=True):
        missing += answer is None
        compared = [] if answer is None else list(_compared(model.ref, model, requests, answer, peer))
        unpriced += answer is not None and not compared
        found += compared
    return [
        f"models: {len({one.title for one in found})} held by both, {missing} of the same providers by us alone, {unpriced} without a price of ours",
        *_verdicts("costs", found, with_prices=True),
    ]


def _cases(peer: Peer, registry: modelwright.Registry) -> list[str]:
    """Return how the golden cases of real models fare: where the peer has the same price, its cost must be ours to the digit."""
    if not CASES.exists():
        return ["golden cases: there are none yet"]
    known = _known()
    every = [case for case in yaml.safe_load(CASES.read_text())["cases"] if "ref" in case and case["usd"] is not None]
    asked = [(case, registry.resolve(case["ref"], on=case.get("on", _DAY_OF_CASES))) for case in every]
    # LiteLLM prices by its own clock, so it cannot be asked about another hour.
    asked = [(case, model) for case, model in asked if peer.name in known.get(model.provider, {}) and not (peer is LITELLM and "at" in case)]
    requests = [_request(case) for case, _ in asked]
    answers = _ask(peer, [_question(known[model.provider][peer.name], model, [request]) for (_, model), request in zip(asked, requests, strict=True)])
    found: list[Comparison] = []
    for (case, model), request, answer in zip(asked, requests, answers, strict=True):
        if answer is not None:
            found += _compared(case["id"], model, [request], answer, peer)
    wrong = [one for case, _ in asked for one in found if one.title == case["id"] and one.ours != Decimal(case["usd"])]
    lines = _verdicts(f"golden cases ({len(every)} of real models, {len(found)} of them held)", found, with_prices=False)
    return [*lines, *(f"  NOT WHAT THE CASE SAYS: {one}" for one in wrong)]


def _request(case: dict[str, Any]) -> Request:
    usage = dict(case["usage"])
    if case.get("counts") == "uncached":
        usage["input_tokens"] = usage.get("input_tokens", 0) + sum(quantity for key, quantity in usage.items() if key.startswith("cache_"))
    return {"usage": usage, "on": case.get("on", _DAY_OF_CASES), **{key: case[key] for key in ("at", "variant") if key in case}}


def _compared(title: str, model: modelwright.Model, requests: Sequence[Request], answer: dict[str, Any], peer: Peer) -> Iterator[Comparison]:
    """Yield each of *requests* at our price, where there is one, beside what *peer* answered."""
    for request, theirs in zip(requests, answer["answers"], strict=True):
        cost = modelwright.cost(model, modelwright.Usage(**request["usage"]), request.get("on"), variant=request.get("variant"), at=request.get("at"))
        if cost.usd is not None:
            yield Comparison(
                title=title,
                name=answer["name"],
                asked="/".join(f"{quantity:,}" for quantity in request["usage"].values()),
                ours=cost.usd,
                theirs=_exact(theirs["usd"], peer),
                rates=_rates(cost, theirs["rates"]),
            )


def _rates(cost: modelwright.Cost, theirs: dict[str, str | None]) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    ours = {"usd_per_request": "0"} | {line["unit"]: line["usd_per_unit"] for line in cost.lines}
    return {unit: (_decimal(rate), _decimal(theirs.get(unit))) for unit, rate in ours.items()}


def _verdicts(what: str, found: Sequence[Comparison], *, with_prices: bool) -> list[str]:
    counts = Counter(one.verdict for one in found)
    lines = [f"{what}: {', '.join(f'{verdict}: {counts[verdict]}' for verdict in (EQUAL, PRICE, LACKS, SUM))}"]
    for verdict in (SUM, PRICE, LACKS) if with_prices else (SUM,):
        differing = list(_distinct(one for one in found if one.verdict == verdict))
        if differing:
            lines += [f"  {verdict} (ours | theirs: the cost in USD, then the rates that differ, USD per million tokens):", *differing]
    return lines


def _distinct(found: Iterable[Comparison]) -> Iterator[str]:
    """Yield a line a comparison, leaving out further requests of a model that differ in the same rates."""
    seen = set()
    for one in found:
        key = (one.title, tuple(one.differing.items()))
        if key not in seen:
            seen.add(key)
            yield f"    {one}"


def _known() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("peers.yaml").read_text())
    return known


def _question(where: dict[str, Any], model: modelwright.Model, requests: Sequence[Request]) -> dict[str, Any]:
    names = [spelling.replace("{id}", name) for name in (model.id, *model.aliases) for spelling in where["spellings"]]
    return {**where, "names": names, "requests": requests}


def _ask(peer: Peer, questions: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    script = str(Path(__file__).with_name("peer_costs.py"))
    said = output([peer.python, script, peer.name], dict(peer.env), given=json.dumps(questions))
    answers: list[dict[str, Any] | None] = json.loads(said.splitlines()[-1])
    return answers


def _exact(text: str, peer: Peer) -> Decimal | None:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return _FIFTEEN.create_decimal(number) if peer is LITELLM else number


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(number: Decimal | None) -> str:
    return "unknown" if number is None else f"{number.normalize():f}"
