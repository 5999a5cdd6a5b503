"""One endpoint of metrics in Prometheus' text format or OpenMetrics, such as `/metrics` of a program: every
sync is one look at it, at our own clock's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import model_validator

from data.mapping import Mapping as Columns
from data.sources import samples
from data.sources.pull import Bounds, Page, Pull, Window
from data.sources.sample import Sample
from data.sources.settings import Span
from data.sources.web import Web

ACCEPT = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4"


class Scrape(Web):
    """`url`: the endpoint itself; `job`: what its samples' service is, the source's name if left out;
    `instance`: their host, the endpoint's if left out.
    """

    example = "https://api.example/metrics"

    kind: Literal["scrape"]
    job: str | None = None
    instance: str | None = None
    # What the endpoint said before is past, and not gone.
    deletes: Literal["follow", "keep"] = "keep"
    timeout: Span = timedelta(seconds=10)
    retries: int = 0
    most_bytes: int = 32 << 20

    @model_validator(mode="after")
    def _past_stays(self) -> Self:
        if self.deletes != "keep":
            raise ValueError("deletes: what an endpoint said before stays; leave it out")
        return self

    def proposed(self, seen: Sample) -> Columns | None:
        """Samples have one form."""
        return samples.mapping(self.name, "Prometheus' text format", seen)

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        from data.store import utc_now  # noqa: PLC0415  the process that reads is where time is told

        return ScrapePull(self, utc_now)


class ScrapePull:
    """See `data.sources.pull.Pull`."""

    key, time, snapshot = "", "occurred_at", True

    def __init__(self, settings: Scrape, clock: Callable[[], datetime]) -> None:
        from data.sources.link import Link  # noqa: PLC0415  the app has no use for the client

        self._settings, self._clock = settings, clock
        self._link = Link(settings, "an endpoint of metrics")
        self._held: list[bytes] | None = None

    def check(self) -> str:
        """Look at it once, and keep nothing."""
        lines = self._scrape()
        return f"{self._link.where} answers with {len(lines):,} samples."

    def sample(self, many: int) -> list[str]:
        """The first samples; what was seen is what the next read gives."""
        self._held = self._scrape()
        return [line.decode() for line in self._held[:many]]

    def bounds(self) -> Bounds:
        """It has no past."""
        return Bounds()

    def counts(self, window: Window) -> Mapping[datetime, int] | None:  # noqa: ARG002  see Pull
        """It has no past to count."""
        return None

    def read(self, window: Window) -> Iterator[Page]:  # noqa: ARG002  see Pull
        """All samples of this moment."""
        lines, self._held = self._held or self._scrape(), None
        yield Page(b"".join(lines), len(lines))

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    def _scrape(self) -> list[bytes]:
        at = self._clock().timestamp()
        text, kind = self._link.text("", accept=ACCEPT)
        try:
            return [line for family in _families(text, kind) for line in self._lines(family, at)]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise self._link.no_product() from None

    def _lines(self, family: Any, at: float) -> Iterator[bytes]:
        own = {
            "job": self._settings.job or self._settings.name,
            "instance": self._settings.instance or self._link.where.partition("://")[2],
        }
        for each in family.samples:
            kind = samples.kind_of(each.name, each.labels, family.type)
            unit = samples.unit_of(each.name, family.unit or "")
            yield samples.line(each.name, own | each.labels, at, float(each.value), kind=kind, unit=unit)


def _families(text: str, kind: str) -> Iterable[Any]:
    """Metrics of an answer, by the type that it says it is."""
    from prometheus_client import parser  # noqa: PLC0415  where it is read
    from prometheus_client.openmetrics import parser as strict  # noqa: PLC0415

    read = strict if kind.startswith("application/openmetrics-text") else parser
    return list(read.text_string_to_metric_families(text))
