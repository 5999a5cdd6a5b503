"""Measures of AI: model calls, and AI queries, each made of the calls of one request.

An AI query is one question of a user: the calls of one (tenant_id, request_id), or a call by itself where it
names no request. It happens at its first call, fails if its last call failed, and lasts from the first
call's start to the last call's end.
"""

from __future__ import annotations

from analytics.aggregates import PERSON, count, distinct, mean, percentile, ratio, share, total
from analytics.model import Source, text
from analytics.settings import RATE_LIMITS
from analytics.thresholds import Thresholds

# Two calls of one instant are told apart by their ids, so that the order of arrival changes nothing.
QUERIES = """
select
    r.tenant_id,
    case when r.request_id = '' then r.call_id else r.request_id end as query_id,
    min(r.occurred_at) as occurred_at,
    min_by(r.user_id, (r.occurred_at, r.call_id)) as user_id,
    min_by(r.feature, (r.occurred_at, r.call_id)) as feature,
    min_by(r.command, (r.occurred_at, r.call_id)) as command,
    max_by(r.status, (r.occurred_at, r.call_id)) as status,
    max_by(r.error_type, (r.occurred_at, r.call_id)) as error_type,
    min_by(r.trace_id, (r.occurred_at, r.call_id)) as trace_id,
    count(*) as calls,
    sum(r.cost_usd) as cost_usd,
    (max(epoch_us(r.occurred_at) + coalesce(r.duration_ms, 0) * 1000) - min(epoch_us(r.occurred_at))) / 1000
        as duration_ms
from {rows} as r
group by r.tenant_id, query_id
"""
TOKENS = (
    "coalesce(r.input_tokens, 0) + coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_write_tokens, 0)"
    " + coalesce(r.output_tokens, 0)"
)
GOOD_CALL = "r.status in ('success', 'ok', '')"
BAD_CALL = f"not {GOOD_CALL}"
FIELDS = (
    "occurred_at tenant_id query_id user_id feature command status error_type trace_id"
    " calls cost_usd duration_ms"
)

SOURCES = (
    Source("llm_calls", "Model calls", "llm_calls", "Calls of AI models.", ("call_id",)),
    Source(
        "ai_queries",
        "AI queries",
        "llm_calls",
        "Questions of users to AI models: the calls of one request are one.",
        ("tenant_id", "query_id"),
        sql=QUERIES,
        fields=tuple(FIELDS.split()),
    ),
)

