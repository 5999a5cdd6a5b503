"""A line that says how far a load has come: rewritten on a terminal, rarely repeated elsewhere."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from data.ingest import State

ON_TERMINAL, ELSEWHERE = 0.2, 10.0


@dataclass
class Ticker:
    """Shows the progress of one load on standard error."""

    name: str
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def show(self, state: State) -> None:
        """Show how far it is, if enough time has passed."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        since = self._shown or self._began
        if now - since < (ON_TERMINAL if terminal else ELSEWHERE):
            return
        self._shown = now
        share = state.bytes_read / state.bytes_total if state.bytes_total else 1.0
        line = f"{self.name}  {share:4.0%}  {state.lines:,} lines"
        line += f"  {state.quarantined:,} in quarantine" if state.quarantined else ""
        line += f"  {state.lines / max(now - self._began, 0.001):,.0f} lines/s"
        write(line)

    def clear(self) -> None:
        """Leave the line to what comes next."""
        if self._shown:
            clear()


def write(line: str) -> None:
    """Put a line in the place of the one before it, where that can be done."""
    sys.stderr.write(f"\r\x1b[2K{line}" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()


def clear() -> None:
    """Take the line away, where that can be done."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()
