"""Questions asked of the AI features, and the model calls each takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from analytics.llm_cost import PRICE_VERSION
from data.demo import planted, prices, tokens
from data.demo.columns import (
    Flags,
    Floats,
    Ints,
    facts,
    ids,
    numbers,
    pick,
    pick_some,
    times,
    usd,
    within_day,
)
from data.demo.company import tenants
from data.demo.people import roster
from data.demo.rhythm import draw, rates
from data.demo.story import HOUR_US, Story
from data.priced import REPORTED

QUERIES_PER_DEED = 1.1
MODELS = (
    ("openai", "gpt-5.5"),
    ("openai", "gpt-5.4-mini"),
    ("anthropic", "claude-sonnet-4-6"),
    ("anthropic", planted.SPIKE_MODEL),
    ("google", "gemini-3.5-flash"),
    ("in-house", planted.UNPRICED_MODEL),
)
MINI, DEAR, FLASH, UNPRICED = 1, 3, 4, 5
_CACHES_WRITES = np.array([provider == "anthropic" for provider, _ in MODELS])
_REASONS = np.array([True, False, True, True, False, False])


@dataclass(frozen=True)
class Feature:
    """An AI feature: how often it is used, how many calls a question takes, and the odds of each model."""

    name: str
    command: str
    operation: str
    tools: tuple[str, ...]
    use: float
    more_calls: float
    models: tuple[float, ...]


FEATURES = (
    Feature(
        "assistant_chat",
        "ask",
        "chat",
        ("search_docs", "read_workflow", "query_runs"),
        34,
        0.60,
        (0.5, 0.2, 0.3, 0, 0, 0),
    ),
    Feature(
        "workflow_builder",
        "build",
        "chat",
        ("list_connectors", "draft_workflow", "validate_workflow"),
        17,
        0.68,
        (0.4, 0, 0.6, 0, 0, 0),
    ),
    Feature(
        "document_extraction",
        "extract",
        "extract",
        ("read_file", "fill_fields"),
        20,
        0.45,
        (0.15, 0, 0, 0.85, 0, 0),
    ),
    Feature("ticket_summary", "summarise", "summarise", ("fetch_tickets",), 15, 0.15, (0, 0.5, 0, 0, 0.5, 0)),
    Feature(
        "lead_scoring", "score", "score", ("fetch_lead", "score_lead"), 16, 0.30, (0, 0.4, 0.3, 0, 0.3, 0)
    ),
    Feature("device_anomaly", "predict", "predict", ("read_series",), 6, 0.10, (0, 0, 0, 0, 0, 1)),
)
_NAMES = [feature.name for feature in FEATURES]
SPIKED, CUT, ASKED_AGAIN = (
    _NAMES.index(name) for name in (planted.SPIKE_FEATURE, planted.CUT_FEATURE, planted.ASKED_AGAIN_FEATURE)
)
# How providers call an answer that ended for want of tokens.
_ENDS = ("length", "length", "max_tokens", "max_tokens", "MAX_TOKENS", "length")
# The first features show their answers as they are written.
STREAMED = 2
_TOOLS = tuple(tool for feature in FEATURES for tool in feature.tools)
_FIRST_TOOL = np.cumsum([0, *(len(feature.tools) for feature in FEATURES)])[:-1]
_ERRORS = ("rate_limit", "timeout", "content_filter", "overloaded")
_MOST_CALLS = 8


@dataclass(frozen=True)
class Calls:
    """A day's model calls as numbers; `cost_nano` is billionths of a dollar, 0 where there is no price.

    What was `reported` costs more than the table says, which is `listed_nano`.
    """

    started_us: Ints
    query: Ints
    feature: Ints
    model: Ints
    input: Ints
    cache_read: Ints
    cache_write: Ints
    output: Ints
    cost_nano: Ints
    listed_nano: Ints
    priced: Flags
    reported: Flags
    tenant: Ints
    call_id: pa.Array
    tenant_id: pa.Array


@dataclass(frozen=True)
class _Queries:
    tenant: Ints
    asked_us: Ints
    feature: Ints


def _queries(rng: np.random.Generator, story: Story, day: int) -> _Queries:
    """Questions of a day; on the day of the spike, one feature is asked many times over in the afternoon."""
    expected = rates(story, day).people * QUERIES_PER_DEED * story.scale**0.38
    tenant, asked = draw(rng, story, day, expected)
    use = np.array([feature.use for feature in FEATURES])
    feature = np.searchsorted(np.cumsum(use) / use.sum(), rng.random(len(tenant)))
    if day != story.before_opening(planted.SPIKE_DAYS_AGO):
        return _Queries(tenant, asked, feature)
    again = np.repeat(np.flatnonzero(feature == SPIKED), planted.SPIKE_FACTOR)
    moment = story.start_us(day) + (rng.triangular(11, 14, 19, len(again)) * HOUR_US).astype(np.int64)
    return _Queries(
        np.concatenate([tenant, tenant[again]]),
        np.concatenate([asked, moment]),
        np.concatenate([feature, feature[again]]),
    )


@lru_cache(maxsize=2)
def _day(story: Story, day: int) -> tuple[Calls, pa.Table]:
    rng = story.rng("ai", day)
    queries = _queries(rng, story, day)
    more = np.array([feature.more_calls for feature in FEATURES])[queries.feature]
    per_query = np.minimum(rng.geometric(1.0 - more), _MOST_CALLS)
    query = np.repeat(np.arange(len(per_query)), per_query)
    step = np.arange(len(query)) - np.repeat(np.cumsum(per_query) - per_query, per_query)
    feature, tenant = queries.feature[query], queries.tenant[query]
    count = len(query)
    model = _models(rng, queries.feature)[query]
    context, output = tokens.context_tokens(rng.random(count)), tokens.generated_tokens(rng.random(count))
    output = np.where(feature == CUT, np.minimum(output, planted.CUT_TOKENS), output)
    cache_read, cache_write = _cached(rng, context, model, step)
    duration = _durations(rng, context, output)
    started = within_day(queries.asked_us[query] + _waited(duration, step), story.start_us(day))
    listed = _costs(story, day, model, (context - cache_read - cache_write, cache_read, cache_write, output))
    reported = (model == MINI) & (query % planted.GATEWAY_EVERY == 0)
    calls = Calls(
        started_us=started,
        query=query,
        feature=feature,
        model=model,
        input=context - cache_read - cache_write,
        cache_read=cache_read,
        cache_write=cache_write,
        output=output,
        cost_nano=np.where(reported, listed * (1_000 + planted.GATEWAY_FEE) // 1_000, listed),
        listed_nano=listed,
        priced=model != UNPRICED,
        reported=reported,
        tenant=tenant,
        call_id=ids("call_", rng, count),
        tenant_id=pick(tuple(customer.tenant_id for customer in tenants(story, day)), tenant),
    )
    return calls, _table(rng, story, day, calls, step=step, duration=duration)


def calls(story: Story, day: int) -> Calls:
    """A day's model calls as numbers."""
    return _day(story, day)[0]


