"""What embedding says: the vectors on standard output; route, usage and cost on standard error."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import click

from .call_report import Report, failed_before, over


class EmbedReport(Report):
    """Says what comes of texts that were to be embedded."""

    nothing: ClassVar[dict[str, Any]] = {"vectors": None, "dimensions": None, "losses": []}

    def answered(self, answer: Any) -> int:
        """Print the vectors, and what they took."""
        if self.is_json:
            return self.document({"vectors": list(answer.vectors), "dimensions": answer.dimensions}, answer, answer.cost)
        for vector in answer.vectors:
            click.echo(json.dumps(vector))
        self.tell_of(answer)
        count = len(answer.vectors)
        self.sum_up(over(answer), answer.cost, f"{count:,} {'vector' if count == 1 else 'vectors'} of {answer.dimensions:,} numbers", failed_before(answer.attempts))
        return 0
