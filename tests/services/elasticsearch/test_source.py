"""Elasticsearch as a source: every document of a window comes once and whole, or the window fails with a sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from data.sources.elasticsearch import Elasticsearch
from data.sources.opening import SourceError
from data.sources.pull import Bounds, Window
from tests.services.elasticsearch.conftest import REAL, Server
from tests.services.elasticsearch.scripted import (
    Reply,
    cut,
    forbidden,
    no_such_index,
    other_product,
    partial,
    says_no,
    stalled,
    timed_out,
    too_many,
    unauthenticated,
    unavailable,
)

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ALL = Window(BEGIN, BEGIN + timedelta(days=1))
KEY = "c2VjcmV0OnZlcnktc2VjcmV0"


def moment(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Every moment is that of seven documents, so that pages end among documents of one moment.
DOCUMENTS = [(f"id-{n:04}", {"@timestamp": moment(n // 7), "n": n}) for n in range(500)]


def opened(server: Any, index: str | list[str], **said: Any):
    return Elasticsearch(
        **{
            "kind": "elasticsearch",
            "name": "logs",
            "url": server.url,
            "index": index,
            "page": 100,
            "retries": 3,
        }
        | said
    ).open()


def pulled(pull: Any, window: Window = ALL) -> list[dict[str, Any]]:
    return [json.loads(line) for page in pull.read(window) for line in page.lines.splitlines()]


def numbers(pull: Any, window: Window = ALL) -> list[int]:
    return [each["n"] for each in pulled(pull, window)]


QUESTIONS = {"check": lambda pull: pull.check(), "sample": lambda pull: pull.sample(5), "read": numbers}


@pytest.fixture
def loaded(scripted):
    """The server that errs on demand, with all documents."""
    Server(scripted.url).load("logs", DOCUMENTS)
    scripted.asked.clear()
    return scripted


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


def test_points_in_time_are_closed(loaded):
    pull = opened(loaded, "logs")
    assert len(numbers(pull)) == 500
    next(reading := pull.read(ALL))
    assert len(loaded.memory.points) == 1
    reading.close()
    assert loaded.memory.points == {}
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


# Faults


def well(usual: Callable[[], Reply]) -> Reply:
    return usual()


def test_what_passes_is_tried_again_until_all_is_there(loaded):
    loaded.next("search", unavailable, well, cut, well, partial, well, timed_out)
    loaded.next("open_point", unavailable)
    pull = opened(loaded, "logs", retries=2)
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()


def test_a_point_in_time_that_expires_neither_loses_nor_doubles(loaded):
    pull = opened(loaded, "logs")
    found: list[int] = []
    for page in pull.read(ALL):
        found += [json.loads(line)["n"] for line in page.lines.splitlines()]
        # Later points see the same documents in another order.
        loaded.memory.indices["logs"] = {
            id_: type(each)(each.index, each.id, each.source, each.shard, 10_000 - each.place)
            for id_, each in loaded.memory.indices["logs"].items()
        }
        loaded.expire_points()
    assert len(found) == 500
    assert sorted(found) == list(range(500))
    assert sum(each.operation == "open_point" for each in loaded.asked) == 6
    pull.close()


def test_many_documents_of_one_moment_survive_a_break(loaded):
    Server(loaded.url).load("same", [(str(n), {"@timestamp": moment(1), "n": n}) for n in range(250)])
    pull = opened(loaded, "same")
    found: list[int] = []
    for page in pull.read(ALL):
        found += [json.loads(line)["n"] for line in page.lines.splitlines()]
        loaded.expire_points()
    assert sorted(found) == list(range(250))
    pull.close()


def test_an_overloaded_cluster_is_asked_for_less_and_later_for_more(loaded):
    Server(loaded.url).load("logs", [(f"more-{n}", {"@timestamp": moment(200), "n": n}) for n in range(1500)])
    loaded.next("search", too_many, too_many)
    pull = opened(loaded, "logs", page=400)
    assert len(numbers(pull)) == 2000
    pull.close()
    sizes = [each.body["size"] for each in loaded.asked if each.operation == "search"]
    assert sizes[:5] == [400, 200, 100, 200, 400]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (partial, "1 of 2 shards failed"),
        (timed_out, "The cluster gave up a search"),
        (cut, "Nobody answers at"),
        (too_many, "Lower `page`"),
        (unavailable, "cannot answer now"),
    ],
)
def test_what_does_not_pass_fails_the_window_and_gives_no_part_of_it(loaded, answer, says):
    pull = opened(loaded, "logs", retries=0)
    reading = pull.read(ALL)
    assert next(reading).records == 100
    loaded.next("search", answer)
    with pytest.raises(SourceError, match=says):
        next(reading)
    assert loaded.memory.points == {}
    pull.close()


def test_a_body_that_never_ends_is_given_up(loaded):
    loaded.next("search", stalled)
    pull = opened(loaded, "logs", timeout="0.2s", retries=0)
    with pytest.raises(SourceError, match=r"No answer from http://127\.0\.0\.1:\d+ in 0\.2 seconds"):
        numbers(pull)
    pull.close()


@pytest.mark.parametrize(
    ("answer", "login", "says"),
    [
        (unauthenticated, {}, "A login is wanted"),
        (unauthenticated, {"api_key": KEY}, "The login is refused"),
        (unauthenticated, {"bearer": KEY}, "The login is refused"),
        (forbidden, {"username": "u", "password": KEY}, "read and view_index_metadata"),
        (no_such_index, {}, "Correct `index`"),
        (says_no(400, "parsing_exception", "unknown query [x]"), {}, "unknown query"),
    ],
)
def test_a_refusal_names_the_next_step_and_no_secret(loaded, answer, login, says):
    for operation, question in (("field_caps", "check"), ("search", "read"), ("search", "sample")):
        loaded.next(operation, answer)
        pull = opened(loaded, "logs", **login)
        with pytest.raises(SourceError, match=says) as caught:
            QUESTIONS[question](pull)
        assert KEY not in str(caught.value)
        pull.close()


def test_a_login_is_sent_as_it_was_given(loaded):
    for login, sent in (
        ({"api_key": KEY}, f"ApiKey {KEY}"),
        ({"api_key": "id:key"}, "ApiKey aWQ6a2V5"),
        ({"username": "u", "password": "p"}, "Basic dTpw"),
        ({"bearer": "token"}, "Bearer token"),
    ):
        loaded.asked.clear()
        pull = opened(loaded, "logs", **login)
        pull.sample(1)
        assert {each.headers["authorization"] for each in loaded.asked} == {sent}
        pull.close()


def test_an_answer_of_something_else_is_told(loaded):
    loaded.next("info", other_product)
    pull = opened(loaded, "logs")
    with pytest.raises(SourceError, match="neither Elasticsearch"):
        pull.check()
    pull.close()


def test_a_version_that_may_not_be_asked_for_hinders_nothing(loaded):
    loaded.next("info", forbidden)
    pull = opened(loaded, "logs")
    assert pull.check().startswith(
        "Elasticsearch answers (which version, the privilege monitor would tell); "
    )
    pull.close()


def test_nobody_there_is_said_at_once_and_tried_as_often_as_was_said():
    pull = opened(Server("http://127.0.0.1:9"), "logs", retries=0)
    with pytest.raises(SourceError, match=r"Nobody answers at http://127\.0\.0\.1:9"):
        pull.check()
    pull.close()


def test_a_certificate_is_trusted_by_its_authority_or_its_fingerprint_alone(scripted_tls, certificate):
    pull = opened(scripted_tls, "logs", retries=0)
    with pytest.raises(SourceError, match="`ca_file`"):
        pull.check()
    pull.close()
    for trust in ({"ca_file": certificate.path}, {"fingerprint": certificate.fingerprint}, {"verify": False}):
        pull = opened(scripted_tls, "logs", retries=0, **trust)
        with pytest.raises(SourceError, match="There is no index logs"):
            pull.check()
        pull.close()
    pull = opened(scripted_tls, "logs", ca_file="/nowhere/ca.pem")
    with pytest.raises(SourceError, match="`ca_file` cannot be read") as caught:
        pull.check()
    assert "/nowhere" not in str(caught.value)


class Proxy:
    """A proxy for one server: remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_any(self) -> None:
                proxy.asked.append(self.path)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                answer = httpx.request(
                    self.command, self.path, content=body, headers=headers, trust_env=False
                )
                self.send_response(answer.status_code)
                for name in ("content-type", "x-elastic-product"):
                    self.send_header(name, answer.headers[name])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_DELETE = do_any  # noqa: N815

            def log_message(self, *said: object) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test_a_proxy_is_asked_and_nobody_else(loaded):
    proxy = Proxy()
    pull = opened(loaded, "logs", proxy=proxy.url)
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()
    proxy.close()
    assert len(proxy.asked) == len(loaded.asked) > 5
    assert all(path.startswith(loaded.url) for path in proxy.asked)


def test_answers_that_come_packed_are_the_same(counting, index):
    counting.load(index, DOCUMENTS)
    pull = opened(counting, index, compress=True)
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()


def test_of_several_nodes_one_that_is_gone_hinders_nothing(loaded):
    settings = Elasticsearch(
        kind="elasticsearch", name="logs", url=("http://127.0.0.1:9", loaded.url), index="logs", page=100
    )
    pull = settings.open()
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()
