"""One look at an endpoint of metrics, in both text formats, over a real socket."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from data.sources.pull import Window
from data.sources.refusal import SourceError
from data.sources.scrape import Scrape, ScrapePull
from tests.data.sources.answering import answering

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MILLIS = str(int(NOW.timestamp() * 1000))
PLAIN = """# TYPE http_requests_total counter
http_requests_total{path="/a\\"b",job="own"} 7 1395066363000
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 2
took_seconds_bucket{le="+Inf"} 3
took_seconds_sum 1.5
took_seconds_count 3
# TYPE age_seconds summary
age_seconds{quantile="0.5"} NaN
full_ratio{name="disk"} +Inf
"""
OPEN = """# TYPE sent_bytes counter
# UNIT sent_bytes bytes
sent_bytes_total{to="x"} 3 # {trace_id="abc"} 1
# EOF
"""


def scrape(text: str, kind: str = "text/plain; version=0.0.4", status: int = 200, **said) -> list[dict]:
    with answering(lambda _: (status, text, kind)) as server:
        form = {"kind": "scrape", "name": "api", "url": f"{server.url}/metrics", "instance": "h1"} | said
        pull = ScrapePull(Scrape.model_validate(form), lambda: NOW)
        (page,) = pull.read(Window())
        pull.close()
        assert [each.path for each in server.asked] == ["/metrics"]
        return [json.loads(line) for line in page.lines.splitlines()]


def test_every_sample_has_its_kind_its_unit_and_our_time():
    found = [(s["name"], s["kind"], s["value"], s["unit"], s.get("le")) for s in scrape(PLAIN)]
    assert found == [
        ("http_requests_total", "counter", 7.0, "", None),
        ("took_seconds_bucket", "histogram", 2.0, "s", "0.5"),
        ("took_seconds_bucket", "histogram", 3.0, "s", "+Inf"),
        ("took_seconds_sum", "counter", 1.5, "s", None),
        ("took_seconds_count", "counter", 3.0, "", None),
        ("age_seconds", "gauge", None, "s", None),
        ("full_ratio", "gauge", None, "", None),
    ]
    assert {each["occurred_at"] for each in scrape(PLAIN)} == {MILLIS}


def test_labels_stay_what_they_are_and_take_no_name_of_ours():
    first, *_, last = scrape(PLAIN)
    assert (first["service"], first["host"], first["path"]) == ("own", "h1", '/a"b')
    assert (last["service"], last["label.name"]) == ("api", "disk")


def test_openmetrics_says_its_unit():
    (found,) = scrape(OPEN, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert (found["name"], found["kind"], found["value"], found["unit"]) == (
        "sent_bytes_total",
        "counter",
        3.0,
        "By",
    )


def test_what_was_looked_at_to_know_its_form_is_what_is_read():
    with answering(lambda _: (200, PLAIN, "text/plain")) as server:
        pull = ScrapePull(
            Scrape.model_validate({"kind": "scrape", "name": "api", "url": server.url}), lambda: NOW
        )
        for _ in range(2):
            assert len(pull.sample(1)) == 1
            assert [page.records for page in pull.read(Window())] == [7]
        pull.close()
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "text", "says"),
    [
        (200, "<html>a page</html>", "answers, but not as an endpoint of metrics does. Correct `url`."),
        (401, "no", "refuses the login (401). Correct `bearer`, or `username` and `password`"),
        (404, "no", "Correct it."),
        (503, "no", "cannot answer now (503)"),
        (200, PLAIN * 20, "an answer is larger than 2 KB. Ask for less, or raise `most_bytes`."),
    ],
)
def test_a_refusal_says_what_to_do_and_no_secret(status, text, says):
    with pytest.raises(SourceError) as refused:
        scrape(text, status=status, bearer="geheim", most_bytes=2048)
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_login_is_sent():
    with answering(lambda _: (200, PLAIN, "text/plain")) as server:
        for login in ({"bearer": "b"}, {"username": "u", "password": "p"}):
            pull = Scrape.model_validate({"kind": "scrape", "name": "api", "url": server.url} | login).open()
            pull.check()
            pull.close()
        assert [each.headers["authorization"] for each in server.asked] == ["Bearer b", "Basic dTpw"]


def test_nobody_there_is_said():
    with answering(lambda _: (200, "", "text/plain")) as server:
        url = server.url
    with pytest.raises(SourceError, match="cannot be reached, or hung up"):
        Scrape.model_validate({"kind": "scrape", "name": "api", "url": url}).open().check()


@pytest.mark.parametrize(
    "said", [{"url": "metrics"}, {"url": "http://a:b@c/"}, {"username": "u"}, {"bearer": "b", "username": "u", "password": "p"}]
)  # fmt: skip
def test_settings_that_cannot_be(said):
    with pytest.raises(ValidationError):
        Scrape.model_validate({"kind": "scrape", "name": "api", "url": "http://a/metrics"} | said)
