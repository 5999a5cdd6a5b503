"""What answers: Elasticsearch or OpenSearch, of which version, and how it opens a point in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.sources.elastic_client import Connection, Refusal

KEPT = "5m"  # a point in time, from page to page
OPENSEARCH = "OpenSearch"


@dataclass(frozen=True)
class Server:
    """A product and its version; '' where the login may not ask for it."""

    product: str
    version: str

    @property
    def sentence(self) -> str:
        """What a person is told of it."""
        if self.version:
            return f"{self.product} {self.version} answers"
        return f"{self.product} answers (which version, the privilege monitor would tell)"

    @property
    def ascending(self) -> dict[str, str]:
        """How a date is sorted by, its index having it or not."""
        # OpenSearch writes numbers instead of dates, and knows no format.
        how = {} if self.product == OPENSEARCH else {"format": "strict_date_optional_time_nanos"}
        return {"order": "asc", "unmapped_type": "date"} | how

    @property
    def orders(self) -> tuple[tuple[str, ...], ...]:
        """What tells documents of one moment apart, the best first."""
        # OpenSearch before 3.3 does not know where in its shard a document lies.
        others = (("_id", "_index"),) if self.product == OPENSEARCH else ()
        return (("_shard_doc",), *others)

    def open_point(self, link: Connection) -> str:
        """Begin to see the documents as they are now."""
        if self.product == OPENSEARCH:
            path = f"/{link.path}/_search/point_in_time"
            return link.parsed(link.once("POST", path, keep_alive=KEPT))["pit_id"]
        return link.parsed(link.once("POST", f"/{link.path}/_pit", keep_alive=KEPT))["id"]

    def close_point(self, link: Connection, point: str) -> None:
        """Let go of what was seen."""
        if self.product == OPENSEARCH:
            link.once("DELETE", "/_search/point_in_time", {"pit_id": [point]})
        else:
            link.once("DELETE", "/_pit", {"id": point})


def recognise(link: Connection) -> Server:
    """Which server answers; raises Refusal where it is neither."""
    found = _told(link)
    version: dict[str, Any] = found.get("version") or {}
    if str(version.get("distribution", "")).lower() == "opensearch":
        return Server(OPENSEARCH, str(version.get("number", "")))
    if link.product() == "Elasticsearch":
        return Server("Elasticsearch", str(version.get("number", "")))
    raise Refusal(
        "What answers at `url` is neither Elasticsearch from 7.14 on nor OpenSearch. Correct `url`."
    )


def _told(link: Connection) -> dict[str, Any]:
    """What the server says of itself; nothing where it does not say it to us."""
    try:
        return link.ask("GET", "/")
    except Refusal as refusal:
        if refusal.status not in (400, 403, 404, 405):
            raise
    try:
        nodes = link.ask("GET", "/_nodes/_local").get("nodes") or {}
    except Refusal as refusal:
        if refusal.status not in (400, 403, 404, 405):
            raise
        return {}
    return {"version": {"number": next((each.get("version", "") for each in nodes.values()), "")}}
