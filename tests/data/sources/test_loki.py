"""Loki's answers, page after page: nothing is lost or doubled where lines share a nanosecond."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from data.config import parse
from data.sources.loki import Loki
from data.sources.loki_pull import level_of
from data.sources.pull import Window
from data.sources.refusal import SourceError
from data.sources.settings import Settings
from data.store import open_store
from data.sync.engine import Engine
from data.sync.reader import Reader
from tests.conftest import ROOT
from tests.data.sources.answering import Asked, answering

pytestmark = pytest.mark.usefixtures("forked_readers")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0 = int((NOW - timedelta(hours=1)).timestamp()) * 10**9
API, WEB = {"app": "api", "level": "error"}, {"app": "web", "instance": "h1", "trace_id": "abc"}


class Server:
    """Has these lines (stream, nanosecond, text), answers as Loki does, and gives `most` at once."""

    def __init__(self, lines: list[tuple[dict, int, str]], most: int = 5000) -> None:
        self.lines, self.most = lines, most

    def __call__(self, asked: Asked) -> tuple[int, object, str]:
        if asked.path.endswith("buildinfo"):
            return 200, {"version": "3.4.2"}, "application/json"
        assert asked.path == "/loki/api/v1/query_range"
        limit = int(asked.values["limit"])
        if limit > self.most:
            said = f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {self.most})"
            return 400, said, "text/plain"
        if asked.values["direction"] == "backward":
            chosen = sorted(self.lines, key=lambda each: -each[1])[:limit]
        else:
            start, end = int(asked.values["start"]), int(asked.values["end"])
            chosen = sorted(
                (each for each in self.lines if start <= each[1] < end), key=lambda each: each[1]
            )[:limit]
        streams: dict[str, dict] = {}
        for labels, at, text in chosen:
            stream = streams.setdefault(json.dumps(labels), {"stream": labels, "values": []})
            stream["values"].append([str(at), text])
        data = {"resultType": "streams", "result": list(streams.values())}
        return 200, {"status": "success", "data": data}, "application/json"


def source(url: str, **said) -> Loki:
    form = {"kind": "loki", "name": "logs", "url": url, "query": '{app=~".+"}', "retries": 0, "history": "1d"}
    return Loki.model_validate(form | said)


def read(answer, **said) -> tuple[list[dict], list, list[Asked]]:
    with answering(answer) as server:
        pull = source(server.url, **said).open()
        try:
            pages = list(pull.read(Window(NOW - timedelta(hours=2), NOW)))
        finally:
            pull.close()
        return [json.loads(line) for page in pages for line in page.lines.splitlines()], pages, server.asked


def test_a_line_has_its_time_its_level_its_service_and_its_labels():
    (first, second), pages, _ = read(Server([(API, T0 + 1, "it failed"), (WEB, T0 + 2, "GET / level=WARN")]))
    assert (first["_at"], first["_line"], first["_level"], first["_service"]) == (
        str(T0 + 1),
        "it failed",
        "error",
        "api",
    )
    assert (second["_level"], second["_service"], second["_host"], second["trace_id"]) == (
        "warn",
        "web",
        "h1",
        "abc",
    )
    assert pages[-1].upto == NOW - timedelta(hours=1)


@pytest.mark.parametrize("page", [2, 3, 4, 7, 5000])
def test_lines_that_share_a_nanosecond_over_the_end_of_a_page_come_once(page):
    shared = [0, 0, 1, 1, 1, 2, 3, 3] if page > 3 else [0, 1, 1, 2, 3, 3, 4]
    lines = [((API, WEB)[n % 2], T0 + at, f"line {n}") for n, at in enumerate(shared)]
    if page == 2:
        lines = [(API, T0 + n, f"line {n}") for n in range(7)]
    found, _, _ = read(Server(lines), page=page)
    assert sorted(each["_line"] for each in found) == sorted(text for _, _, text in lines)


def test_equal_texts_are_told_apart_by_stream_and_time_and_known_again():
    lines = [(API, T0, "x"), (WEB, T0, "x"), (API, T0 + 1, "x")]
    ids = [[each["_id"] for each in read(Server(order))[0]] for order in (lines, lines[::-1])]
    assert len(set(ids[0])) == 3
    assert sorted(ids[0]) == sorted(ids[1])


def test_more_lines_in_one_nanosecond_than_are_given_at_once_is_said():
    lines = [(API, T0, f"line {n}") for n in range(5)]
    with pytest.raises(
        SourceError,
        match=r"more lines than 4 share one nanosecond.*2026-03-01 11:00:00 \+ 0 ns.*Raise `page`",
    ):
        read(Server(lines), page=4)


def test_an_answer_that_is_too_large_is_asked_for_in_halves():
    lines = [(API, T0 + n, "x" * 100 + str(n)) for n in range(40)]
    found, _, asked = read(Server(lines), most_bytes=2048)
    assert len(found) == 40
    assert int(asked[-1].values["limit"]) < 40


def test_the_tenant_of_loki_and_the_login_are_sent():
    _, _, asked = read(Server([(API, T0, "x")]), org="acme", username="u", password="p")
    assert {(each.headers["x-scope-orgid"], each.headers["authorization"]) for each in asked} == {
        ("acme", "Basic dTpw")
    }


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Server([(API, T0, "x")], most=1000), "Lower `page` to its limit."),
        (lambda _: (401, "no org id", "text/plain"), "Loki has several tenants. Name one as `org`."),
        (lambda _: (403, "no", "text/plain"), "refuses the login (403)."),
        (lambda _: (400, "parse error at line 1, col 6", "text/plain"), "the request is refused (400: parse error at line 1, col 6)."),
        (lambda _: (200, {"status": "success", "data": {"resultType": "matrix", "result": []}}, "x"), "`query` is answered by numbers"),
        (lambda _: (200, "<html>", "text/html"), "answers, but not as Loki does."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_no_secret(answer, says):
    with pytest.raises(SourceError) as refused:
        read(answer, bearer="geheim")
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("labels", "text", "level"),
    [
        ({"level": "INFO"}, "level=error", "info"),
        ({"detected_level": "unknown"}, 'ts=1 level=error msg="x"', "error"),
        ({}, '{"ts":1,"level":"debug"}', "debug"),
        ({}, "the sea.level: high", ""),
        ({}, "nothing", ""),
    ],
)
def test_the_level_is_the_label_s_else_the_line_s(labels, text, level):
    assert level_of(labels, text) == level


def test_lines_come_into_logs_once(tmp_path):
    lines = [((API, WEB)[n % 2], T0 + n // 2, f"line {n}") for n in range(9)]
    store = open_store(tmp_path / "store.duckdb", clock=lambda: NOW)
    with answering(Server(lines)) as server:
        settings = source(server.url, page=4)
        assert settings.open().check() == 'Loki 3.4.2 answers; {app=~".+"} has lines.'
        for more in (9, 0):
            with Reader(settings, tmp_path / "spool") as reader:
                engine = Engine(settings, reader, lambda: store, tmp_path / "mappings", lambda: NOW)
                assert engine.sync().counts.rows == more
    found = store.admin.frame(
        "select level, service, host, trace_id, attributes.app::varchar as app, count(*)::int as n from raw.logs group by all order by app"
    )
    store.close()
    assert list(found.itertuples(index=False, name=None)) == [
        ("error", "api", "", "", "api", 5),
        ("", "web", "h1", "abc", "web", 4),
    ]


def test_its_page_shows_a_source_and_has_every_setting():
    page = (ROOT / "docs/sources/loki.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (shown,) = parse(tomllib.loads(block), "page", {"LOKI_TOKEN": "geheim"})
    assert shown.kind == "loki"
    own = Loki.model_fields.keys() - Settings.model_fields.keys() - {"kind"}
    assert {name for name in own if f"`{name}`" not in page} == set()
