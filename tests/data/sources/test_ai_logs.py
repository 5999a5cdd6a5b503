"""Files of AI calls: what repeats is counted once, what holds calls is none, and what was said stays behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from data.ingest import Wish, ingest, propose
from data.mapping import MappingError, Origin
from data.sources import ai_logs
from data.sources.fields import text_of
from data.sources.lines import Batch
from data.sources.parquet import of_texts
from tests.data.collector.test_llm import CHAT, GEMINI, MESSAGE, RESPONSES
from tests.data.conftest import tuples
from tests.stores import in_memory

TOKENS = "input_tokens, cache_read_tokens, cache_write_tokens, output_tokens"


def load(store, path: Path, *documents: object, pretty: bool = False, **said):
    if documents:
        text = [json.dumps(each, indent=2 if pretty else None) for each in documents]
        path.write_text("\n".join(text) + "\n")
    return ingest(store, propose(path, None, Wish(**said)))


def held(store, columns: str) -> list[tuple[object, ...]]:
    return tuples(store.admin.frame(f"select {columns} from raw.llm_calls order by occurred_at, call_id"))


def line(second: int, kind: str, uuid: str, message: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "type": kind, "uuid": uuid, "sessionId": "s1", "timestamp": f"2026-02-03T10:00:{second:02}Z",
        "cwd": "/srv/shop", "version": "2.1.0", "message": message, **more,
    }  # fmt: skip


def part(identity: str, output: int, content: str, **more: int) -> dict[str, object]:
    """A line's share of an answer: each names all that the answer used so far."""
    usage = {"input_tokens": 4, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}
    return {
        "id": identity, "type": "message", "role": "assistant", "model": "claude-sonnet-4-6",
        "content": [{"type": content, "text": "a secret"}], "usage": usage | {"output_tokens": output} | more,
    }  # fmt: skip


ASKED = {"role": "user", "content": "a secret"}
TOOL_SAID = {"role": "user", "content": [{"type": "tool_result", "content": "a secret"}]}
CODING = [
    {"type": "summary", "summary": "a secret", "leafUuid": "x"},
    line(0, "user", "u1", ASKED),
    line(1, "assistant", "a1", part("msg_1", 3, "thinking")),
    line(2, "assistant", "a2", part("msg_1", 3, "text")),
    # A sub-agent speaks in between; its task is no question of a person.
    line(3, "user", "u2", ASKED, isSidechain=True),
    line(3, "assistant", "a3", part("msg_2", 50, "text"), isSidechain=True),
    line(4, "assistant", "a4", part("msg_1", 120, "tool_use")),
    line(5, "user", "u3", TOOL_SAID),
    line(6, "assistant", "a5", part("msg_3", 80, "text")),
    line(7, "user", "u4", ASKED),
    line(8, "assistant", "a6", part("msg_4", 10, "text")),
    {"type": "result", "session_id": "s1", "usage": {"input_tokens": 16, "output_tokens": 260}, "total_cost_usd": 1},
]  # fmt: skip


def test_a_coding_agent_s_log_counts_each_answer_once_with_its_last_words(store, tmp_path):
    outcome = load(
        store, tmp_path / "session.jsonl", *CODING, columns=(("tenant_id", Origin(constant="acme")),)
    )
    assert (outcome.counts.rows, outcome.counts.quarantined) == (4, 0)
    assert held(store, f"call_id, request_id, tenant_id, {TOKENS}") == [
        ("msg_1", "u1", "acme", 4, 1000, 200, 120),
        ("msg_2", "u1", "acme", 4, 1000, 200, 50),
        ("msg_3", "u1", "acme", 4, 1000, 200, 80),
        ("msg_4", "u4", "acme", 4, 1000, 200, 10),
    ]
    # 4 x 3 + 1000 x 0.30 + 200 x 3.75 + 120 x 15
    assert held(store, "cost_usd")[0] == (Decimal("0.002862"),)
    assert "a secret" not in store.admin.frame("select * from raw.llm_calls").to_csv()


