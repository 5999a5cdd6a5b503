"""The server that errs on demand errs as it is told, once a time, and as the official client understands it."""

from __future__ import annotations

import pytest
from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    SSLError,
    UnsupportedProductError,
)
from elasticsearch import ConnectionError as Broken

from tests.services.elasticsearch.conftest import Server
from tests.services.elasticsearch.scripted import (
    Scripted,
    cut,
    forbidden,
    no_such_index,
    other_product,
    partial,
    stalled,
    timed_out,
    too_many,
    unauthenticated,
    unavailable,
)

SORT = [{"_shard_doc": "asc"}]
EIGHT = [(f"id-{n}", {"@timestamp": f"2026-03-01T00:00:0{n}Z"}) for n in range(8)]


@pytest.fixture
def client(scripted):
    Server(scripted.url).load("logs", EIGHT)
    with Elasticsearch(scripted.url, max_retries=0) as client:
        yield client


def ids(answer) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def test_a_script_answers_one_request_each_and_then_all_is_as_usual(scripted, client):
    scripted.next("search", too_many, timed_out, too_many)
    seen: list[int | bool] = []
    for _ in range(4):
        try:
            seen.append(client.search(index="logs", sort=SORT)["timed_out"])
        except ApiError as error:
            seen.append(error.status_code)
    assert seen == [429, True, 429, False]
    assert [each.operation for each in scripted.asked if each.operation != "bulk"] == ["search"] * 4


def test_a_shard_that_failed_is_counted_and_its_documents_are_missing(scripted, client):
    scripted.next("search", partial)
    some, every = (client.search(index="logs", sort=SORT) for _ in range(2))
    assert (some["_shards"]["failed"], every["_shards"]["failed"]) == (1, 0)
    assert set(ids(some)) < set(ids(every)) == {id_ for id_, _ in EIGHT}


def test_what_was_found_in_time_is_half_of_it(scripted, client):
    scripted.next("search", timed_out)
    some, every = (client.search(index="logs", sort=SORT) for _ in range(2))
    assert (some["timed_out"], every["timed_out"]) == (True, False)
    assert ids(some) == ids(every)[:4]


def test_points_in_time_expire_and_can_be_opened_anew(scripted, client):
    def opened() -> dict[str, str]:
        return {"id": client.open_point_in_time(index="logs", keep_alive="1m")["id"]}

    point = opened()
    assert len(ids(client.search(pit=point))) == 8
    scripted.expire_points()
    with pytest.raises(NotFoundError, match="No search context found"):
        client.search(pit=point)
    assert len(ids(client.search(pit=opened()))) == 8


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (too_many, 429, "circuit_breaking_exception"),
        (unauthenticated, 401, "security_exception"),
        (forbidden, 403, "security_exception"),
        (no_such_index, 404, "index_not_found_exception"),
        (unavailable, 503, "cluster_block_exception"),
    ],
)
def test_a_refusal_has_its_status_and_its_kind(scripted, client, answer, status, kind):
    scripted.next("search", answer)
    with pytest.raises(ApiError) as caught:
        client.search(index="logs")
    assert (caught.value.status_code, caught.value.body["error"]["type"]) == (status, kind)
    assert len(ids(client.search(index="logs"))) == 8


def test_what_is_refused_writes_nothing(scripted, client):
    scripted.next("bulk", too_many)
    with pytest.raises(ApiError):
        client.bulk(
            index="logs", operations=[{"index": {"_id": "ninth"}}, {"@timestamp": "2026-03-01T00:00:09Z"}]
        )
    assert client.count(index="logs")["count"] == 8


def test_a_body_that_is_cut_breaks_the_connection(scripted, client):
    scripted.next("search", cut)
    with pytest.raises(Broken):
        client.search(index="logs")
    assert len(ids(client.search(index="logs"))) == 8


def test_a_body_that_never_ends_is_given_up(scripted, client):
    scripted.next("search", stalled)
    with pytest.raises(ConnectionTimeout):
        client.options(request_timeout=0.1).search(index="logs")
    assert len(ids(client.search(index="logs"))) == 8


def test_another_product_is_refused_by_the_client(scripted, client):
    scripted.next("search", other_product)
    with pytest.raises(UnsupportedProductError):
        client.search(index="logs")


def test_the_dialect_of_the_next_line_is_refused(scripted, client):
    newer = {"accept": "application/vnd.elasticsearch+json; compatible-with=9"}
    with pytest.raises(ApiError, match="media_type_header_exception"):
        client.perform_request("GET", "/logs/_search", headers=newer)


def test_what_was_asked_can_be_looked_at(scripted):
    with Elasticsearch(scripted.url, api_key="secret", http_compress=True) as client:
        client.count(index="logs-*", query={"match_all": {}})
    (asked,) = scripted.asked
    assert (asked.operation, asked.index, asked.body) == ("count", "logs-*", {"query": {"match_all": {}}})
    assert asked.headers["authorization"] == "ApiKey secret"


def test_its_certificate_is_trusted_by_file_and_by_fingerprint_alone(scripted_tls: Scripted, certificate):
    for trust in ({"ca_certs": str(certificate.path)}, {"ssl_assert_fingerprint": certificate.fingerprint}):
        with Elasticsearch(scripted_tls.url, **trust) as client:
            assert client.info()["name"] == "scripted"
    with Elasticsearch(scripted_tls.url, max_retries=0) as client, pytest.raises(SSLError):
        client.info()


def test_a_question_that_nobody_reads_is_refused(scripted, client):
    for unread in ({"aggs": {}}, {"query": {"match": {"text": "x"}}}, {"sort": "took"}):
        with pytest.raises(ApiError) as caught:
            client.search(index="logs", **unread)
        assert caught.value.status_code == 400
    for method, path in (("GET", "/_cat/indices"), ("DELETE", "/logs"), ("GET", "/logs/_search?routing=x")):
        with pytest.raises(ApiError) as caught:
            client.perform_request(method, path, headers={"accept": "application/json"})
        assert caught.value.status_code == 400
