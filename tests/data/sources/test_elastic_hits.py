"""A page of Elasticsearch is cut into lines without taking documents apart."""

from __future__ import annotations

import json

import pytest

from data.sources import elastic_hits
from data.sources.elastic_hits import before_ids, read
from data.sources.refusal import SourceError


def page(*hits: str, more: str = "") -> bytes:
    text = f'{{"pit_id":"p","took":1,"_shards":{{"failed":0}},"hits":{{{more}"hits":[{",".join(hits)}]}}}}'
    return text.encode()


def hit(
    source: str, id_: str = "1", index: str = "logs", sort: str = '["2026-03-01T00:00:00.000Z",7]'
) -> str:
    return f'{{"_index":"{index}","_id":"{id_}","_score":null,"_source":{source},"sort":{sort}}}'


def lines(body: bytes, names: tuple[str, ...] = ("logs",), key: str = "auto") -> list[str]:
    return [line.decode() for line in read(body, 100).lines(before_ids(names, key))]


def test_a_document_is_a_line_with_its_id_and_its_index():
    assert lines(page(hit('{"a":1}'), hit("{}", "2"))) == [
        '{"a":1,"_id":"1","_index":"logs"}\n',
        '{"_id":"2","_index":"logs"}\n',
    ]


def test_the_rest_of_an_answer_is_read_and_the_documents_are_not():
    hits = read(page(hit('{"a":1}'), hit('{"a":2}', "2", sort="[5,9]"), more='"max_score":null,'), 100)
    assert hits.about == {
        "pit_id": "p",
        "took": 1,
        "_shards": {"failed": 0},
        "hits": {"max_score": None, "hits": []},
    }
    assert (len(hits), hits.sort(1), hits.who(1)) == (2, [5, 9], b'"logs""2"')


@pytest.mark.parametrize(
    "source",
    [
        '{"n":123456789012345678901234567890}',  # more digits than a number holds
        '{"n":1.10,"m":1E5}',
        '{"a":1,"a":2}',
        '{"half":"\\ud800"}',  # half a character: this document is refused later, and no other
        '{"text":"},\\"sort\\":[1,2]}, {\\"_id\\":\\"9\\"","\\\\":"\\\\"}',
        '{"x":{"y":[{"_id":"no"},[]]},"sort":["2020",1]}',
        '{"_source":{"_id":"inner"},"hits":{"hits":[{}]}}',
        '{"é":"日本"}',
    ],
)
def test_what_a_document_says_is_kept_sign_by_sign(source):
    assert lines(page(hit(source), hit('{"next":true}', "2"))) == [
        source[:-1] + ',"_id":"1","_index":"logs"}\n',
        '{"next":true,"_id":"2","_index":"logs"}\n',
    ]


def test_a_document_that_was_written_over_several_lines_is_one_line():
    (line,) = lines(page(hit('{\n  "a": 1,\r\n  "b": "x"\n}')))
    assert line.count("\n") == 1
    assert json.loads(line) == {"a": 1, "b": "x", "_id": "1", "_index": "logs"}
    assert json.loads(lines(page(hit("{\n }")))[0]) == {"_id": "1", "_index": "logs"}


def test_an_empty_page_has_no_documents():
    assert len(read(page(), 100)) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        b"{}",
        b'{"hits":[]}',
        b'{"hits":{"hits":{}}}',
        page(hit('{"a":1}'))[:-40],
        page(hit('{"a":1}'))[:60],
        page('{"_index":"logs","_source":{},"sort":[1,2]}'),
        page(hit("{}")).replace(b'"took":1', b'"took":'),
        page(hit("{}"), hit("{}")),
    ],
)
def test_what_is_no_page_is_told_from_one(body):
    assert read(body, 1) is None


def test_a_page_that_ends_anywhere_before_its_end_is_no_page():
    body = page(hit('{"a":"x\\"y","b":[1,{"c":null}]}'), hit("{}", "2"))
    assert [end for end in range(len(body)) if read(body[:end], 5) is not None] == []
    assert len(read(body, 5)) == 2


def test_an_index_that_keeps_no_documents_is_an_error_with_a_way_out():
    with pytest.raises(SourceError, match="Leave that index out"):
        read(page('{"_index":"logs","_id":"1","_score":null,"sort":[1,2]}'), 1)


@pytest.mark.parametrize(
    ("names", "key", "index", "id_"),
    [
        (("logs",), "auto", "logs", "7"),
        (("logs",), "auto", ".ds-logs-2026.03.01-000001", "7"),  # a data stream, before and after a rollover
        (("logs",), "auto", ".ds-logs-2026.03.02-000002", "7"),
        (("logs",), "auto", "partial-.ds-logs-2026.03.02-000002", "7"),
        (("logs",), "auto", "shrink-ab12-.ds-logs-2026.03.02-000002", "7"),
        (("logs",), "auto", "logs-000001", "logs-000001/7"),  # an alias
        (("logs-*",), "auto", "logs-a", "logs-a/7"),
        (("logs-*",), "auto", ".ds-logs-a-2026.03.02-000002", "logs-a/7"),
        (("logs", "more"), "auto", "logs", "logs/7"),
        (("far:logs",), "auto", "far:.ds-logs-2026.03.02-000002", "7"),
        (("far:logs",), "auto", "far:logs", "7"),
        (("logs-*",), "_id", "logs-a", "7"),
        (("logs",), "index/_id", "logs", "logs/7"),
    ],
)
def test_an_id_is_the_same_whatever_index_holds_a_document_today(names, key, index, id_):
    (line,) = lines(page(hit("{}", "7", index)), names, key)
    assert json.loads(line)["_id"] == id_


def test_reading_goes_no_further_than_the_page_that_was_asked_for():
    body = page(*[hit("{}", str(n)) for n in range(3)])
    assert (elastic_hits.read(body, 2), len(elastic_hits.read(body, 3))) == (None, 3)