def calls_table(story: Story, day: int) -> pa.Table:
    """Rows of `llm_calls`."""
    return _day(story, day)[1]


def _models(rng: np.random.Generator, feature: Ints) -> Ints:
    """The model of each question: its calls all go to one."""
    odds = np.cumsum([f.models for f in FEATURES], axis=1)
    return (odds[feature] <= rng.random(len(feature))[:, None]).sum(axis=1).clip(0, len(MODELS) - 1)


def _cached(rng: np.random.Generator, context: Ints, model: Ints, step: Ints) -> tuple[Ints, Ints]:
    """Tokens read from and written to the prompt cache: later calls of a question read the most."""
    long = context >= 1_024
    share = np.where(step > 0, rng.uniform(0.5, 0.9, len(step)), rng.uniform(0.0, 0.5, len(step)))
    read = np.where(long & (model != UNPRICED) & (rng.random(len(step)) < 0.6), context * share, 0)
    written = np.where(long & (read == 0) & _CACHES_WRITES[model], context * 0.4, 0)
    return read.astype(np.int64), written.astype(np.int64)


def _durations(rng: np.random.Generator, context: Ints, output: Ints) -> Floats:
    base = 380.0 + 0.09 * context + 21.0 * output
    slow = np.where(rng.random(len(context)) < 0.006, rng.uniform(6, 14, len(context)), 1.0)
    whole: Floats = np.minimum(base * rng.lognormal(0.0, 0.35, len(context)) * slow, 60_000.0)
    return whole.round(1)


def _waited(duration_ms: Floats, step: Ints) -> Ints:
    """How long after its question a call starts: when the calls before it are done."""
    ended = np.cumsum(duration_ms)
    before = ended - duration_ms
    first = np.maximum.accumulate(np.where(step == 0, np.arange(len(step)), 0))
    return ((before - before[first]) * 1_000).astype(np.int64) + step


def _costs(story: Story, day: int, model: Ints, used: tuple[Ints, Ints, Ints, Ints]) -> Ints:
    unit = np.zeros((len(MODELS), 4), dtype=np.int64)
    for index, (provider, name) in enumerate(MODELS):
        if index != UNPRICED:
            each = prices.unit_prices(story, day, provider, name)
            unit[index] = (each.input, each.cache_read, each.cache_write, each.output)
    return sum((unit[model, kind] * amount for kind, amount in enumerate(used)), np.zeros_like(model))


