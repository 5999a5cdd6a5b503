"""The documents of a query, page after page, in the order of one field, each once: over pages that came in
part, points in time that expired and servers that were away for a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from data.sources import elastic_hits
from data.sources.elastic_client import Connection, Patience, Refusal
from data.sources.elastic_hits import Hits
from data.sources.elastic_query import Query, every, since, written
from data.sources.elastic_server import KEPT, Server

SMALLEST = 100
LARGEST_BYTES = 32 << 20  # of an answer
ONE_MOMENT = 200_000  # documents of one moment that are remembered; more are given twice after a break
WHOLE = {"allow_partial_search_results": "false"}


@dataclass
class Size:
    """How many documents are asked for at once: fewer where that is too much, more again where it was not."""

    most: int
    now: int

    def lower(self) -> None:
        """Half of it."""
        self.now = max(min(SMALLEST, self.most), self.now // 2)

    def fit(self, size: int) -> None:
        """What came was `size` bytes."""
        if size > LARGEST_BYTES:
            self.lower()
        elif size < LARGEST_BYTES // 4:
            self.now = min(self.most, self.now * 2)


@dataclass
class Reached:
    """How far the pages lead: the moment of the last document, and which of that moment were given.

    `begin`: the moment at which they were begun anew, its documents in another order than before.
    """

    moment: object = None
    given: set[bytes] = field(default_factory=set[bytes])
    after: list[Any] | None = None
    begin: object = None

    def begin_again(self) -> None:
        """What comes after the last document is no longer known, only since when."""
        self.after, self.begin = None, self.moment

    def fresh(self, hits: Hits) -> Hits:
        """A page without what was given before it; what it leads to is remembered."""
        kept = self._kept(hits) if self.begin is not None and self.begin == self.moment else hits
        last = hits.sort(len(hits) - 1)
        if last[0] != self.moment:
            self.moment, self.given = last[0], set()
        for n in range(len(hits) - 1, -1, -1):
            if len(self.given) >= ONE_MOMENT or hits.sort(n)[0] != self.moment:
                break
            self.given.add(hits.who(n))
        self.after = last
        return kept

    def _kept(self, hits: Hits) -> Hits:
        old = set[int]()
        for n in range(len(hits)):
            if hits.sort(n)[0] != self.begin:
                break
            if hits.who(n) in self.given:
                old.add(n)
        return replace(hits, places=[place for n, place in enumerate(hits.places) if n not in old])


@dataclass
class Pages:
    """A query in the order of the field `by`, read by `size` documents at a time.

    `order`: how `by` is compared, where that must be said.
    """

    link: Connection
    server: Server
    query: Query
    by: str
    size: Size
    retries: int
    order: dict[str, str]

    def read(self) -> Iterator[Hits]:
        """The pages that have documents."""
        reached, patience, order = Reached(), Patience(self.retries), list(self.server.orders)
        point = ""
        try:
            while True:
                asked = self.size.now
                try:
                    point = point or self.server.open_point(self.link)
                    hits = self._page(point, reached, order[0], asked)
                except Refusal as refusal:
                    if refusal.status == 400 and len(order) > 1:
                        order.pop(0)
                        continue
                    if refusal.busy:
                        self.size.lower()
                    if refusal.gone:
                        point = ""
                        reached.begin_again()
                    patience.wait(refusal)
                    continue
                patience.renew()
                point = str(hits.about.get("pit_id") or point)
                if len(hits):
                    self.size.fit(len(hits.body))
                    fresh = reached.fresh(hits)
                    if len(fresh):
                        yield fresh
                if len(hits) < asked:
                    return
        finally:
            if point:
                with suppress(Refusal):  # it ends by itself a little later
                    self.server.close_point(self.link, point)

    def _page(self, point: str, reached: Reached, order: tuple[str, ...], many: int) -> Hits:
        by = self.server.ascending | self.order
        query = (
            every(self.query, since(self.by, written(reached.begin)))
            if reached.begin is not None
            else self.query
        )
        body: dict[str, Any] = {
            "size": many,
            "query": query,
            "sort": [{self.by: by}, *({name: "asc"} for name in order)],
            "pit": {"id": point, "keep_alive": KEPT},
            "track_total_hits": False,
        }
        if reached.after is not None:
            body["search_after"] = reached.after
        return whole(self.link.once("POST", "/_search", body, **WHOLE), many)


def whole(body: bytes, most: int) -> Hits:
    """The documents of an answer; raises Refusal where some are missing."""
    hits = elastic_hits.read(body, most)
    if hits is None:
        raise Refusal("The server answers a search with something else. Correct `url`.", passes=True)
    check_whole(hits.about)
    return hits


def check_whole(about: dict[str, Any]) -> None:
    """Whether an answer is of all that was asked; raises Refusal where it is not."""
    shards: dict[str, Any] = about.get("_shards") or {}
    if shards.get("failed"):
        reasons = [each.get("reason") or {} for each in shards.get("failures") or []]
        kinds = {str(each.get("type")) for each in reasons}
        raise Refusal(
            f"{shards['failed']} of {shards.get('total', '?')} shards failed"
            f"{': ' if kinds else ''}{', '.join(sorted(kinds))[:200]}. "
            "Nothing of this part is taken; look at the cluster's health.",
            passes=True,
            busy=any("rejected" in kind or "breaking" in kind for kind in kinds),
        )
    if about.get("timed_out"):
        raise Refusal(
            "The cluster gave up a search before it was done. Nothing of this part is taken; "
            "lower `page`, or look at the cluster's load.",
            passes=True,
            busy=True,
        )
    if (about.get("_clusters") or {}).get("skipped"):
        raise Refusal(
            "A remote cluster was left out, as it does not answer. Nothing of this part is taken.",
            passes=True,
        )
