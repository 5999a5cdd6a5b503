"""A trace by its id, as Jaeger answers (recorded from its release 1.76) and as Tempo's API says it does."""

from __future__ import annotations

import base64
import copy
import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.config import parse
from data.sources.refusal import SourceError
from data.sources.settings import Settings
from data.sources.traces import Jaeger, Tempo, Trace, fetch
from tests.conftest import ROOT
from tests.data.sources.answering import answering

JAEGER = json.loads(Path(__file__).with_name("jaeger_1.76.json").read_text(encoding="utf-8"))
TRACE, ROOT_SPAN, CHILD = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "eee19b7ec3c1b175"
BUILT = datetime(2026, 11, 26, 17, 16, 52, tzinfo=UTC)


def tempo() -> dict:
    """The same trace in Tempo's form: ids in base 64, kinds and codes by their names, the last span first."""
    trace = copy.deepcopy(JAEGER["result"])
    spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for span in spans:
        for name in {"traceId", "spanId", "parentSpanId"} & span.keys():
            span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    spans[0] |= {"kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR", "message": "boom"}}
    spans[1] |= {"kind": "SPAN_KIND_CLIENT"}
    spans.reverse()
    return {"trace": trace}


def found(
    said: object, kind: type = Jaeger, trace: str = TRACE, status: int = 200, **more
) -> tuple[Trace, list]:
    with answering(lambda _: (status, said, "application/json")) as server:
        form = {
            "kind": kind.product.lower(),
            "name": "traces",
            "url": f"{server.url}/base",
            "retries": 0,
        } | more
        return fetch(kind.model_validate(form), trace), server.asked


def without_parent(said: dict) -> dict:
    said["trace"]["resourceSpans"][0]["scopeSpans"][0]["spans"].pop(0)
    return said


@pytest.mark.parametrize(("kind", "said", "path"), [(Jaeger, JAEGER, "v3"), (Tempo, tempo(), "v2")])
def test_the_spans_are_rows_the_first_one_first(kind, said, path):
    trace, asked = found(said, kind)
    assert [each.path for each in asked] == [f"/base/api/{path}/traces/{TRACE}"]
    first, second = trace.spans
    assert first == {
        "occurred_at": BUILT.replace(microsecond=31_088), "trace_id": TRACE, "span_id": ROOT_SPAN, "service": "checkout",
        "name": "POST /orders", "kind": "server", "duration_ms": 250.0, "status": "error", "http_method": "POST",
        "http_status": 500, "attributes": {"scope.name": "lib", "status.message": "boom"},
    }  # fmt: skip
    assert (second["span_id"], second["parent_span_id"], second["kind"]) == (CHILD, ROOT_SPAN, "client")
    assert (second["db_system"], second["duration_ms"], trace.note) == ("postgresql", 20.0, "")


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Jaeger, {"error": {"httpCode": 404, "message": "No traces found"}}), (Tempo, "trace not found")],
)
def test_a_trace_that_is_not_there_has_no_spans(kind, said):
    assert found(said, kind, status=404)[0] == Trace(())


def test_a_trace_that_is_not_whole_says_so():
    trace, _ = found(tempo() | {"status": "PARTIAL", "message": "trace exceeds max size"}, Tempo)
    assert trace.note == "Not all of the trace was found: trace exceeds max size"
    assert len(trace.spans) == 2


@pytest.mark.parametrize(
    ("trace", "asked"), [("ABC", "0000000000000abc"), (f"1{ROOT_SPAN}", f"{'0' * 15}1{ROOT_SPAN}")]
)
def test_a_short_id_is_filled_up(trace, asked):
    assert found(JAEGER, trace=trace)[1][0].path.endswith(f"/{asked}")


@pytest.mark.parametrize("trace", ["", "../api", "x" * 32, "0" * 33])
def test_what_is_no_id_is_never_asked(trace):
    with pytest.raises(SourceError, match="A trace id is up to 32 digits from 0 to f"):
        found(JAEGER, trace=trace)


@pytest.mark.parametrize(
    ("status", "said", "says"),
    [
        (200, {"hello": 1}, "answers, but not as Jaeger does. Correct `url`."),
        (
            200,
            {"result": {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "?"}]}]}]}},
            "not as Jaeger does",
        ),
        (401, "no", "refuses the login (401)."),
        (500, {"error": {"message": "storage is away"}}, "cannot answer now (500: storage is away)"),
    ],
)
def test_a_refusal_says_what_to_do_and_no_secret(status, said, says):
    with pytest.raises(SourceError) as refused:
        found(said, status=status, bearer="geheim")
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_the_login_and_tempo_s_own_tenant_are_sent():
    _, (asked,) = found(tempo(), Tempo, org="acme", bearer="b")
    assert (asked.headers["x-scope-orgid"], asked.headers["authorization"]) == ("acme", "Bearer b")


@pytest.mark.parametrize(
    ("kind", "said", "sentence"),
    [
        (Jaeger, {"services": ["checkout"]}, "Jaeger answers and knows 1 service; traces are looked up when somebody opens one."),
        (Tempo, {"version": "2.9.0"}, "Tempo 2.9.0 answers; traces are looked up when somebody opens one."),
    ],
)  # fmt: skip
def test_trying_it_says_who_answers_and_nothing_is_pulled(kind, said, sentence):
    with answering(lambda _: (200, said, "application/json")) as server:
        source = kind.model_validate({"kind": kind.product.lower(), "name": "traces", "url": server.url})
        pull = source.open()
        assert (pull.check(), pull.sample(10), source.on_demand) == (sentence, [], True)
        pull.close()


def test_their_page_shows_sources_and_has_every_setting():
    page = (ROOT / "docs/sources/traces.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    shown = [
        each for block in blocks for each in parse(tomllib.loads(block), "page", {"TEMPO_TOKEN": "geheim"})
    ]
    assert [each.kind for each in shown] == ["jaeger", "tempo"]
    own = Tempo.model_fields.keys() - Settings.model_fields.keys() - {"kind"}
    assert {name for name in own if f"`{name}`" not in page} == set()