def test_a_log_that_grew_adds_what_is_new(store, tmp_path):
    load(store, tmp_path / "session.jsonl", *CODING[:7])
    outcome = load(store, tmp_path / "session.jsonl", *CODING)
    assert (outcome.counts.rows, outcome.counts.duplicates) == (2, 2)


def test_a_session_that_is_taken_up_again_in_another_file_counts_once(store, tmp_path):
    load(store, tmp_path / "0b6f.jsonl", *CODING)
    # The new file begins with a copy of the old one, under its own session.
    again = [row | {"sessionId": "s2"} if "sessionId" in row else row for row in CODING]
    more = line(9, "assistant", "b1", part("msg_5", 7, "text")) | {"sessionId": "s2"}
    outcome = load(store, tmp_path / "77aa.jsonl", *again, more)
    assert (outcome.counts.rows, outcome.counts.duplicates) == (1, 4)


def test_an_answer_that_goes_on_in_the_next_batch_is_one_call_with_its_last_words():
    def batch(*documents: object) -> Batch:
        texts = pa.array([json.dumps(each) for each in documents], pa.string())
        return Batch(of_texts(texts, 1).records, (), len(documents))

    halves = [batch(*CODING[:3]), batch(CODING[6]), batch(*CODING[8:])]
    found = [
        json.loads(text_of(each.records, n))
        for each in ai_logs.batches(halves)
        for n in range(len(each.records.starts))
    ]
    assert [(call["call_id"], call["output_tokens"], call["occurred_at"][-3:]) for call in found] == [
        ("msg_1", 120, "01Z"), ("msg_3", 80, "06Z"), ("msg_4", 10, "08Z")]  # fmt: skip


def test_what_an_agent_says_itself_is_no_call_and_a_sub_agent_s_own_log_is_one_question(store, tmp_path):
    said = part("x", 0, "text") | {"model": "<synthetic>"}
    apart = {"isSidechain": True, "agentId": "a7"}
    load(
        store, tmp_path / "agent-a7.jsonl", line(0, "assistant", "a0", said),
        line(1, "assistant", "a1", part("msg_1", 3, "text"), **apart),
        line(2, "assistant", "a2", part("msg_2", 3, "text"), **apart),
    )  # fmt: skip
    assert held(store, "call_id, request_id") == [("msg_1", "s1:a7"), ("msg_2", "s1:a7")]


def used(**counts: int) -> dict[str, int]:
    return {
        "input_tokens": 0,
        "cached_input_tokens": 0,
        "output_tokens": 0,
        "reasoning_output_tokens": 0,
        **counts,
    }


def codex(second: int, kind: str, **payload: object) -> dict[str, object]:
    return {"timestamp": f"2026-02-03T10:00:{second:02}Z", "type": kind, "payload": payload}


def counted(second: int, so_far: int, **last: int) -> dict[str, object]:
    info = {"total_token_usage": {"total_tokens": so_far}, "last_token_usage": used(**last)}
    return codex(second, "event_msg", type="token_count", info=info)


def test_codex_s_log_counts_what_it_repeats_once(store, tmp_path):
    first = {
        "input_tokens": 1000,
        "cached_input_tokens": 600,
        "output_tokens": 100,
        "reasoning_output_tokens": 40,
    }
    load(
        store, tmp_path / "rollout.jsonl",
        codex(0, "session_meta", id="c1"), codex(0, "turn_context", model="gpt-5"),
        codex(1, "event_msg", type="user_message", message="a secret"),
        codex(2, "event_msg", type="token_count", info=None),
        counted(3, 1100, **first), counted(4, 1100, **first),
        counted(5, 1500, input_tokens=350, output_tokens=50),
    )  # fmt: skip
    assert held(store, f"model, request_id, {TOKENS}, reasoning_tokens") == [
        ("gpt-5", "c1:2026-02-03T10:00:01Z", 400, 600, 0, 100, 40),
        ("gpt-5", "c1:2026-02-03T10:00:01Z", 350, 0, 0, 50, 0),
    ]


