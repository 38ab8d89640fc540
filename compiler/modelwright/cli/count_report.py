"""What counting says: the number of tokens on standard output; who counted on standard error."""

from __future__ import annotations

from typing import Any, ClassVar

import click

from ..diagnostics.render_text import printable
from . import output
from .call_report import Report, failed_before, over


class CountReport(Report):
    """Says how many tokens there are."""

    nothing: ClassVar[dict[str, Any]] = {"input_tokens": None, "is_estimate": None, "why": None, "losses": []}

    def answered(self, answer: Any) -> int:
        """Print the count, and whose it is."""
        if self.is_json:
            return self.document({"input_tokens": answer.input_tokens, "is_estimate": answer.is_estimate, "why": answer.why}, answer, None)
        click.echo(str(answer.input_tokens))
        self.tell_of(answer)
        if answer.is_estimate:
            output.notice(f"note: a guess by the length of the text: {printable(answer.why)}")
        else:
            output.notice("; ".join(filter(None, (f"counted by {over(answer)}", failed_before(answer.attempts)))))
        return 0
