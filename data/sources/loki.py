"""Grafana Loki: what a person says of one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from data.mapping import Mapping, Origin, Rule
from data.sources.pull import Pull
from data.sources.sample import Sample
from data.sources.web import Web

ID, AT, LINE, LEVEL, SERVICE, HOST = "_id", "_at", "_line", "_level", "_service", "_host"
COLUMNS = {"log_id": ID, "occurred_at": AT, "message": LINE, "level": LEVEL, "service": SERVICE, "host": HOST}
# Labels that are columns too, where a stream has them.
LABELS = ("tenant_id", "environment", "user_id", "project_id", "request_id", "trace_id", "span_id")


class Loki(Web):
    """`query`: which streams, as LogQL says it; `org`: the tenant of Loki's own, where it has several;
    `page`: lines at once, not more than the server's `max_entries_limit_per_query`.
    """

    example = "https://loki.example"

    kind: Literal["loki"]
    query: Annotated[str, Field(min_length=2)]
    org: str | None = None
    page: Annotated[int, Field(ge=2, le=100_000)] = 5000

    def proposed(self, seen: Sample) -> Mapping | None:
        """Lines have one form; which labels there are the newest ones show."""
        columns = COLUMNS | {each: each for each in LABELS if each in seen.fields}
        rule = Rule("logs", {column: Origin(field) for column, field in columns.items()})
        return Mapping(self.name, (rule,), "Loki")

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        from data.sources.loki_pull import LokiPull  # noqa: PLC0415  the app has no use for the client
        from data.store import utc_now  # noqa: PLC0415  the process that reads is where time is told

        return LokiPull(self, utc_now)
