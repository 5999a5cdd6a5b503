"""What goes wrong at a server once a year: a window comes whole all the same, or fails with a sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from data.sources.elasticsearch import Elasticsearch
from data.sources.refusal import SourceError
from tests.services.elasticsearch.conftest import Server
from tests.services.elasticsearch.pulling import (
    ALL,
    DOCUMENTS,
    QUESTIONS,
    moment,
    numbers,
    opened,
)
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

KEY = "c2VjcmV0OnZlcnktc2VjcmV0"


@pytest.fixture
def loaded(scripted):
    """The server that errs on demand, with all documents."""
    Server(scripted.url).load("logs", DOCUMENTS)
    scripted.asked.clear()
    return scripted


def test_points_in_time_are_closed(loaded):
    pull = opened(loaded, "logs")
    assert len(numbers(pull)) == 500
    next(reading := pull.read(ALL))
    assert len(loaded.memory.points) == 1
    reading.close()
    assert loaded.memory.points == {}
    pull.close()


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


def test_a_way_that_leads_nowhere_is_named():
    said: dict[str, Any] = {"kind": "elasticsearch", "name": "logs", "index": "logs", "retries": 0}
    for more, says in (
        ({"cloud_id": "mine:bm90aGluZw=="}, "`cloud_id` cannot be used. Copy it anew."),
        (
            {"url": "http://127.0.0.1:9", "proxy": f"http://u:{KEY}@127.0.0.1:9"},
            "Nobody answers at http://127.0.0.1:9, or hangs up. Look whether it runs, and correct `url` and `proxy`.",
        ),
    ):
        pull = Elasticsearch(**said | more).open()
        with pytest.raises(SourceError) as caught:
            pull.check()
        assert str(caught.value) == says
        pull.close()


def test_nobody_there_is_said_at_once_and_tried_as_often_as_was_said():
    pull = opened(Server("http://127.0.0.1:9"), "logs", retries=0)
    with pytest.raises(SourceError, match=r"Nobody answers at http://127\.0\.0\.1:9"):
        pull.check()
    pull.close()


@pytest.mark.filterwarnings(
    "ignore::urllib3.exceptions.InsecureRequestWarning"
)  # one of them is not verified
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


def test_of_several_nodes_one_that_is_gone_hinders_nothing(loaded):
    settings = Elasticsearch(
        kind="elasticsearch", name="logs", url=("http://127.0.0.1:9", loaded.url), index="logs", page=100
    )
    pull = settings.open()
    assert sorted(numbers(pull)) == list(range(500))
    pull.close()
