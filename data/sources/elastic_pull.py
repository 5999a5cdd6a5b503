"""Elasticsearch and OpenSearch as a source: checked, sampled, counted, and read by windows of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from data.sources import elastic_fields, elastic_hits, elastic_server
from data.sources.elastic_client import Connection
from data.sources.elastic_fields import Fields
from data.sources.elastic_hits import Hits
from data.sources.elastic_pages import WHOLE, Pages, Size, check_whole, whole
from data.sources.elastic_query import EPOCH, Query, every, within, written
from data.sources.elastic_server import Server
from data.sources.pull import Bounds, Page, Window

if TYPE_CHECKING:
    from data.sources.elasticsearch import Elasticsearch

FIRST = 500  # documents of a first page: nobody knows yet how large they are
BUCKETS = timedelta(hours=10_000)  # as many hours as are counted by one request


class ElasticPull:
    """See `data.sources.pull.Pull`."""

    def __init__(self, settings: Elasticsearch) -> None:
        self._settings = settings
        self._link = Connection(settings)
        self._size = Size(settings.page, min(settings.page, FIRST))
        self._fields: Fields | None = None
        self._before = elastic_hits.before_ids(settings.index, settings.key)

    @property
    def key(self) -> str:
        """The id of a document, its index before it where ids alone do not tell."""
        return "_id"

    @property
    def time(self) -> str:
        """The field that a person named; else what its mapping says, as a document may have its time under
        several names.
        """
        return self._settings.time if "time" in self._settings.model_fields_set else ""

    @property
    def snapshot(self) -> bool:
        """New documents are found by their cursor."""
        return False

    def check(self) -> str:
        """Ask for the version, the fields and a count."""
        server, fields, many = self._server, self._look(), self._count()
        if many and not fields.timed:
            raise elastic_fields.no_time(self._link, self._settings)
        found = f"{', '.join(self._settings.index)} is {fields.where} with {many:,} documents."
        how = f"New ones are found by {fields.cursor}." if many else "There are none yet."
        odd = elastic_fields.odd_ones(self._link)
        return " ".join(each for each in (f"{server.sentence}; {found}", how, odd) if each)

    def sample(self, many: int) -> list[str]:
        """The newest documents."""
        fields = self._look()
        if not fields.timed:
            if self._count():
                raise elastic_fields.no_time(self._link, self._settings)
            return []
        hits = self._outermost(fields, "desc", many)
        return [line.decode(errors="replace") for line in hits.lines(self._before)]

    def bounds(self) -> Bounds:
        """The oldest and the newest document, and those without a time."""
        fields = self._known
        if not fields.timed:
            return Bounds()
        ends = [self._outermost(fields, order, 1) for order in ("asc", "desc")]
        oldest, newest = (_instant(hits.sort(0)[0]) if len(hits) else None for hits in ends)
        return Bounds(oldest, newest, self._count(without=fields.time))

    def counts(self, window: Window) -> Mapping[datetime, int] | None:
        """Documents by hour."""
        fields = self._known
        found: dict[datetime, int] = {}
        for part in self._parts(window) if fields.timed else ():
            for each in self._hours(self._query(part, fields), fields.time):
                at = EPOCH + timedelta(milliseconds=each["key"])
                found[at] = found.get(at, 0) + int(each["doc_count"])
        return found

    def read(self, window: Window) -> Iterator[Page]:
        """Pages in the order of the cursor; before them, by their time, documents that have no cursor."""
        fields = self._known
        if not fields.timed:
            return
        by = fields.cursor if window.on == "cursor" else fields.time
        if by != fields.time:
            # First, since the mark moves with the others.
            times = Window(window.start, window.stop, "time")
            for hits in self._pages(self._query(times, fields, without=by), fields.time):
                yield self._page(hits, None)
        for hits in self._pages(self._query(window, fields), by):
            yield self._page(hits, _instant(hits.sort(len(hits) - 1)[0]) if window.on == "cursor" else None)

    def close(self) -> None:
        """Let go of the connections."""
        self._link.close()

    @cached_property
    def _server(self) -> Server:
        return elastic_server.recognise(self._link)

    @property
    def _known(self) -> Fields:
        return self._fields or self._look()

    def _look(self) -> Fields:
        """The fields as they are now: an index may have come since, or a field."""
        self._fields = elastic_fields.look(self._link, self._settings)
        return self._fields

    def _query(self, window: Window, fields: Fields, *, without: str | None = None) -> Query:
        by = fields.cursor if window.on == "cursor" else fields.time
        return every(self._settings.asked(), within(by, window.start, window.stop), without=without)

    def _pages(self, query: Query, by: str) -> Iterator[Hits]:
        order = self._known.order(by)
        return Pages(self._link, self._server, query, by, self._size, self._settings.retries, order).read()

    def _page(self, hits: Hits, upto: datetime | None) -> Page:
        return Page(b"".join(hits.lines(self._before)), len(hits), upto)

    def _parts(self, window: Window) -> Iterator[Window]:
        """A window in parts that the server counts at once."""
        bounds = self.bounds() if window.start is None or window.stop is None else Bounds()
        start, stop = window.start or bounds.oldest, window.stop or bounds.newest
        if start is None or stop is None:
            return
        stop = stop if window.stop else stop + timedelta(milliseconds=1)
        while start < stop:
            end = min(stop, start + BUCKETS)
            yield Window(start, end, "time")
            start = end

    def _count(self, without: str | None = None) -> int:
        query = every(self._settings.asked(), without=without)
        return int(self._link.ask("POST", f"/{self._link.path}/_count", {"query": query})["count"])

    def _outermost(self, fields: Fields, order: str, many: int) -> Hits:
        """The oldest or the newest documents."""
        how = self._server.ascending | {"order": order} | fields.order(fields.time)
        query = self._query(Window(on="time"), fields)
        body = {"size": many, "query": query, "sort": [{fields.time: how}], "track_total_hits": False}
        return self._link.patiently(lambda: whole(self._searched(body), many))

    def _hours(self, query: Query, field: str) -> list[dict[str, Any]]:
        hours = {"field": field, "fixed_interval": "1h", "min_doc_count": 1}
        body = {"size": 0, "query": query, "aggs": {"hours": {"date_histogram": hours}}}

        def answer() -> list[dict[str, Any]]:
            found = self._link.parsed(self._searched(body | {"track_total_hits": False}))
            check_whole(found)
            return found["aggregations"]["hours"]["buckets"]

        return self._link.patiently(answer)

    def _searched(self, body: dict[str, Any]) -> bytes:
        return self._link.once("POST", f"/{self._link.path}/_search", body, **WHOLE)


def _instant(value: object) -> datetime | None:
    """A moment that documents are sorted by; None where no calendar of ours has it."""
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(written(value)).astimezone(UTC)
    return None