MEASURES = (
    count(
        "ai_queries",
        "AI queries",
        "Questions of users to AI models; the calls of one request are one.",
        "ai_queries",
        good="up",
    ),
    count(
        "ai_queries_failed",
        "Failed AI queries",
        "AI queries whose last call failed.",
        "ai_queries",
        BAD_CALL,
        good="down",
    ),
    ratio(
        "ai_error_rate",
        "AI error rate",
        "AI queries whose last call failed / AI queries.",
        "ai_queries_failed",
        "ai_queries",
        good="down",
        thresholds=Thresholds(good=0.05, bad=0.10),
    ),
    count(
        "ai_queries_succeeded",
        "Answered AI queries",
        "AI queries whose last call did not fail.",
        "ai_queries",
        GOOD_CALL,
        good="up",
    ),
    ratio(
        "ai_success_rate",
        "AI success rate",
        "AI queries without an error / AI queries.",
        "ai_queries_succeeded",
        "ai_queries",
        good="up",
        thresholds=Thresholds(good=0.95, bad=0.90),
    ),
    mean(
        "avg_ai_response_ms",
        "Average AI response",
        "Mean time from an AI query's first call to the end of its last.",
        "ai_queries",
        "r.duration_ms",
        "ms",
        good="down",
    ),
    percentile(
        "p50_ai_response_ms",
        "Median AI response",
        "Half of the AI queries took no longer.",
        "ai_queries",
        "r.duration_ms",
        "ms",
        0.5,
    ),
    percentile(
        "p95_ai_response_ms",
        "p95 AI response",
        "95 of 100 AI queries took no longer.",
        "ai_queries",
        "r.duration_ms",
        "ms",
        0.95,
    ),
    percentile(
        "p99_ai_response_ms",
        "p99 AI response",
        "99 of 100 AI queries took no longer.",
        "ai_queries",
        "r.duration_ms",
        "ms",
        0.99,
    ),
    count("ai_calls", "Model calls", "Calls of AI models.", "llm_calls"),
    count(
        "ai_calls_failed",
        "Failed model calls",
        "Calls of AI models that failed.",
        "llm_calls",
        BAD_CALL,
        good="down",
    ),
    ratio(
        "ai_call_error_rate",
        "Model call error rate",
        "Failed model calls / model calls.",
        "ai_calls_failed",
        "ai_calls",
        good="down",
    ),
    ratio(
        "calls_per_query",
        "Calls a query",
        "Model calls / AI queries.",
        "ai_calls",
        "ai_queries",
        unit="number",
    ),
    total(
        "ai_cost_usd",
        "AI cost",
        "What the model calls cost, each priced at its own time; nothing where none has a price.",
        "llm_calls",
        "r.cost_usd",
        "usd",
        good="down",
    ),
    share("ai_cost_share", "Share of AI cost", "The group's AI cost / all AI cost.", "ai_cost_usd"),
    ratio(
        "cost_per_query_usd",
        "Cost a query",
        "AI cost / AI queries.",
        "ai_cost_usd",
        "ai_queries",
        unit="usd",
        good="down",
    ),
    ratio(
        "queries_per_dollar",
        "AI queries a dollar",
        "AI queries / AI cost.",
        "ai_queries",
        "ai_cost_usd",
        unit="number",
        good="up",
    ),
    ratio(
        "cost_per_call_usd",
        "Cost a model call",
        "AI cost / model calls.",
        "ai_cost_usd",
        "ai_calls",
        unit="usd",
        good="down",
    ),
    count(
        "unpriced_calls",
        "Calls without a price",
        "Model calls whose model has no known price.",
        "llm_calls",
        "r.cost_usd is null",
        good="down",
    ),
    total(
        "input_tokens",
        "Input tokens",
        "Tokens that were sent, cached ones left out.",
        "llm_calls",
        "r.input_tokens",
        "count",
    ),
    total(
        "cached_tokens",
        "Cached tokens",
        "Tokens that were read from the provider's cache.",
        "llm_calls",
        "r.cache_read_tokens",
        "count",
    ),
    total(
        "output_tokens",
        "Output tokens",
        "Tokens that came back, reasoning included.",
        "llm_calls",
        "r.output_tokens",
        "count",
    ),
    total(
        "tokens",
        "Tokens",
        "Input, cached and output tokens.",
        "llm_calls",
        TOKENS,
        "count",
    ),
    ratio(
        "token_ratio",
        "Output by input tokens",
        "Output tokens / input tokens.",
        "output_tokens",
        "input_tokens",
        unit="number",
    ),
    mean(
        "avg_call_ms",
        "Average model call",
        "Mean duration of a model call.",
        "llm_calls",
        "r.duration_ms",
        "ms",
        good="down",
    ),
    percentile(
        "p50_call_ms",
        "Median model call",
        "Half of the model calls took no longer.",
        "llm_calls",
        "r.duration_ms",
        "ms",
        0.5,
    ),
    percentile(
        "p95_call_ms",
        "p95 model call",
        "95 of 100 model calls took no longer.",
        "llm_calls",
        "r.duration_ms",
        "ms",
        0.95,
    ),
    percentile(
        "p99_call_ms",
        "p99 model call",
        "99 of 100 model calls took no longer.",
        "llm_calls",
        "r.duration_ms",
        "ms",
        0.99,
    ),
    count(
        "rate_limit_hits",
        "Rate limits hit",
        "Model calls that the provider refused because of a rate limit.",
        "llm_calls",
        f"{BAD_CALL} and r.error_type in ({', '.join(map(text, RATE_LIMITS))})",
        good="down",
    ),
    count(
        "cache_hits",
        "Cache hits",
        "Model calls that were answered from our own cache.",
        "llm_calls",
        "r.cache_hit",
        good="up",
    ),
    ratio(
        "cache_hit_rate",
        "Cache hit rate",
        "Model calls answered from our own cache / model calls.",
        "cache_hits",
        "ai_calls",
        good="up",
    ),
    distinct("ai_users", "AI users", "Different people who asked an AI.", "llm_calls", PERSON, good="up"),
    ratio(
        "ai_cost_per_user_usd",
        "AI cost a user",
        "AI cost / different people who asked an AI.",
        "ai_cost_usd",
        "ai_users",
        unit="usd",
        good="down",
    ),
    ratio(
        "ai_cost_per_execution_usd",
        "AI cost an execution",
        "AI cost / executions.",
        "ai_cost_usd",
        "executions",
        unit="usd",
        good="down",
    ),
    ratio(
        "ai_cost_per_success_usd",
        "AI cost a success",
        "AI cost / executions that ended in success.",
        "ai_cost_usd",
        "succeeded",
        unit="usd",
        good="down",
    ),
)
