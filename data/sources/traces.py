"""Traces that are looked up by their id, in Jaeger or Tempo, when somebody opens one: they are many, and few
are ever looked at, so that they are not pulled.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from data.sources import otlp
from data.sources.asking import Refusal, reason
from data.sources.pull import Bounds, Page, Pull, Window
from data.sources.refusal import SourceError
from data.sources.settings import Span
from data.sources.web import Web
from data.tables import TABLES

if TYPE_CHECKING:
    from data.sources.link import Link

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Traces(Web):
    """What Jaeger and Tempo have in common."""

    example = "https://traces.example"
    on_demand = True
    product: ClassVar[str] = ""

    timeout: Span = timedelta(seconds=10)
    retries: int = 1

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        return TracesPull(self)


class Jaeger(Traces):
    """Jaeger from 1.58 on, and 2."""

    product = "Jaeger"
    kind: Literal["jaeger"]


class Tempo(Traces):
    """Grafana Tempo; `org`: its own tenant, where it has several."""

    product = "Tempo"
    kind: Literal["tempo"]
    org: str | None = None


@dataclass(frozen=True)
class Trace:
    """The spans of a trace as rows of `spans`, the first one first; what has no column is in `attributes`.
    `note`: why some of them may be missing.
    """

    spans: tuple[Mapping[str, Any], ...]
    note: str = ""


def fetch(settings: Traces, trace_id: str) -> Trace:
    """A trace by its id; one without spans where there is none. Raises SourceError."""
    plain = trace_id.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{1,32}", plain):
        raise SourceError("A trace id is up to 32 digits from 0 to f. Copy it whole.")
    plain = plain.zfill(32 if len(plain) > 16 else 16)
    link = _link(settings)
    try:
        version = "v2" if isinstance(settings, Tempo) else "v3"
        return _trace(link, _asked(settings, link, f"/api/{version}/traces/{plain}"))
    finally:
        link.close()


def _trace(link: Link, found: Mapping[str, Any]) -> Trace:
    request = found.get("trace") or found.get("result") or {}
    if found["http_status"] == 404:
        return Trace(())
    if not isinstance(request, dict) or not (request or "trace" in found or "result" in found):
        raise link.refused(found["http_status"], reason(found)) if "error" in found else link.no_product()
    try:
        _write_ids(request)
        spans = [_row(each) for each in otlp.spans(request)]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise link.no_product() from None
    ordered = tuple(sorted(spans, key=lambda span: (span["occurred_at"], span["span_id"])))
    partial = found.get("status") in ("PARTIAL", 1)
    return Trace(ordered, f"Not all of the trace was found: {reason(found)}" if partial else "")


def _row(record: otlp.Record) -> Mapping[str, Any]:
    """A span as the collector would keep it."""
    from data.collector.forms import opentelemetry  # noqa: PLC0415  it stands on this package

    said = opentelemetry("otel_span").row(record)
    columns = TABLES["spans"].columns
    row: dict[str, Any] = {name: value for name, value in said.items() if name in columns}
    row["occurred_at"] = EPOCH + timedelta(microseconds=int(row["occurred_at"]) // 1000)
    return row | {"attributes": {k: v for k, v in said.items() if k not in columns and v is not None}}


def _write_ids(request: dict[str, Any]) -> None:
    """Write every id in hexadecimal; some servers write base 64, as Protobuf's own JSON does."""
    for group in request.get("resourceSpans") or ():
        for scope in group.get("scopeSpans") or ():
            for span in scope.get("spans") or ():
                for place in (span, *(span.get("links") or ())):
                    for name in place.keys() & {"traceId", "spanId", "parentSpanId"}:
                        place[name] = _hex(place[name])


def _hex(name: str) -> str:
    if not name or re.fullmatch(r"[0-9a-fA-F]{16}|[0-9a-fA-F]{32}", name):
        return name
    return base64.b64decode(name, validate=True).hex()


def _link(settings: Traces) -> Link:
    from data.sources.link import Link  # noqa: PLC0415  most of the app has no use for the client

    return Link(settings, settings.product)


def _asked(settings: Traces, link: Link, path: str) -> dict[str, Any]:
    org = settings.org if isinstance(settings, Tempo) else None
    head = {"accept": "application/json"} | ({"X-Scope-OrgID": org} if org else {})
    try:
        return link.json("GET", path, {}, **head)
    except Refusal as refusal:
        if refusal.status == 404 and "/traces/" in path:
            return {"http_status": 404}
        raise


class TracesPull:
    """See `data.sources.pull.Pull`: it can be tried, and there is nothing to read from it."""

    key, time, snapshot = "", "", True

    def __init__(self, settings: Traces) -> None:
        self._settings, self._link = settings, _link(settings)

    def check(self) -> str:
        """Ask who it is."""
        if isinstance(self._settings, Tempo):
            found = _asked(self._settings, self._link, "/api/status/buildinfo")
            if "version" not in found:
                raise self._link.no_product()
            return f"Tempo {found['version']} answers; traces are looked up when somebody opens one."
        found = _asked(self._settings, self._link, "/api/v3/services")
        if not isinstance(found.get("services"), list):
            raise self._link.no_product()
        many = len(found["services"])
        services = "1 service" if many == 1 else f"{many:,} services"
        return f"Jaeger answers and knows {services}; traces are looked up when somebody opens one."

    def sample(self, many: int) -> list[str]:  # noqa: ARG002  see Pull
        """Nothing, as nothing is pulled."""
        return []

    def bounds(self) -> Bounds:
        """Nothing is pulled."""
        return Bounds()

    def counts(self, window: Window) -> Mapping[datetime, int] | None:  # noqa: ARG002  see Pull
        """Nothing is pulled."""
        return None

    def read(self, window: Window) -> Iterator[Page]:  # noqa: ARG002  see Pull
        """Nothing is pulled."""
        return iter(())

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()