def test_codex_s_older_logs_tell_only_what_the_session_used_so_far(store, tmp_path):
    def so_far(second: int, went: int, cached: int, came: int) -> dict[str, object]:
        told = {"input_tokens": went, "cached_input_tokens": cached, "output_tokens": came}
        return codex(second, "event_msg", type="token_count", info={"total_token_usage": told})

    load(
        store, tmp_path / "rollout.jsonl",
        codex(0, "session_meta", id="c1"), codex(0, "turn_context", model="gpt-5"),
        so_far(1, 1000, 600, 100), so_far(2, 1000, 600, 100), so_far(3, 2500, 1600, 150),
        # Its context was cleared: the sum begins anew.
        so_far(4, 300, 0, 20),
    )  # fmt: skip
    assert held(store, TOKENS) == [(400, 600, 0, 100), (500, 1000, 0, 50), (300, 0, 0, 20)]


def observed(identity: str, kind: str, usage: dict[str, int], cost: float = 0.0, **more: object):
    return {
        "id": identity, "type": kind, "traceId": "t1", "startTime": f"2026-02-03T10:00:0{identity}Z",
        "endTime": f"2026-02-03T10:00:0{identity}.500Z", "model": "gpt-4o", "usageDetails": usage,
        "totalCost": cost, "level": "DEFAULT", "input": "a secret", **more,
    }  # fmt: skip


TRACE = {
    "trace": {"id": "t1", "name": "answer", "userId": "ada", "sessionId": "s1", "input": "a secret"},
    "observations": [
        observed("0", "AGENT", {"input": 3000, "output": 30, "total": 3030}, 0.02),
        observed(
            "1", "GENERATION", {"input": 1000, "output": 10, "total": 1010, "input_cached_tokens": 400}, 0.9
        ),
        observed("2", "GENERATION", {"input": 600, "output": 10, "total": 1010, "input_cached_tokens": 400}),
        observed("3", "GENERATION", {}),
        observed("4", "GENERATION", {}, level="ERROR"),
        observed("5", "TOOL", {}),
    ],
}


@pytest.mark.parametrize("form", ["document", "text inside", "observations alone"])
def test_a_trace_s_calls_are_counted_and_what_holds_them_is_not(store, tmp_path, form):
    documents = {
        "document": [TRACE],
        "text inside": [TRACE | {"observations": json.dumps(TRACE["observations"])}],
        "observations alone": TRACE["observations"],
    }[form]
    load(store, tmp_path / "trace.json", *documents, pretty=form == "document")
    assert held(store, f"call_id, request_id, status, {TOKENS}, duration_ms") == [
        ("1", "t1", "success", 600, 400, 0, 10, 500.0),
        # By its total, this one counts what was cached beside the input.
        ("2", "t1", "success", 600, 400, 0, 10, 500.0),
        ("4", "t1", "failed", None, None, None, None, 500.0),
    ]
    # What the tracer says it cost counts; 0 means that it did not know.
    assert held(store, "cost_usd, price_version")[0] == (Decimal("0.9"), "reported")
    assert held(store, "cost_usd")[1] == (Decimal("0.0021"),)
    if form != "observations alone":
        assert held(store, "user_id, feature")[0] == ("ada", "answer")


@pytest.mark.parametrize("form", ["lines", "array", "one", "wrapped"])
def test_answers_of_providers_in_a_file(store, tmp_path, form):
    path = tmp_path / "answers.json"
    dated = MESSAGE | {"created_at": "2026-02-03T10:00:01Z"}
    bodies = [CHAT, {"response": dated, "tenant_id": "acme"}, RESPONSES]
    match form:
        case "lines":
            path.write_text("\n".join(map(json.dumps, bodies)))
        case "array":
            path.write_text(json.dumps(bodies, indent=1))
        case "wrapped":
            path.write_text(json.dumps({"data": [CHAT, dated, RESPONSES], "has_more": False}))
        case "one":
            path.write_text(json.dumps(CHAT, indent=2))
    load(store, path)
    calls = ["chatcmpl-1"] if form == "one" else ["chatcmpl-1", "msg_01", "resp_1"]
    assert sorted(row[0] for row in held(store, "call_id")) == calls
    assert ("chatcmpl-1", Decimal("0.005615")) in held(store, "call_id, cost_usd")


