"""Elasticsearch as a source: every document of a window comes once and whole, from every server there is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from data.sources import elastic_client, elastic_pages, elastic_server
from data.sources.elasticsearch import Elasticsearch
from data.sources.pull import Bounds, Window
from data.sources.refusal import SourceError
from tests.services.elasticsearch.conftest import REAL, Server
from tests.services.elasticsearch.pulling import (
    ALL,
    BEGIN,
    DOCUMENTS,
    QUESTIONS,
    moment,
    numbers,
    opened,
)


@pytest.fixture(params=["double", "opensearch", *REAL])
def counting(request) -> Server:
    """Every server that can count."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["scripted", "double", "opensearch", *REAL])
def server(request) -> Server:
    """Every server there is, those too that the official client refuses."""
    found = request.getfixturevalue(request.param)
    return found if isinstance(found, Server) else Server(found.url)


def test_every_document_comes_once_in_the_order_of_time(server, index):
    server.load(index, DOCUMENTS)
    pull = opened(server, index)
    pages = list(pull.read(ALL))
    pull.close()
    found = [json.loads(line) for page in pages for line in page.lines.splitlines()]
    assert [each["@timestamp"] for each in found] == sorted(each["@timestamp"] for each in found)
    assert sorted(found, key=lambda each: each["n"]) == [
        source | {"_id": id_, "_index": index} for id_, source in DOCUMENTS
    ]
    assert [page.records for page in pages] == [100] * 5
    assert [page.upto for page in pages[:2]] == [BEGIN + timedelta(seconds=n) for n in (14, 28)]


def test_the_first_page_is_small_as_nobody_knows_how_large_documents_are(server, index):
    server.load(index, [(str(n), {"@timestamp": moment(n), "n": n}) for n in range(1600)])
    pull = opened(server, index, page=5000)
    assert [page.records for page in pull.read(ALL)] == [500, 1000, 100]
    pull.close()


def test_a_window_holds_its_beginning_and_not_its_end(server, index):
    server.load(index, DOCUMENTS)
    pull = opened(server, index)
    window = Window(BEGIN + timedelta(seconds=10), BEGIN + timedelta(seconds=12))
    assert sorted(numbers(pull, window)) == list(range(70, 84))
    pull.close()


def test_the_newest_documents_are_the_sample(server, index):
    server.load(index, DOCUMENTS)
    pull = opened(server, index)
    assert sorted(json.loads(text)["n"] for text in pull.sample(10)) == list(range(490, 500))
    pull.close()


def test_a_source_says_what_it_found(server, index):
    server.load(index, DOCUMENTS[:3])
    pull = opened(server, index)
    said = pull.check()
    pull.close()
    assert said.startswith(("Elasticsearch 8.", "Elasticsearch 9.", "OpenSearch 3."))
    assert f"{index} is 1 index ({index}) with 3 documents. New ones are found by @timestamp." in said


def test_an_index_that_is_not_there_is_an_error_and_no_empty_success(server, index):
    for asked in (index, f"{index}-*"):
        pull = opened(server, asked)
        for question in QUESTIONS.values():
            with pytest.raises(SourceError, match="Correct `index`"):
                question(pull)
        pull.close()


def test_hours_are_counted_and_bounds_known(counting, index):
    counting.load(index, [(str(n), {"@timestamp": moment(n * 1200), "n": n}) for n in range(10)])
    counting.load(index, [("timeless", {"n": 1})])
    pull = opened(counting, index)
    assert pull.bounds() == Bounds(BEGIN, BEGIN + timedelta(hours=3), 1)
    hours = {BEGIN + timedelta(hours=n): many for n, many in enumerate((3, 3, 3, 1))}
    assert pull.counts(Window(None, None, "time")) == hours
    # A year has fewer hours than a server counts at once, fifty years have more.
    assert pull.counts(Window(BEGIN - timedelta(days=50 * 365), BEGIN + timedelta(hours=1), "time")) == {
        BEGIN: 3
    }
    pull.close()


def test_a_search_narrows_what_is_read_and_counted(counting, index):
    counting.load(
        index, [(str(n), {"@timestamp": moment(n), "n": n, "kind": "ab"[n % 2]}) for n in range(10)]
    )
    for query, syntax in (("kind: b and n >= 5", "kql"), ("kind:b AND n:>=5", "lucene")):
        pull = opened(counting, index, query=query, syntax=syntax)
        assert numbers(pull) == [5, 7, 9]
        assert pull.counts(Window(None, None, "time")) == {BEGIN: 3}
        pull.close()


def test_answers_that_come_packed_are_the_same(counting, index):
    counting.load(index, DOCUMENTS)
    pull = opened(counting, index, compress=True)
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()


class Older(elastic_server.Server):
    """An OpenSearch that cannot say where in its shard a document lies."""

    @property
    def orders(self) -> tuple[tuple[str, ...], ...]:
        return (("_nowhere",), *super().orders[1:])


def test_an_older_opensearch_tells_documents_of_one_moment_apart_by_their_ids(opensearch, index):
    # The same ids in two indices, and more of one moment than a page holds.
    for part in ("a", "b"):
        opensearch.load(f"{index}-{part}", [(str(n), {"@timestamp": moment(n // 200)}) for n in range(250)])
    settings = Elasticsearch(
        kind="elasticsearch", name="logs", url=opensearch.url, index=f"{index}-*", retries=0
    )
    link = elastic_client.Connection(settings)
    pages = elastic_pages.Pages(
        link,
        Older("OpenSearch", "2.11"),
        {"match_all": {}},
        "@timestamp",
        elastic_pages.Size(100, 100),
        0,
        {},
    )
    found = [(page.sort(n)[0], page.who(n)) for page in pages.read() for n in range(len(page))]
    link.close()
    assert len(found) == len(set(found)) == 500
    assert [at for at, _ in found] == sorted(at for at, _ in found)
