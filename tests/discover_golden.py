"""
Recorded listings as sightings: `fixtures/discover/<adapter>/<case>.json` in, exactly `<case>.expected.json` out.

A case is a listing as the registry describes it and the replies to its pages. `python tests/discover_golden.py --write`
rewrites the expected files; review the difference.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelwright.discover.adapter import Listing

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "discover"
EXPECTED = ".expected.json"
CASES = sorted(path for path in FIXTURES.glob("*/*.json") if not path.name.endswith(EXPECTED))


def recorded(case: Path) -> tuple[Listing, list[Any]]:
    """Return the listing of *case* and the replies to its pages."""
    from modelwright.discover.adapter import Listing

    data = json.loads(case.read_text(encoding="utf-8"))
    facts = data["listing"]
    facts["keep"] = tuple(facts.get("keep", ()))
    if "usd_per_mtok" in facts:
        facts["usd_per_mtok"] = Decimal(facts["usd_per_mtok"])
    return Listing(source=facts["provider"], adapter=case.parent.name, **facts), data["replies"]


def sighted(case: Path) -> str:
    """Return, as JSON, what is asked for and what is made of each reply."""
    from modelwright.discover import all_adapters

    listing, replies = recorded(case)
    adapter = all_adapters()[listing.adapter]
    cursor, pages = None, []
    for reply in replies:
        request, page = adapter.request(listing, cursor), adapter.parse(listing, reply)
        asked = {"method": request.method, "url": request.url, "query": dict(request.query), "body": request.body}
        pages.append({"request": asked, "models": page.models, "cursor": page.cursor, "skipped": page.skipped})
        cursor = page.cursor
    return json.dumps({"pages": pages}, indent=1, ensure_ascii=False) + "\n"


def expected(case: Path) -> Path:
    """Return the file with what *case* has to give."""
    return case.with_name(case.stem + EXPECTED)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "compiler"))
    for one in CASES:
        expected(one).write_text(sighted(one), encoding="utf-8")
