"""What every server that speaks as Elasticsearch does has in common, and how it says no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import ApiError, Elasticsearch, NotFoundError

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SORT = [{"@timestamp": {"order": "asc", "format": "strict_date_optional_time_nanos"}}, {"_shard_doc": "asc"}]


def moment(n: int) -> str:
    """Every moment is that of three documents, so that only `_shard_doc` tells them apart."""
    return (BEGIN + timedelta(seconds=n // 3)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


DOCUMENTS = [
    (f"id-{n}", {"@timestamp": moment(n), "tenant": "acme", "took": n, "http": {"status": 200 + n % 2}})
    for n in range(1000)
]


def pulled(client: Elasticsearch, point: str, **search: Any) -> list[dict[str, Any]]:
    """Every hit of a search in a point in time, page by page."""
    hits: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        page = client.search(
            pit={"id": point, "keep_alive": "1m"},
            sort=SORT,
            size=70,
            track_total_hits=False,
            allow_partial_search_results=False,
            **search,
            **after,
        )
        assert (page["timed_out"], page["_shards"]["failed"], "total" in page["hits"]) == (False, 0, False)
        if not page["hits"]["hits"]:
            return hits
        hits += page["hits"]["hits"]
        point, after = page["pit_id"], {"search_after": hits[-1]["sort"]}


@pytest.mark.parametrize("slices", [1, 3])
def test_a_thousand_documents_are_read_back_by_pages_and_slices(server, index, slices):
    server.load(index, DOCUMENTS)
    with server.client() as client:
        point = client.open_point_in_time(index=index, keep_alive="1m")["id"]
        # Written after the point in time was opened: not seen in it.
        server.load(index, [("late", {"@timestamp": moment(0)})])
        parts = [
            pulled(client, point, **({"slice": {"id": n, "max": slices}} if slices > 1 else {}))
            for n in range(slices)
        ]
        client.close_point_in_time(id=point)
    assert all(parts)
    for part in parts:
        assert [hit["sort"][0] for hit in part] == sorted(hit["sort"][0] for hit in part)
    found = [(hit["_id"], hit["_source"]) for part in parts for hit in part]
    assert sorted(found, key=lambda each: each[1]["took"]) == DOCUMENTS


def test_a_window_holds_its_beginning_and_not_its_end(server, index):
    server.load(index, DOCUMENTS)
    window = {"range": {"@timestamp": {"gte": moment(30), "lt": moment(36)}}}
    with server.client() as client:
        point = client.open_point_in_time(index=index, keep_alive="1m")["id"]
        hits = pulled(client, point, query={"bool": {"filter": [window, {"term": {"took": 31}}]}})
        assert [(hit["_id"], hit["sort"][0]) for hit in hits] == [("id-31", "2026-03-01T00:00:10.000Z")]
        assert sorted(hit["_id"] for hit in pulled(client, point, query=window)) == [
            f"id-{n}" for n in range(30, 36)
        ]
        assert client.count(index=index, query=window)["count"] == 6


def test_what_fields_there_are(server, index):
    server.load(index, DOCUMENTS[:2])
    with server.client() as client:
        fields = client.field_caps(index=index, fields="*")["fields"]
    told = {name: set(fields[name]) for name in ("@timestamp", "took", "http.status", "tenant")}
    assert told == {"@timestamp": {"date"}, "took": {"long"}, "http.status": {"long"}, "tenant": {"text"}}


def refused(client: Elasticsearch, point: str) -> tuple[int, str, str]:
    """The status of a search that fails, the kind of its error and of the first cause."""
    with pytest.raises(ApiError) as caught:
        client.search(pit={"id": point}, sort=SORT)
    error = caught.value.body["error"]
    return caught.value.status_code, error["type"], error["root_cause"][0]["type"]


def test_a_closed_point_in_time_is_gone(server, index):
    server.load(index, DOCUMENTS[:9])
    with server.client() as client:
        point = client.open_point_in_time(index=index, keep_alive="1m")["id"]
        client.close_point_in_time(id=point)
        assert refused(client, point) == (
            404,
            "search_phase_execution_exception",
            "search_context_missing_exception",
        )


def test_an_index_that_is_not_there_is_named(server, index):
    with server.client() as client:
        with pytest.raises(NotFoundError) as caught:
            client.open_point_in_time(index=index, keep_alive="1m")
        assert caught.value.body["error"]["type"] == "index_not_found_exception"
        assert index in caught.value.body["error"]["reason"]
        assert client.count(index=f"{index},{index}-*", ignore_unavailable=True)["count"] == 0


def test_a_page_is_not_larger_than_ten_thousand(server, index):
    server.load(index, DOCUMENTS[:1])
    with server.client() as client, pytest.raises(ApiError, match="Result window is too large"):
        client.search(index=index, size=10_001)


def test_an_unread_question_is_refused(server, index):
    server.load(index, DOCUMENTS[:1])
    with server.client() as client, pytest.raises(ApiError) as caught:
        client.search(index=index, query={"no_such_query": {}})
    assert (caught.value.status_code, caught.value.body["error"]["type"]) == (400, "parsing_exception")


def test_it_tells_its_version_and_takes_the_eighth_dialect(server):
    with server.client() as client:
        assert client.info()["version"]["number"].split(".")[0] in ("8", "9")


def test_an_alias_leads_to_its_indices(real, index):
    real.load(f"{index}-1", DOCUMENTS[:3])
    real.load(f"{index}-2", DOCUMENTS[3:7])
    with real.client() as client:
        client.indices.put_alias(index=f"{index}-*", name=f"{index}-all")
        assert client.count(index=f"{index}-all")["count"] == 7


def test_a_real_breaker_trips_with_429(real, index):
    real.load(index, DOCUMENTS[:9])
    limit = "indices.breaker.request.limit"
    with real.client(max_retries=0) as client:
        client.cluster.put_settings(persistent={limit: "1b"})
        try:
            with pytest.raises(ApiError) as caught:
                client.search(index=index, aggs={"by": {"terms": {"field": "took"}}}, size=0)
        finally:
            client.cluster.put_settings(persistent={limit: None})
    error = caught.value.body["error"]
    assert (caught.value.status_code, error["root_cause"][0]["type"]) == (429, "circuit_breaking_exception")
