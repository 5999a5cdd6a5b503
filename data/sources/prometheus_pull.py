"""Prometheus as a source: ranges of every question, cut so that each answer is small and no sample is asked
for twice.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from data.sources import samples
from data.sources.asking import Refusal
from data.sources.link import Link, TooLarge
from data.sources.prometheus import Asked, Prometheus
from data.sources.pull import Bounds, Page, Window

LOG = logging.getLogger("tenantscope.sync")
POINTS = 10_000  # of a series in one answer; the server gives 11,000 at most
FEW, MANY = 50_000, 400_000  # samples of a slice: of fewer the next is longer, of more it is shorter
FIRST = timedelta(hours=1)


@dataclass
class Learnt:
    """What the server has said of metrics, and how it has warned."""

    kinds: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    asked: bool = False
    warnings: list[str] = field(default_factory=list[str])


class PrometheusPull:
    """See `data.sources.pull.Pull`."""

    key, time, snapshot = "", "occurred_at", False

    def __init__(self, settings: Prometheus) -> None:
        self._settings = settings
        self._link = Link(settings, "Prometheus")
        self._learnt = Learnt()
        self._length = FIRST

    def check(self) -> str:
        """Ask for the version and how many series each question has now."""
        version = self._version()
        at = f"{self._now().timestamp():.3f}"
        many = sum(
            len(self._result(each, "/api/v1/query", {"query": each.query, "time": at}))
            for each in self._settings.asked()
        )
        questions = len(self._settings.asked())
        said = f"{version} answers; {questions} {'question has' if questions == 1 else 'questions have'} "
        warned = "".join(f" It warns: {each}" for each in self._learnt.warnings)
        return f"{said}{many:,} series now.{warned}"

    def sample(self, many: int) -> list[str]:
        """The newest samples: of this moment, else of the history that is asked for."""
        self._learnt.asked = False  # what is said of metrics changes with the programs
        now = self._settled(self._now())
        share = max(1, many // len(self._settings.asked()))
        found: list[bytes] = []
        for each in self._settings.asked():
            lines = self._range(each, now - each.step, now + timedelta(milliseconds=1), each.step)
            if not lines:
                sparse = max(each.step, self._settings.history / 100)
                lines = self._range(each, now - self._settings.history, now, sparse)
            found += lines[-share:]
        return [line.decode() for line in found]

    def bounds(self) -> Bounds:
        """How far back a server goes it does not say."""
        return Bounds()

    def counts(self, window: Window) -> Mapping[datetime, int] | None:  # noqa: ARG002  see Pull
        """Samples between two points of a range are not counted."""
        return None

    def read(self, window: Window) -> Iterator[Page]:
        """Slices of the window, the oldest first, each with what every question has there."""
        now = self._settled(self._now())
        stop = min(window.stop or now, now)
        start = window.start or stop - self._settings.history
        while start < stop:
            end = min(stop, start + min(self._length, POINTS * min(e.step for e in self._settings.asked())))
            try:
                lines = [
                    line
                    for each in self._settings.asked()
                    for line in self._range(each, start, end, each.step)
                ]
            except TooLarge:
                if end - start <= min(each.step for each in self._settings.asked()):
                    raise
                self._length = max((end - start) / 2, timedelta(seconds=1))
                continue
            yield Page(b"".join(lines), len(lines), end if window.on == "cursor" else None)
            self._adapt(len(lines))
            start = end

    def close(self) -> None:
        """Let go of the connections."""
        self._link.close()

    def _adapt(self, lines: int) -> None:
        if lines < FEW:
            self._length = min(self._length * 2, timedelta(days=7))
        elif lines > MANY:
            self._length = max(self._length / 2, timedelta(seconds=1))

    def _slice(self, start: datetime, stop: datetime) -> list[bytes]:
        return [line for each in self._settings.asked() for line in self._range(each, start, stop, each.step)]

    def _range(self, asked: Asked, start: datetime, stop: datetime, step: timedelta) -> list[bytes]:
        """The samples of [start, stop) on the multiples of the step, which are the same whoever asks."""
        seconds = step.total_seconds()
        first = math.ceil(round(start.timestamp() / seconds, 9)) * seconds
        last = (math.ceil(round(stop.timestamp() / seconds, 9)) - 1) * seconds
        if last < first:
            return []
        ends = {"start": f"{first:.3f}", "end": f"{last:.3f}", "step": f"{seconds:.3f}"}
        found = self._result(asked, "/api/v1/query_range", {"query": asked.query} | ends)
        return [line for series in found for line in self._lines(asked, series)]

    def _lines(self, asked: Asked, series: dict[str, Any]) -> Iterator[bytes]:
        labels: dict[str, str] = series["metric"]
        own = labels.get("__name__", "")
        name = asked.name or own
        if not name:
            said = "gives series without a name. Say `name` under it in `queries`."
            raise Refusal(f"{self._settings.name}: the question {asked.query[:80]!r} {said}")
        kind, unit = self._said_of(own)
        kind, unit = samples.kind_of(own, labels, kind), samples.unit_of(own or name, unit)
        for at, value in series.get("values", ()):
            yield samples.line(name, labels, at, float(value), kind=kind, unit=unit)

    def _said_of(self, name: str) -> tuple[str, str]:
        """Kind and unit of a metric, as its own program says them."""
        if not self._learnt.asked:
            self._learnt.asked = True
            found = self._link.json("GET", "/api/v1/metadata", {}).get("data")
            for each, said in found.items() if isinstance(found, dict) else ():
                self._learnt.kinds[each] = (said[0].get("type", ""), said[0].get("unit", ""))
        return next(
            (self._learnt.kinds[each] for each in samples.families(name) if each in self._learnt.kinds),
            ("", ""),
        )

    def _result(self, asked: Asked, path: str, values: dict[str, str]) -> list[dict[str, Any]]:
        # Where several servers answer as one, an answer without some of them would lose samples for good.
        found = self._asked(path, values | {"partial_response": "false"}, asked.query)
        result = found.get("result")
        if found.get("resultType") not in ("matrix", "vector") or not isinstance(result, list):
            said = "is answered by no series. Ask for a range of series, not for a text or a single number."
            raise Refusal(f"{self._settings.name}: the question {asked.query[:80]!r} {said}")
        return result

    def _asked(self, path: str, values: dict[str, str], query: str) -> dict[str, Any]:
        found = self._link.json("POST", path, values)
        if found.get("status") == "error":
            reason = str(found.get("error", ""))[:300]
            said = f"the question {query[:80]!r} cannot be answered ({found.get('errorType')}: {reason})"
            raise Refusal(f"{self._settings.name}: {said}. Correct it, or ask for less.")
        data = found.get("data")
        if found.get("status") != "success" or not isinstance(data, dict):
            raise self._link.no_product()
        for each in found.get("warnings") or ():
            if each not in self._learnt.warnings:
                self._learnt.warnings.append(str(each)[:300])
                LOG.warning("%s: %s warns: %s", self._settings.name, self._link.where, each)
        return data

    def _version(self) -> str:
        found = self._link.json("GET", "/api/v1/status/buildinfo", {}).get("data")
        version = found.get("version") if isinstance(found, dict) else None
        return f"Prometheus {version}" if version else "A Prometheus"

    def _now(self) -> datetime:
        """The server's own time: for what lies ahead of it, it gives what it knows last."""
        found = self._asked("/api/v1/query", {"query": "time()"}, "time()").get("result")
        if not isinstance(found, list) or len(found) != 2:
            raise self._link.no_product()
        return datetime.fromtimestamp(float(found[1]), UTC)

    def _settled(self, now: datetime) -> datetime:
        return now - self._settings.delay