def _tools_of(story: Story, day: int) -> tuple[str, ...]:
    """The tools by what they were called on a day."""
    if day >= story.before_opening(planted.RETIRED_DAYS_AGO):
        return _TOOLS
    return tuple(planted.RETIRED_TOOL if tool == planted.ITS_NEW_NAME else tool for tool in _TOOLS)


def _table(
    rng: np.random.Generator, story: Story, day: int, calls: Calls, *, step: Ints, duration: Floats
) -> pa.Table:
    count, people = len(step), roster(story, day)
    versions = (PRICE_VERSION, REPORTED)
    questions = int(calls.query[-1]) + 1 if count else 0
    first = np.flatnonzero(step == 0)
    asker = people.pick(calls.tenant[first], rng.random(questions))
    tool = _FIRST_TOOL[calls.feature] + (step - 1) % np.array([len(f.tools) for f in FEATURES])[calls.feature]
    failed = rng.random(count) < np.where(calls.feature == SPIKED, 0.035, 0.018)
    names = [(f.name, f.command, f.operation) for f in FEATURES]
    return facts(
        calls.started_us,
        {
            "tenant_id": calls.tenant_id,
            "call_id": calls.call_id,
            "user_id": pick(people.person_id, asker[calls.query]),
            "feature": pick(tuple(name for name, _, _ in names), calls.feature),
            "command": pick(tuple(command for _, command, _ in names), calls.feature),
            "operation": pick(tuple(operation for _, _, operation in names), calls.feature),
            "tool": pick_some(_tools_of(story, day), np.maximum(tool, 0), step > 0),
            "provider": pick(tuple(provider for provider, _ in MODELS), calls.model),
            "model": pick(tuple(model for _, model in MODELS), calls.model),
            "input_tokens": numbers(calls.input),
            "cache_read_tokens": numbers(calls.cache_read),
            "cache_write_tokens": numbers(calls.cache_write),
            "output_tokens": numbers(calls.output),
            "reasoning_tokens": numbers(np.where(_REASONS[calls.model], calls.output // 3, 0)),
            "cost_usd": usd(calls.cost_nano, calls.priced),
            "price_version": pick_some(versions, calls.reported.astype(np.int64), calls.priced),
            "duration_ms": numbers(duration),
            "time_to_first_token_ms": numbers(_first_tokens(duration, calls), calls.feature < STREAMED),
            "status": pick(("success", "failed"), failed.astype(np.int64)),
            "error_type": pick_some(_ERRORS, rng.integers(0, len(_ERRORS), count), failed),
            "cache_hit": pa.array(calls.cache_read > 0),
            "finish_reason": pick_some(
                _ENDS, calls.model, (calls.feature == CUT) & (calls.output == planted.CUT_TOKENS)
            ),
            "prompt_hash": _prompts(calls, step),
            "request_id": ids("req_", rng, questions).take(pa.array(calls.query)),
            "trace_id": ids("", rng, questions, 16).take(pa.array(calls.query)),
        },
    )


def _prompts(calls: Calls, step: Ints) -> pa.Array:
    """What was asked, as a hash, of the feature that is asked the same again for hours."""
    known = (calls.feature == ASKED_AGAIN) & (step == 0)
    hours = calls.started_us // (planted.ASKED_AGAIN_HOURS * HOUR_US)
    asked = [
        f"{hour:x}{tenant:04x}" if is_known else None
        for hour, tenant, is_known in zip(hours.tolist(), calls.tenant.tolist(), known.tolist(), strict=True)
    ]
    return pa.array(asked, pa.string())


def _first_tokens(duration: Floats, calls: Calls) -> Floats:
    """How long the first token took of what is streamed: most of what is not spent on the output."""
    whole: Floats = np.maximum(duration - 18.0 * calls.output, duration * 0.12).round(1)
    return whole


def repriced_table(story: Story, day: int) -> pa.Table:
    """Rows of `llm_price_history`: once a month calls turn out to have been priced too high, and what the
    table says stands beside what the gateway reported.
    """
    today = calls(story, day)
    too_high = (today.model == FLASH) & (day % 30 == 12)
    chosen = np.flatnonzero(too_high | today.reported)
    later = np.where(too_high[chosen], HOUR_US, 0)
    replaced = within_day(today.started_us[chosen] + later, story.start_us(day))
    cost = np.where(too_high, today.cost_nano * 5 // 4, today.listed_nano)[chosen]
    taken = pa.array(chosen)
    return pa.table(
        {
            "tenant_id": today.tenant_id.take(taken),
            "call_id": today.call_id.take(taken),
            "price_version": pick(("list-price", PRICE_VERSION), today.reported[chosen].astype(np.int64)),
            "cost_usd": usd(cost),
            "replaced_at": times(replaced),
        }
    )
