"""Answers of AI providers as they are: each form's buckets, and what it costs by hand."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.data.collector.sending import land, send
from tests.data.conftest import tuples

T0 = 1_770_112_800  # 2026-02-03 10:00:00 UTC

CHAT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": T0, "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "a secret"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
        "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    },
    "service_tier": "default", "system_fingerprint": "fp_1",
}  # fmt: skip
RESPONSES = {
    "id": "resp_1", "object": "response", "created_at": T0, "status": "completed", "model": "gpt-5-2025-08-07",
    "output": [{"type": "reasoning"}, {"type": "web_search_call"}, {"type": "message", "content": []}],
    "usage": {
        "input_tokens": 1000, "input_tokens_details": {"cached_tokens": 400},
        "output_tokens": 500, "output_tokens_details": {"reasoning_tokens": 320}, "total_tokens": 1500,
    },
    "service_tier": "flex",
}  # fmt: skip
MESSAGE = {
    "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "a secret"}], "stop_reason": "max_tokens",
    "usage": {
        "input_tokens": 50, "cache_creation_input_tokens": 3000, "cache_read_input_tokens": 20_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 1000},
        "output_tokens": 400, "service_tier": "standard", "server_tool_use": {"web_search_requests": 2},
    },
}  # fmt: skip
GEMINI = {
    "candidates": [{"content": {"parts": [{"text": "a secret"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 1200, "cachedContentTokenCount": 1000, "candidatesTokenCount": 100,
        "thoughtsTokenCount": 300, "totalTokenCount": 1600,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1200}],
    },
    "modelVersion": "gemini-2.5-flash", "responseId": "gem-1",
}  # fmt: skip
CONVERSE = {
    "ResponseMetadata": {"RequestId": "aws-1", "HTTPStatusCode": 200},
    "output": {"message": {"role": "assistant", "content": [{"text": "a secret"}]}}, "stopReason": "end_turn",
    "usage": {"inputTokens": 100, "outputTokens": 50, "totalTokens": 1150, "cacheReadInputTokens": 1000,
              "cacheWriteInputTokens": 0},
    "metrics": {"latencyMs": 812},
}  # fmt: skip
INVOKED = {
    "id": "msg_bdrk_01", "type": "message", "model": "claude-3-haiku-20240307", "content": [],
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}  # fmt: skip
TITAN = {"inputTextTokenCount": 100, "results": [{"tokenCount": 20, "outputText": "a secret"}]}
AZURE = CHAT | {"id": "chatcmpl-az", "prompt_filter_results": [], "model": "gpt-4o-mini-2024-07-18"}
EMBEDDINGS = {
    "object": "list", "data": [{"object": "embedding", "embedding": [0.1]}], "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 50_000, "total_tokens": 50_000},
}  # fmt: skip
AUDIO = CHAT | {
    "id": "chatcmpl-audio", "model": "gemini-2.5-flash",
    "usage": {"prompt_tokens": 1500, "completion_tokens": 100, "total_tokens": 1600,
              "prompt_tokens_details": {"audio_tokens": 1000, "cached_tokens": 0}},
}  # fmt: skip
PICTURE = {
    "created": T0, "data": [{"b64_json": "a secret"}],
    "usage": {"input_tokens": 1050, "input_tokens_details": {"text_tokens": 50, "image_tokens": 1000},
              "output_tokens": 1056, "total_tokens": 2106},
}  # fmt: skip
GROK = CHAT | {
    "id": "grok-1", "model": "grok-4",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1500,
              "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 400}},
}  # fmt: skip
DEEPSEEK = CHAT | {
    "id": "ds-1", "model": "deepseek-chat",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
              "prompt_cache_hit_tokens": 600, "prompt_cache_miss_tokens": 400},
}  # fmt: skip
ROUTED = CHAT | {
    "id": "gen-1", "model": "openai/gpt-4o", "provider": "OpenAI",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100, "cost": 0.00369},
}  # fmt: skip
COHERE = {
    "id": "co-1", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": []},
    "usage": {"billed_units": {"input_tokens": 1000, "output_tokens": 100}, "tokens": {"input_tokens": 1500}},
}  # fmt: skip
OLLAMA = {
    "model": "llama3", "created_at": "2026-02-03T10:00:00Z", "message": {"role": "assistant", "content": "x"},
    "done": True, "total_duration": 4_500_000_000, "prompt_eval_count": 26, "eval_count": 298,
}  # fmt: skip

# fresh, read, written, output, reasoning: then dollars, worked out beside it.
FORMS = [
    # 86 x 2.50 + 1920 x 1.25 + 300 x 10
    ("chat", CHAT, {}, ("openai", 86, 1920, None, 300, 0), "0.005615"),
    # flex is half: 600 x 0.625 + 400 x 0.0625 + 500 x 5, and a search for 0.01
    ("responses", RESPONSES, {}, ("openai", 600, 400, None, 500, 320), "0.0129"),
    # 50 x 3 + 20,000 x 0.30 + 2,000 x 3.75 + 1,000 x 6 + 400 x 15, and two searches for 0.02
    ("messages", MESSAGE, {}, ("anthropic", 50, 20_000, 3000, 400, None), "0.04565"),
    # 200 x 0.30 + 1000 x 0.03 + 400 x 2.50: what was thought is output
    ("gemini", GEMINI, {}, ("google", 200, 1000, None, 400, 300), "0.00109"),
    # The body names no model: 100 x 3.30 + 1000 x 0.33 + 50 x 16.50
    ("converse", CONVERSE, {"model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"},
     ("aws", 100, 1000, 0, 50, None), "0.001485"),
    # 1000 x 0.25 + 100 x 1.25
    ("invoke_model", INVOKED, {"model": "anthropic.claude-3-haiku-20240307-v1:0"},
     ("aws", 1000, None, None, 100, None), "0.000375"),
    ("titan", TITAN, {"model": "amazon.titan-embed-text-v1"}, ("aws", 100, None, None, 20, None), "0.00001"),
    # 86 x 0.15 + 1920 x 0.075 + 300 x 0.60
    ("azure", AZURE, {}, ("azure", 86, 1920, None, 300, 0), "0.0003369"),
    ("embeddings", EMBEDDINGS, {}, ("openai", 50_000, 0, 0, None, None), "0.001"),
    # 500 x 0.30 + 1000 x 1.00 + 100 x 2.50
    ("audio", AUDIO, {}, ("google", 1500, 0, None, 100, None), "0.0014"),
    # 50 x 5 + 1000 x 10 + 1056 x 40
    ("picture", PICTURE, {"model": "gpt-image-1", "provider": "openai"},
     ("openai", 1050, None, None, 1056, None), "0.05249"),
    # xAI's output leaves reasoning out, as its total shows: 1000 x 3 + 500 x 15
    ("grok", GROK, {}, ("x-ai", 1000, 0, None, 500, 400), "0.0105"),
    ("deepseek", DEEPSEEK, {}, ("deepseek", 400, 600, None, 100, None), None),
    # What it reports counts; the table says 0.0035
    ("openrouter", ROUTED, {}, ("openrouter", 1000, None, None, 100, None), "0.00369"),
    # 1000 x 2.50 + 100 x 10: what is billed, not what was read
    ("cohere", COHERE, {"model": "command-r-plus", "provider": "cohere"},
     ("cohere", 1000, None, None, 100, None), None),
    ("ollama", OLLAMA, {}, ("", 26, None, None, 298, None), "unpriced"),
]  # fmt: skip
BUCKETS = "provider, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens"


@pytest.fixture(scope="module")
def landed(held, tmp_path_factory):
    """All forms, each sent as it is with the name of its test for a feature."""
    sent = [
        send("llm", body, said={"feature": name, "occurred_at": "2026-02-03T10:00:00Z", **said})
        for name, body, said, _, _ in FORMS
    ]
    assert [each.said["errors"] for each in sent] == [[]] * len(FORMS)
    land(held, tmp_path_factory.mktemp("spool"), *sent)
    return held


@pytest.mark.parametrize(("name", "buckets", "usd"), [(name, *rest) for name, _, _, *rest in FORMS])
def test_each_form_has_its_buckets_and_its_cost(landed, name, buckets, usd):
    held = landed.admin.frame(
        f"select {BUCKETS}, cost_usd from raw.llm_calls where feature = $name", name=name
    )
    (row,) = tuples(held)
    # A form that says nothing of a bucket, and one that says 0, mean the same.
    assert (row[0], *(value or 0 for value in row[1:6])) == (
        buckets[0],
        *(value or 0 for value in buckets[1:]),
    )
    if usd == "unpriced":
        assert row[6] is None
    elif usd is not None:
        assert row[6] == Decimal(usd)
    else:
        assert row[6] > 0


def test_nothing_that_was_said_is_kept(landed):
    held = landed.admin.frame("select * from raw.llm_calls")
    assert "a secret" not in held.to_csv()


def test_a_call_knows_when_it_was_and_how_it_ended(landed):
    held = landed.admin.frame(
        "select call_id, occurred_at::varchar, operation, duration_ms, attributes.finish_reason::varchar "
        "from raw.llm_calls where feature in ('messages', 'converse', 'embeddings', 'picture') order by feature"
    )
    assert [row[1:] for row in tuples(held)] == [
        ("2026-02-03 10:00:00", "chat", 812.0, "end_turn"),
        ("2026-02-03 10:00:00", "embeddings", None, None),
        ("2026-02-03 10:00:00", "chat", None, "max_tokens"),
        ("2026-02-03 10:00:00", "image_generation", None, None),
    ]
    assert {"aws-1", "msg_01"} < {row[0] for row in tuples(held)}


def one(sent) -> dict[str, object]:
    (row,) = sent.rows("llm_calls")
    return row


def test_an_envelope_says_whose_a_call_is_and_goes_before_the_headers():
    body = {"response": CHAT, "tenant_id": "acme", "user_id": "ada", "feature": "chat", "request_id": "q1",
            "request": {"messages": ["a secret"]}, "plan": "pro", "attributes": {"region": "eu"}}  # fmt: skip
    row = one(send("llm", body, said={"feature": "search", "tool": "files", "tenant_id": "globex"}))
    told = {
        key: row[key] for key in ("tenant_id", "user_id", "feature", "tool", "request_id", "plan", "region")
    }
    assert list(told.values()) == ["acme", "ada", "chat", "files", "q1", "pro", "eu"]
    assert "request" not in row


def test_the_key_s_tenant_stands_above_both():
    sent = send("llm", {"response": CHAT, "tenant_id": "globex"}, tenant="acme")
    assert (one(sent)["tenant_id"], sent.said["tenant_overridden"]) == ("acme", 1)


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ({"id": "b1", "custom_id": "c1", "error": None,
          "response": {"status_code": 200, "request_id": "r", "body": CHAT}}, 86),
        ({"custom_id": "c1", "result": {"type": "succeeded", "message": MESSAGE}}, 50),
        ({"key": "c1", "response": GEMINI}, 200),
        ({"recordId": "c1", "modelInput": {"messages": []}, "modelOutput": INVOKED}, 1000),
    ],
)  # fmt: skip
def test_a_line_of_a_batch_s_output_is_a_call_in_the_batch_tier(line, usage):
    row = one(send("llm", line))
    assert (row["batch"], row["custom_id"], row["input_tokens"]) == (True, "c1", usage)


def sse(*events: dict[str, object]) -> bytes:
    return b"".join(b"event: x\r\ndata: " + json.dumps(each).encode() + b"\r\n\r\n" for each in events)


def chunk(**more: object) -> dict[str, object]:
    return {"id": "chatcmpl-9", "object": "chat.completion.chunk", "created": T0, "model": "gpt-4o", **more}


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            (chunk(choices=[{"delta": {"content": "x"}}], usage=None), chunk(choices=[{"finish_reason": "length"}]),
             chunk(choices=[], usage=CHAT["usage"])),
            ("chatcmpl-9", 86, 1920, 300, "length"),
        ),
        (
            ({"type": "message_start", "message": MESSAGE | {"usage": MESSAGE["usage"] | {"output_tokens": 1}}},
             {"type": "content_block_start", "index": 0}, {"type": "ping"},
             {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 200}},
             {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 400}},
             {"type": "message_stop"}),
            ("msg_01", 50, 20_000, 400, "end_turn"),
        ),
        (
            ({"type": "response.created", "response": RESPONSES | {"usage": None}},
             {"type": "response.output_text.delta", "delta": "x"},
             {"type": "response.completed", "response": RESPONSES}),
            ("resp_1", 600, 400, 500, None),
        ),
        (
            (GEMINI | {"usageMetadata": GEMINI["usageMetadata"] | {"candidatesTokenCount": 3}}, GEMINI),
            ("gem-1", 200, 1000, 400, "STOP"),
        ),
    ],
    ids=["chat", "messages", "responses", "gemini"],
)  # fmt: skip
def test_a_streamed_answer_is_one_call_however_often_it_says_what_was_used(events, told):
    names = ("call_id", "input_tokens", "cache_read_tokens", "output_tokens", "finish_reason")
    lines = b"\n".join(json.dumps(each).encode() for each in events)
    for sent in (
        send("llm", sse(*events), kind="stream"),
        send("llm", list(events)),
        send("llm", lines, kind="lines"),
    ):
        row = one(sent)
        assert tuple(row.get(name) for name in names) == told


def test_a_failed_call_says_why_and_has_no_cost():
    body = {"error": {"message": "a secret", "type": "requests", "code": "rate_limit_exceeded"}}
    row = one(send("llm", body, said={"model": "gpt-4o", "provider": "openai", "request_id": "q1"}))
    assert (row["status"], row["error_type"], row["model"], row["request_id"]) == (
        "failed", "rate_limit_exceeded", "gpt-4o", "q1")  # fmt: skip
    assert "input_tokens" not in row
    assert "a secret" not in str(row)


def test_what_is_no_answer_is_refused_with_what_to_send():
    sent = send("llm", [CHAT, {"hello": "world"}, 7])
    assert (sent.status, sent.said["accepted"], sent.said["rejected"]) == (200, 1, 2)
    assert [error["index"] for error in sent.said["errors"]] == [1, 2]
    assert "send the answer's body as it came" in sent.said["errors"][0]["reason"]
    assert send("llm", b"{", kind="json").status == 400
    assert send("llm", CHAT | {"created": 1_900_000_000}).status == 400


def test_a_call_that_is_sent_again_is_one(store, tmp_path):
    land(store, tmp_path, send("llm", CHAT), send("llm", [CHAT, CHAT]))
    assert store.admin.frame("select count(*) as n from raw.llm_calls")["n"][0] == 1


@pytest.mark.parametrize(
    "sent",
    [
        send("llm", {"custom_id": "c1", "error": None, "response": {"status_code": 200, "body": CHAT}}),
        send("llm", CHAT, said={"service_tier": "batch"}),
        send("llm", {"response": CHAT, "batch": True}),
        send("llm", {"response": CHAT | {"service_tier": "batch"}}),
    ],
)
def test_a_batch_is_priced_by_its_tier(store, tmp_path, sent):
    land(store, tmp_path, sent)
    # half of 86 x 2.50 and 300 x 10; what was cached costs the same, as no batch price is known for it
    assert tuples(store.admin.frame("select cost_usd from raw.llm_calls")) == [(Decimal("0.0040075"),)]
