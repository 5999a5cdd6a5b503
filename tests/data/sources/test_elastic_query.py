"""What a person searches for, as Elasticsearch is asked for it; and what may be said of such a source."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime

import pytest

from data.config import ConfigError, parse
from data.sources.elastic_query import every, of_text, within
from data.sources.elasticsearch import Elasticsearch
from data.sources.settings import Settings
from tests.conftest import ROOT

SOURCE = {"kind": "elasticsearch", "name": "logs", "url": "http://logs.example:9200", "index": "logs-*"}


def said(**more: object):
    return parse({"sources": [SOURCE | more]}, "tenantscope.toml", {"KEY": "s3cret"})[0]


def any_of(*queries: dict) -> dict:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {"match_all": {}}),
        ("*", {"match_all": {}}),
        ("log.level: error", {"match_phrase": {"log.level": "error"}}),
        ('message: "connection lost"', {"match_phrase": {"message": "connection lost"}}),
        ("status: 404", {"term": {"status": 404}}),
        ("flag: true", {"term": {"flag": True}}),
        ("user.id: *", {"exists": {"field": "user.id"}}),
        ("not user.id: *", {"bool": {"must_not": [{"exists": {"field": "user.id"}}]}}),
        ("host.name: web-*", {"wildcard": {"host.name": {"value": "web-*"}}}),
        ("host.name: we?b*", {"wildcard": {"host.name": {"value": "we\\?b*"}}}),
        ("took >= 5", {"range": {"took": {"gte": 5}}}),
        ("@timestamp >= now-1d", {"range": {"@timestamp": {"gte": "now-1d"}}}),
        ("created_at < now", {"range": {"created_at": {"lt": "now"}}}),
        ("a: 1 and b: 2", {"bool": {"filter": [{"term": {"a": 1}}, {"term": {"b": 2}}]}}),
        ("a: 1 or b: x", any_of({"term": {"a": 1}}, {"match_phrase": {"b": "x"}})),
        ("a: (x or y)", any_of({"match_phrase": {"a": "x"}}, {"match_phrase": {"a": "y"}})),
        (
            "lost",
            {"multi_match": {"type": "phrase", "query": "lost", "lenient": True, "fields": ["*"]}},
        ),
    ],
)
def test_kql_is_asked_by_the_fields_that_documents_have(text, query):
    assert of_text(text, "kql") == query


def test_lucenes_syntax_is_left_to_the_server():
    assert of_text("level:err* AND took:>5", "lucene") == {
        "query_string": {"query": "level:err* AND took:>5", "analyze_wildcard": True}
    }


def test_a_window_begins_with_its_start_and_ends_before_its_stop():
    window = within("@timestamp", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    assert window == {
        "range": {
            "@timestamp": {
                "gte": "2026-03-01T00:00:00.000000Z",
                "lt": "2026-03-02T00:00:00.000000Z",
                "format": "strict_date_optional_time",
            }
        }
    }
    assert within("at", None, None) == {"exists": {"field": "at"}}
    assert every(None, window, without="at") == {
        "bool": {"filter": [window], "must_not": [{"exists": {"field": "at"}}]}
    }


def test_a_source_needs_an_address_and_an_index():
    source = said(api_key="${KEY}", url=["http://a.example:9200", "https://b.example"], index=["a", "b"])
    assert (source.url, source.index) == (("http://a.example:9200", "https://b.example"), ("a", "b"))
    assert source.api_key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(source)
    assert source.mutable


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"cloud_id": "x"}, "name either `url`"),
        ({"url": "logs.example:9200"}, "write it as https://logs.example:9200"),
        ({"url": "https://elastic:s3cret@logs.example"}, "a login does not belong into it"),
        ({"url": "https://logs.example:port"}, "write it as"),
        ({"username": "u"}, "belong together"),
        ({"api_key": "${KEY}", "bearer": "${KEY}"}, "one of `api_key`"),
        ({"verify": False, "fingerprint": "ab"}, "trusts any certificate"),
        ({"index": []}, "index"),
        ({"page": 20_000}, "page"),
        ({"query": "a: (b"}, "query: The search ends too early"),
        ({"indx": "logs"}, "Did you mean index?"),
    ],
)
def test_what_cannot_be_is_said_without_its_values(more, says):
    with pytest.raises(ConfigError) as caught:
        said(**more)
    assert says in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("page", ["README.md", "docs/sources/elasticsearch.md"])
def test_what_the_pages_show_is_a_source(page):
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    shown = [block for block in blocks if 'kind = "elasticsearch"' in block]
    assert shown
    for block in shown:
        (source,) = parse(tomllib.loads(block), page, {"ELASTIC_API_KEY": "s3cret"})
        assert source.api_key.get_secret_value() == "s3cret"


def test_every_setting_is_on_its_page():
    page = (ROOT / "docs/sources/elasticsearch.md").read_text(encoding="utf-8")
    own = Elasticsearch.model_fields.keys() - Settings.model_fields.keys() - {"kind"}
    assert {name for name in own if f"`{name}`" not in page} == set()
