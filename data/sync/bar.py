"""A line that says how far a sync has come: rewritten on a terminal, rarely repeated elsewhere."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from data.sources.refusal import unnamed
from data.sync.engine import Progress
from data.ticker import ELSEWHERE, ON_TERMINAL, clear, write


@dataclass
class Bar:
    """Shows the progress of one source on standard error."""

    name: str
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _first: int | None = None

    def show(self, progress: Progress) -> None:
        """Show how far it is, if enough time has passed."""
        now = time.monotonic()
        self._first = progress.records if self._first is None else self._first
        if now - (self._shown or self._began) < (ON_TERMINAL if sys.stderr.isatty() else ELSEWHERE):
            return
        self._shown = now
        share = f"  {min(progress.records / progress.of, 1):4.0%}" if progress.of else ""
        rate = max(progress.records - self._first, 0) / max(now - self._began, 0.001)
        write(f"{self.name}  {progress.part}{share}  {progress.records:,} records  {rate:,.0f} records/s")

    def waits(self, why: str) -> None:
        """Show why the source is asked again."""
        now = time.monotonic()
        if why and now - (self._shown or self._began) >= (ON_TERMINAL if sys.stderr.isatty() else ELSEWHERE):
            self._shown = now
            write(f"{self.name}  is asked again: {unnamed(why, self.name)}")

    def clear(self) -> None:
        """Leave the line to what comes next."""
        if self._shown:
            clear()


def progress_of(form: dict[str, Any]) -> Progress:
    """A progress that the running app has sent."""
    return Progress(str(form["part"]), int(form["records"]), int(form["of"]))
