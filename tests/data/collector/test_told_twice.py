"""A call that comes as a span and as its provider's answer is one row, whichever comes first."""

from __future__ import annotations

import pytest

from tests.data.collector.sending import land, send
from tests.data.collector.test_signals import OLD, T0, span, spans
from tests.data.conftest import tuples

ANSWERED = OLD | {"gen_ai.usage.completion_tokens": 10, "gen_ai.response.id": "chatcmpl-7"}
ANSWER = {
    "id": "chatcmpl-7", "object": "chat.completion", "created": T0 // 10**9 + 2, "model": "gpt-4o", "choices": [],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010},
}  # fmt: skip


@pytest.mark.parametrize("first", ["span", "body", "both at once"])
def test_a_call_that_comes_as_a_span_and_as_a_body_is_one_row(store, tmp_path, first):
    told = [send("traces", spans(span(ANSWERED))), send("llm", ANSWER)]
    if first == "both at once":
        land(store, tmp_path, *told)
    for each in told if first == "span" else reversed(told):
        land(store, tmp_path, each)
    held = store.admin.frame("select call_id, cost_usd::varchar as usd from raw.llm_calls")
    assert tuples(held) == [("chatcmpl-7", "0.002600000")]
    assert store.admin.frame("select count(*) as n from raw.spans")["n"][0] == 1


def test_a_call_that_is_told_on_both_sides_of_a_week_s_end_is_one_row(store, tmp_path):
    sunday = send("llm", ANSWER | {"created": 1_770_595_199})  # 8 February 2026, 23:59:59
    monday = send("llm", ANSWER | {"created": 1_770_595_201})
    land(store, tmp_path, sunday)
    land(store, tmp_path, monday)
    assert store.admin.frame("select count(*) as n from raw.llm_calls")["n"][0] == 1
