"""
zero-price-without-state

What it checks
    A price whose figures are all 0 says with `state` what the zeros mean, unless the model's id or name says "free".

Why it matters
    Zero is read as free, as part of a plan and as unknown; where it is unknown every budget on that model is switched off.

Bad
    - {input_usd_per_mtok: 0, output_usd_per_mtok: 0}

Good
    - {state: included}

Seen
    models.dev@f3fc69229: 373 models; litellm 1.109.1 wheel: 89; catwalk@64dad50: 50; pi-mono@83378aa: 45. What it costs users:
    SocialGouv/iterion#473, dirac#175, coder#27926.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import figures, has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV207"
NAME = "zero-price-without-state"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price without a state that holds nothing but zeros."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if price.get("input_usd_per_mtok") or price.get("output_usd_per_mtok") or "state" in price:
                continue
            own = figures(price)
            if not own or any(own.values()) or any(any(figures(part).values()) for _, part, _ in parts(price)):
                continue
            if "free" not in f"{model.id} {model.facts.get('name', '')}".lower() and has_own_prices(model):
                yield Finding(
                    price_place(model, price, next(iter(own))),
                    f"every price of `{model.ref}` is 0, and nothing says whether it is free, part of a plan or unknown",
                    "write `state: free` or `state: included` in place of the zeros, or leave `prices` out while they are unknown",
                )
