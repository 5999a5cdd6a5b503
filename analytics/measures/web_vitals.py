"""Measures of the front end as people feel it, of events that say what a browser measured.

A measurement is an event that carries a vital or the time of a live connection as an attribute of its own
(`lcp_ms`), or as a name and a value (`metric` and `value`); what senders call them is a setting.
"""

from __future__ import annotations

from analytics import settings
from analytics.aggregates import count, percentile
from analytics.model import Dimension, Measure, Source
from analytics.sql import with_fields

MADE = "browser_timings"
TIMINGS = with_fields(
    """
select
    r.tenant_id,
    r.source,
    r.event_id,
    r.occurred_at,
    r.user_id,
    r.anonymous_id,
    coalesce(r."number.lcp", case when upper(r."setting.vital") = 'LCP' then r."number.value" end) as lcp_ms,
    coalesce(r."number.inp", case when upper(r."setting.vital") = 'INP' then r."number.value" end) as inp_ms,
    coalesce(r."number.cls", case when upper(r."setting.vital") = 'CLS' then r."number.value" end) as cls,
    r."number.socket_connect" as socket_connect_ms,
    r."number.first_widget" as first_widget_ms,
    r."number.socket_latency" as socket_latency_ms,
    r."setting.page" as page,
    r."setting.country" as country
from {rows} as r
where coalesce(lcp_ms, inp_ms, cls, socket_connect_ms, first_widget_ms, socket_latency_ms) is not null
""",
    lcp=settings.LCP_FIELDS,
    inp=settings.INP_FIELDS,
    cls=settings.CLS_FIELDS,
    vital=settings.VITAL_NAME_FIELDS,
    value=settings.VITAL_VALUE_FIELDS,
    socket_connect=settings.SOCKET_CONNECT_FIELDS,
    first_widget=settings.FIRST_WIDGET_FIELDS,
    socket_latency=settings.SOCKET_LATENCY_FIELDS,
    page=settings.PAGE_FIELDS,
    country=settings.COUNTRY_FIELDS,
)
FIELDS = (
    "tenant_id source event_id occurred_at user_id anonymous_id lcp_ms inp_ms cls socket_connect_ms"
    " first_widget_ms socket_latency_ms page country"
)

SOURCES = (
    Source(
        MADE,
        "Browser timings",
        "events",
        "Events that say what a browser measured: a web vital, or a time of the live connection.",
        ("source", "event_id"),
        sql=TIMINGS,
        fields=tuple(FIELDS.split()),
        with_anonymous=True,
    ),
)


def p75(name: str, column: str, label: str, definition: str, unit: str = "ms") -> Measure:
    """The exact 75th percentile, by which vitals are judged."""
    return percentile(name, label, definition, MADE, f"r.{column}", unit, 0.75)  # pyright: ignore[reportArgumentType]


def two(column: str, label: str, definition: str) -> tuple[Measure, Measure]:
    """The median and the exact 95th percentile of a time."""
    return (
        percentile(
            f"p50_{column}", f"{label}, median", f"Half of the {definition}", MADE, f"r.{column}", "ms", 0.5
        ),
        percentile(
            f"p95_{column}", f"{label}, p95", f"95 of 100 {definition}", MADE, f"r.{column}", "ms", 0.95
        ),
    )


MEASURES = (
    count("browser_timings", "Measurements", "Events that say what a browser measured.", MADE),
    p75("p75_lcp_ms", "lcp_ms", "LCP, p75", "The largest part of 3 of 4 page loads was drawn by then."),
    p75("p75_inp_ms", "inp_ms", "INP, p75", "3 of 4 interactions were answered on the screen by then."),
    p75("p75_cls", "cls", "CLS, p75", "3 of 4 page loads shifted what was shown by no more.", "number"),
    *two("socket_connect_ms", "Live connection", "live connections were open by then."),
    *two("first_widget_ms", "First widget", "live connections had drawn their first data point by then."),
    *two("socket_latency_ms", "Live latency", "live messages were drawn by then, from their arrival."),
)

DIMENSIONS = (
    Dimension("page", "Page", "The page that a browser measured.", (MADE,)),
    Dimension("country", "Country", "The country of who looked at it.", (MADE,)),
)
