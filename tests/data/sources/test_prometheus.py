"""Ranges of Prometheus: cut on the same multiples whoever asks, small enough, and every sample once."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from data.config import parse
from data.sources.prometheus import Prometheus
from data.sources.pull import Window
from data.sources.refusal import SourceError
from data.sources.scrape import Scrape
from data.sources.settings import Settings
from tests.conftest import ROOT
from tests.data.sources.answering import Asked, answering

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERIES = {"__name__": "http_requests_total", "job": "api", "instance": "a:80", "path": "/x", "kind": "web"}


def vector(value: object, kind: str = "matrix", **more) -> tuple[int, object, str]:
    said = {"status": "success", "data": {"resultType": kind, "result": value}} | more
    return 200, said, "application/json"


class Server:
    """Answers every point of a range with its own time as the value; NaN and an infinity at two of them."""

    def __init__(self, **more) -> None:
        self.more = more

    def __call__(self, asked: Asked) -> tuple[int, object, str]:
        match asked.path:
            case "/prom/api/v1/metadata":
                said = {"http_requests_total": [{"type": "counter", "help": "", "unit": ""}]}
                return 200, {"status": "success", "data": said}, "application/json"
            case "/prom/api/v1/status/buildinfo":
                return 200, {"status": "success", "data": {"version": "3.1.0"}}, "application/json"
            case "/prom/api/v1/query" if asked.values["query"] == "time()":
                return vector([0, str(NOW.timestamp())], "scalar")
            case "/prom/api/v1/query":
                return vector([{"metric": SERIES, "value": [0, "1"]}], "vector", **self.more)
        at, end, step = (float(asked.values[each]) for each in ("start", "end", "step"))
        assert (end - at) / step < 11_000
        times = [at + step * n for n in range(int((end - at) / step) + 1)]
        texts = {NOW.timestamp() - 120: "NaN", NOW.timestamp() - 180: "+Inf"}
        return vector([{"metric": SERIES, "values": [[t, texts.get(t, str(t))] for t in times]}], **self.more)


def source(url: str, **said) -> Prometheus:
    form = {
        "kind": "prometheus",
        "name": "prom",
        "url": f"{url}/prom/",
        "series": "http_requests_total",
        "retries": 0,
    }
    return Prometheus.model_validate(form | said)


def read(pull, start: datetime, stop: datetime, on: str = "cursor") -> list:
    return list(pull.read(Window(start, stop, on)))


def records(pages) -> list[dict]:
    return [json.loads(line) for page in pages for line in page.lines.splitlines()]


@pytest.fixture
def opened():
    held = []

    def of(server, **said):
        held.append(source(server.url, **said).open())
        return held[-1]

    yield of
    for each in held:
        each.close()


def test_a_sample_says_its_series_and_labels_take_no_name_of_ours(opened):
    with answering(Server()) as server:
        (found,) = records(read(opened(server), NOW - timedelta(minutes=10), NOW - timedelta(minutes=9)))
    assert found == {
        "occurred_at": str(int((NOW - timedelta(minutes=10)).timestamp()) * 1000),
        "name": "http_requests_total", "kind": "counter", "value": (NOW - timedelta(minutes=10)).timestamp(), "unit": "",
        "service": "api", "host": "a:80", "instance": "a:80", "job": "api", "label.kind": "web", "path": "/x",
    }  # fmt: skip


def test_windows_that_meet_give_every_sample_once_wherever_they_are_cut(opened):
    start, stop = NOW - timedelta(minutes=30), NOW - timedelta(minutes=10)
    with answering(Server()) as server:
        pull = opened(server)
        whole = records(read(pull, start, stop))
        cut = start + timedelta(minutes=7, seconds=13)
        parts = records(read(pull, start, cut)) + records(read(pull, cut, stop))
    assert whole == parts
    assert len(whole) == 20


def test_long_windows_are_cut_below_what_the_server_gives(opened):
    with answering(Server()) as server:
        pages = read(opened(server, step="15s"), NOW - timedelta(days=9), NOW - timedelta(days=1))
    assert sum(page.records for page in pages) == 8 * 86_400 // 15
    assert pages[-1].upto == NOW - timedelta(days=1)
    assert [page.upto for page in pages] == sorted(page.upto for page in pages)


def test_an_answer_that_is_too_large_is_asked_for_in_halves(opened):
    start, stop = NOW - timedelta(hours=3), NOW - timedelta(hours=1)
    with answering(Server()) as server:
        pages = read(opened(server, most_bytes=1024), start, stop)
    assert len(records(pages)) == 120
    assert len(pages) > 3


def test_nothing_is_asked_for_that_may_still_change(opened):
    with answering(Server()) as server:
        pages = read(opened(server, delay="5m"), NOW - timedelta(minutes=7), NOW + timedelta(minutes=5))
    assert pages[-1].upto == NOW - timedelta(minutes=5)
    assert len(records(pages)) == 2


def test_what_is_no_number_one_can_add_leaves_the_value_empty(opened):
    with answering(Server()) as server:
        found = records(read(opened(server, delay="0s"), NOW - timedelta(minutes=4), NOW))
    assert [each["value"] for each in found] == [NOW.timestamp() - 240, None, None, NOW.timestamp() - 60]


def test_a_window_of_time_moves_no_mark(opened):
    with answering(Server()) as server:
        pages = read(opened(server), NOW - timedelta(hours=1), NOW - timedelta(minutes=30), "time")
    assert {page.upto for page in pages} == {None}


def test_it_says_its_version_its_series_and_what_it_warns_of(opened):
    with answering(Server(warnings=["a store is down"])) as server:
        said = opened(server, bearer="geheim").check()
        assert {each.headers["authorization"] for each in server.asked} == {"Bearer geheim"}
    assert said == "Prometheus 3.1.0 answers; 1 question has 1 series now. It warns: a store is down"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((400, {"status": "error", "errorType": "bad_data", "error": "parse error"}, "x"),
         "prom: the question 'time()' cannot be answered (bad_data: parse error). Correct it, or ask for less."),
        ((403, "no", "x"), "refuses the login (403)"),
        ((503, {"status": "error", "errorType": "timeout", "error": "slow"}, "x"), "cannot answer now (503: slow)"),
        ((200, "<html>", "text/html"), "answers, but not as Prometheus does. Correct `url`."),
        ((200, {"hello": 1}, "x"), "answers, but not as Prometheus does. Correct `url`."),
        ((302, "", "x"), "`url` leads elsewhere."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_no_secret(opened, answer, says):
    with answering(lambda _: answer) as server, pytest.raises(SourceError) as refused:
        opened(server, bearer="geheim").sample(10)
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_its_page_shows_sources_and_has_every_setting():
    page = (ROOT / "docs/sources/prometheus.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    kinds = [
        each.kind
        for block in blocks
        for each in parse(tomllib.loads(block), "page", {"PROMETHEUS_TOKEN": "geheim"})
    ]
    assert kinds == ["prometheus", "scrape"]
    own = (
        (Prometheus.model_fields.keys() | Scrape.model_fields.keys())
        - Settings.model_fields.keys()
        - {"kind"}
    )
    assert {name for name in own if f"`{name}`" not in page} == set()