def test_answers_that_say_no_time_need_one(store, tmp_path):
    with pytest.raises(MappingError, match="occurred_at"):
        load(store, tmp_path / "answers.json", GEMINI)
    load(
        store,
        tmp_path / "answers.json",
        GEMINI,
        columns=(("occurred_at", Origin(constant="2026-02-03T10:00:00Z")),),
    )
    assert held(store, "call_id, occurred_at::varchar") == [("gem-1", "2026-02-03 10:00:00")]


def test_a_log_that_only_quotes_what_was_used_stays_a_log(store, tmp_path):
    lines = [
        {
            "timestamp": "2026-02-03T10:00:00Z",
            "level": "info",
            "message": "answered",
            "usage": {"prompt_tokens": 3},
        },
        {"timestamp": "2026-02-03T10:00:01Z", "level": "error", "message": "failed", "error": {"type": "x"}},
    ]
    load(store, tmp_path / "app.ndjson", *lines)
    assert store.admin.frame("select count(*) as n from raw.logs")["n"][0] == 2


# Recorded: figures of shared/data/README.md, and costs of the traces as their tracer summed them.
TRACES = {
    "agno-2025-06-11": (4, "0.0009822"), "autogen-2025-06-06": (1, "0.000025"), "beeai-2025-08-01": (3, "0.0008313"),
    "google-adk-2025-08-28": (2, "0.0000103"), "google-gemini-2025-08-01": (1, "0.0051393"),
    "google-vertex-tools-langchain-2025-09-19": (1, "0.00011"), "koog-2025-08-26": (2, "0.0017875"),
    "langgraph-2025-08-22": (2, "0.000234"), "llamaindex-2025-06-05": (1, "0.0008425"),
    "microsoft-agent-2025-10-14": (2, "0.00269"), "openai-agents-2025-09-30": (2, "0.000632"),
    "openai-assistants-2024-05-29": (1, "0.00387"), "pydantic-ai-tools-2025-12-04": (4, "0.00032265"),
}  # fmt: skip


@pytest.fixture
def recorded(shared: Path) -> Path:
    folder = shared / "data/llm"
    if not folder.is_dir():
        pytest.skip(f"no recorded files in {folder}")
    return folder


def test_recorded_traces_cost_what_their_tracer_says_and_are_one_query_each(store, recorded):
    for name in TRACES:
        load(store, recorded / f"agent_traces/{name}.json", source=name)
    found = tuples(
        store.admin.frame(
            "select source, count(*), sum(cost_usd), count(distinct request_id) from raw.llm_calls group by 1"
        )
    )
    assert {row[0]: (row[1], row[2], row[3]) for row in found} == {
        name: (calls, Decimal(usd), 1) for name, (calls, usd) in TRACES.items()
    }


def test_recorded_rounds_of_coding_agents(recorded):
    with in_memory(lambda: datetime(2026, 7, 1, tzinfo=UTC)) as store:
        _rounds(store, recorded)


def _rounds(store, recorded):
    load(store, recorded / "agent_sessions/round_trace.jsonl")
    found = tuples(
        store.admin.frame(
            "select provider, count(*), sum(input_tokens + cache_read_tokens + cache_write_tokens)::bigint, "
            "sum(cache_read_tokens)::bigint, sum(output_tokens)::bigint, count(distinct request_id) "
            "from raw.llm_calls group by 1 order by 1"
        )
    )
    assert found == [("anthropic", 10, 418_193, 394_068, 9_423, 2), ("openai", 9, 95_819, 79_488, 1_912, 3)]
    # Opus at 5, 0.50 from the cache, 6.25 into it, 25: 3,039 fresh, 21,086 written.
    (opus,) = held(store, "sum(cost_usd) filter (provider = 'anthropic') over () as usd, call_id")[:1]
    assert opus[0] == Decimal("0.579591500") == Decimal(
        3_039 * 5 * 100 + 394_068 * 50 + 21_086 * 625 + 9_423 * 2500
    ) / 100_000_000  # fmt: skip
