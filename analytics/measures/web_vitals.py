"""Measures of the front end as people feel it, of events that say what a browser measured.

A measurement is an event that carries a vital or the time of a live connection as an attribute of its own
(`lcp_ms`), or as a name and a value (`metric` and `value`); what senders call them is a setting.
"""

from __future__ import annotations

from analytics import settings
from analytics.aggregates import count, percentile
from analytics.model import Dimension, Measure, Source
from analytics.sql import first_number, first_of

MADE = "browser_timings"
NAME = f"upper({first_of('r', settings.VITAL_NAME_FIELDS)})"
VALUE = first_number("r", settings.VITAL_VALUE_FIELDS)
VITALS = {"lcp_ms": settings.LCP_FIELDS, "inp_ms": settings.INP_FIELDS, "cls": settings.CLS_FIELDS}
SPANS = {
    "socket_connect_ms": settings.SOCKET_CONNECT_FIELDS,
    "first_widget_ms": settings.FIRST_WIDGET_FIELDS,
    "socket_latency_ms": settings.SOCKET_LATENCY_FIELDS,
}
MEASURED = {
    name: f"coalesce({first_number('r', keys)}, case when {NAME} = '{name[:3].upper()}' then {VALUE} end)"
    for name, keys in VITALS.items()
} | {name: first_number("r", keys) for name, keys in SPANS.items()}
OTHERS = {"page": first_of("r", settings.PAGE_FIELDS), "country": first_of("r", settings.COUNTRY_FIELDS)}
COLUMNS = ",\n    ".join(f"{sql} as {name}" for name, sql in {**MEASURED, **OTHERS}.items())
TIMINGS = f"""
select
    r.tenant_id,
    r.source,
    r.event_id,
    r.occurred_at,
    r.user_id,
    r.anonymous_id,
    {COLUMNS}
from {{rows}} as r
where coalesce({", ".join(MEASURED)}) is not null
"""
KEPT = ("tenant_id", "source", "event_id", "occurred_at", "user_id", "anonymous_id")

SOURCES = (
    Source(
        MADE,
        "Browser timings",
        "events",
        "Events that say what a browser measured: a web vital, or a time of the live connection.",
        ("source", "event_id"),
        sql=TIMINGS,
        fields=(*KEPT, *MEASURED, *OTHERS),
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
