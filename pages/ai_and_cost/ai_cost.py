"""AI cost: what a question costs, whose it is, on what it goes, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

from analytics import ai_cost, ai_queries, llm_prices, month, savings, unusual, what_if
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.query import AUTO, Query
from ui import render

DAY = Query(("ai_cost_usd", "cost_per_query_usd", "tokens", "ai_cost_per_user_usd"))
OF_THE_DAY = replace(DAY, grain=AUTO)
OVER = Query(
    (
        "ai_cost_usd",
        "cost_per_query_usd",
        "queries_per_dollar",
        "input_tokens",
        "cached_tokens",
        "output_tokens",
    ),
    grain=AUTO,
)
NOTHING = "No priced model call in this window"

TOTAL = Panel(
    id="ai-cost.total",
    title="AI cost",
    explanation="What the model calls of the last 24 hours cost, each at its own price and time, from "
    "`llm_calls`.",
    question=DAY,
    chart="number",
    value="ai_cost_usd",
    trend=OF_THE_DAY,
    good="down",
    window="24h",
)
PER_QUERY = Panel(
    id="ai-cost.per_query",
    title="Cost a query",
    explanation="What model calls cost / AI queries, from `llm_calls`; a query may take many calls.",
    question=Query(("cost_per_query_usd", "calls_per_query")),
    chart="numbers",
    value="cost_per_query_usd",
    show=("cost_per_query_usd", "calls_per_query"),
    empty=NOTHING,
)
COMES_TO = Panel(
    id="ai-cost.comes_to",
    title="What AI comes to",
    explanation="What model calls cost (`llm_calls`) / people who asked, / executions that ended in success "
    "(`runs`), and / what customers paid for the same time (`subscriptions`).",
    question=ai_cost.comes_to,
    chart="numbers",
    value="ai_cost_per_success_usd",
    show=("ai_cost_per_user_usd", "ai_cost_per_success_usd", "cost_of_revenue"),
    empty=NOTHING,
)
TOKENS = replace(
    TOTAL,
    id="ai-cost.tokens",
    title="Tokens",
    explanation="Input, cached and output tokens of the model calls of the last 24 hours, from `llm_calls`.",
    value="tokens",
    good="none",
)
PER_USER = Panel(
    id="ai-cost.per_user",
    title="Cost a user",
    explanation="What the model calls of the last 24 hours cost / different people who asked an AI, from "
    "`llm_calls`.",
    question=DAY,
    chart="number",
    value="ai_cost_per_user_usd",
    trend=OF_THE_DAY,
    good="down",
    window="24h",
)
OVER_TIME = Panel(
    id="ai-cost.over_time",
    title="AI cost over time",
    explanation="What the model calls of each bucket cost, each at its own price, from `llm_calls`.",
    question=OVER,
    chart="area",
    value="ai_cost_usd",
    x="bucket",
    empty=NOTHING,
)
TOKENS_OVER_TIME = Panel(
    id="ai-cost.tokens_over_time",
    title="Tokens over time",
    explanation="Tokens that were sent, read from the provider's cache, and came back, from `llm_calls`.",
    question=OVER,
    chart="area",
    value="input_tokens",
    x="bucket",
    show=("input_tokens", "cached_tokens", "output_tokens"),
    empty="No tokens in this window",
)
BY_MODEL = Panel(
    id="ai-cost.by_model",
    title="Cost by model",
    explanation="What the calls of each model cost, from `llm_calls`. A click filters the page.",
    question=Query(("ai_cost_usd",), by=("model",), limit=5, other=True),
    chart="donut",
    value="ai_cost_usd",
    x="model",
    click=("model",),
    empty=NOTHING,
)
TOKENS_BY_MODEL = Panel(
    id="ai-cost.tokens_by_model",
    title="Tokens by model",
    explanation="Tokens that each model was sent, read from its cache, and gave back, from `llm_calls`.",
    question=ai_cost.tokens_by_model,
    chart="bar",
    value="tokens",
    x="model",
    by="kind",
    click=("model",),
    empty="No tokens in this window",
)
PER_QUERY_OVER_TIME = Panel(
    id="ai-cost.per_query_over_time",
    title="Cost a query over time",
    explanation="What model calls cost / AI queries, from `llm_calls`.",
    question=OVER,
    chart="line",
    value="cost_per_query_usd",
    x="bucket",
    good="down",
    empty=NOTHING,
)
QUERIES_PER_DOLLAR = replace(
    PER_QUERY_OVER_TIME,
    id="ai-cost.queries_per_dollar",
    title="Queries a dollar",
    explanation="AI queries / what their model calls cost, from `llm_calls`.",
    value="queries_per_dollar",
    good="up",
)
MOST_EXPENSIVE = Panel(
    id="ai-cost.most_expensive",
    title="Dearest queries",
    explanation=f"The {ai_queries.MOST} AI queries that cost the most, all their calls together, from "
    "`llm_calls`. A click narrows the page to the query's trace.",
    question=ai_queries.dearest,
    chart="table",
    value="cost_usd",
    show=("asked_at", "tenant", "person", "feature", "models", "calls", "tokens", "cost_usd", "trace_id"),
    click=("tenant_id", "trace_id"),
    empty=NOTHING,
)
BY_FEATURE = Panel(
    id="ai-cost.by_feature",
    title="Cost by feature",
    explanation="What the model calls of each feature cost, and what an AI query of it costs, from "
    "`llm_calls`. A click filters the page.",
    question=Query(("ai_cost_usd", "cost_per_query_usd"), by=("feature",)),
    chart="bar",
    value="ai_cost_usd",
    x="feature",
    show=("ai_cost_usd", "cost_per_query_usd"),
    good="down",
    click=("feature",),
    empty=NOTHING,
)
BY_TOOL = Panel(
    id="ai-cost.by_tool",
    title="Cost by tool",
    explanation="What the model calls that used a tool cost, from `llm_calls`; calls without one are a "
    "bar. A click filters the page.",
    question=Query(("ai_cost_usd",), by=("tool",), limit=10, other=True),
    chart="bar",
    value="ai_cost_usd",
    x="tool",
    good="down",
    click=("tool",),
    empty=NOTHING,
)
BY_COMMAND = replace(
    BY_TOOL,
    id="ai-cost.by_command",
    title="Cost by command",
    explanation="What the model calls of each command cost, from `llm_calls`. A click filters the page.",
    question=Query(("ai_cost_usd",), by=("command",), limit=10, other=True),
    x="command",
    click=("command",),
)
BY_TENANT = Panel(
    id="ai-cost.by_tenant",
    title="Cost and margin by tenant",
    explanation="What each tenant's model calls cost (`llm_calls`) beside what it paid for the same time "
    "(its MRR by the part of each month, `subscriptions`). A click scopes the page to it.",
    question=ai_cost.by_tenant,
    chart="table",
    value="cost_usd",
    show=("tenant", "plan", "cost_usd", "share", "queries", "revenue_usd", "margin_usd", "cost_of_revenue"),
    click=("tenant_id",),
    empty=NOTHING,
)
BY_USER = Panel(
    id="ai-cost.by_user",
    title="Users by cost",
    explanation="The fifty people whose model calls cost the most, from `llm_calls`. A click narrows the "
    "page to one.",
    question=Query(
        ("ai_cost_usd", "ai_queries", "cost_per_query_usd", "tokens"),
        by=("tenant_id", "tenant.name", "person.person_id", "person.name"),
        where=field("person.person_id").exists(),
        limit=50,
    ),
    chart="table",
    value="ai_cost_usd",
    show=("person.name", "tenant.name", "ai_cost_usd", "ai_queries", "cost_per_query_usd", "tokens"),
    click=("tenant_id", "person.person_id"),
    empty=NOTHING,
)
TOKEN_RATIO = Panel(
    id="ai-cost.token_ratio",
    title="Output by input tokens, by model",
    explanation="Tokens that came back / tokens that were sent, from `llm_calls`.",
    question=Query(("token_ratio",), by=("model",), grain=AUTO, where=field("model").exists()),
    chart="line",
    value="token_ratio",
    x="bucket",
    by="model",
    empty="No tokens in this window",
)
TOKEN_RATIO_BY_FEATURE = replace(
    TOKEN_RATIO,
    id="ai-cost.token_ratio_by_feature",
    title="Output by input tokens, by feature",
    question=Query(("token_ratio",), by=("feature",), grain=AUTO, where=field("feature").exists()),
    by="feature",
)
UNPRICED = Panel(
    id="ai-cost.unpriced",
    title="Calls without a price",
    explanation="Model calls that have no cost, from `llm_calls`: their model has no known price, or "
    "nothing says what they used. They are in no sum of money on this page.",
    question=llm_prices.unpriced,
    chart="table",
    value="calls",
    show=("provider", "model", "calls", "input_tokens", "cached_tokens", "output_tokens", "way"),
    click=("model",),
    empty="Every model call in this window has a price",
)
REPORTED = Panel(
    id="ai-cost.reported",
    title="Reported cost beside the prices",
    explanation="What model calls cost as their provider or gateway reported it (`llm_calls`), which "
    "counts, and what the prices say of the same calls (`llm_price_history`).",
    question=llm_prices.reported,
    chart="table",
    value="difference_usd",
    show=("provider", "model", "calls", "reported_usd", "listed_usd", "difference_usd", "without_price"),
    click=("model",),
    empty="No provider reported a cost in this window",
)

ANOMALIES = Panel(
    id="ai-cost.anomalies",
    title="AI cost against what is usual",
    explanation="What the model calls of each hour cost (`llm_calls`), the median of the same hours of the "
    "eight weeks before, and the range of what is ordinary; hours out of it, or six together, have a dot.",
    question=unusual.ai_cost,
    chart="line",
    value="ai_cost_usd",
    x="bucket",
    show=("ai_cost_usd", "expected_usd"),
    good="down",
    window="30d",
    empty="No priced model call in these 30 days",
)
ANOMALIES_EXPLAINED = Panel(
    id="ai-cost.anomalies_explained",
    title="What was out of the ordinary",
    explanation="Hours one after the other whose AI cost is out of the ordinary for their hour and "
    "weekday, and the feature, model and tenant that moved most, from `llm_calls`.",
    question=unusual.ai_cost_explained,
    chart="table",
    value="cost_usd",
    window="30d",
    empty="Nothing was out of the ordinary in these 30 days",
)

PROJECTED_MONTH = Panel(
    id="ai-cost.projected_month",
    title="This month",
    explanation="What AI cost since the local first of the month (`llm_calls`), and where it will end if "
    "days go on as their weekdays were in four weeks, with the range that holds eight of ten.",
    question=month.ai,
    chart="numbers",
    value="projected_usd",
    show=("spent_usd", "projected_usd", "projected_usd_low", "projected_usd_high", "change"),
    alone=True,
    empty="No model call in this month",
)
BUDGET = Panel(
    id="ai-cost.budget",
    title="Budgets of this month",
    explanation="What was spent since the first of the month (`llm_calls`) against each budget "
    "(`[[budgets]]` in the configuration), where it will end, and the day on which it runs out.",
    question=month.ai_budgets,
    chart="table",
    value="spent_usd",
    show=("what", "state", "spent_usd", "budget_usd", "used", "projected_usd", "runs_out_at"),
    empty="There is no budget for AI: `[[budgets]]` in `tenantscope.toml` sets one",
)

WHAT_IF = Panel(
    id="ai-cost.what_if",
    title="With another model",
    explanation="What the calls of a feature in 30 days (`llm_calls`) would have cost with another "
    "model at its price of their end, their tokens kept as they are.",
    question=what_if.mix,
    chart="calculator",
    value="calls",
    window="30d",
    empty="No model was called in these 30 days",
)
SAVINGS = Panel(
    id="ai-cost.savings",
    title="What would cut the cost",
    explanation="Estimates by the table's prices over the calls of 30 days (`llm_calls`), each way by "
    "itself: prompts that could be cached, dear models on short tasks, outputs far longer than usual, "
    "requests that were asked before.",
    question=savings.ways,
    chart="table",
    value="saved_usd",
    window="30d",
    empty="Nothing was found that would cut the cost of these 30 days",
)
CACHING = Panel(
    id="ai-cost.caching",
    title="What caching saved",
    explanation="Tokens read from the provider's cache at their price / what they would have cost "
    "uncached, less what writing to it cost; from `llm_calls`, by the table's prices.",
    question=savings.caching,
    chart="numbers",
    value="net_usd",
    show=("hit_rate", "saved_usd", "written_usd", "net_usd"),
    empty="No tokens in this window",
)
WASTED = Panel(
    id="ai-cost.wasted",
    title="Wasted cost",
    explanation="What model calls cost that failed for good, that failed and were retried, that ended for "
    "want of tokens (`finish_reason`), or whose prompt was asked before (`prompt_hash`), from `llm_calls`.",
    question=savings.wasted,
    chart="table",
    value="cost_usd",
    empty="No call failed, was truncated or asked again in this window",
)
FEATURE_ROI = Panel(
    id="ai-cost.feature_roi",
    title="Features by cost and revenue",
    explanation="What the AI of each feature cost in 30 days (`llm_calls`), who used it, and the upgrades "
    "and MRR of the tenants that did (`subscriptions`). What goes together need not be a cause.",
    question=savings.feature_roi,
    chart="table",
    value="users",
    click=("feature",),
    window="30d",
    empty="No revenue is known",
)

BOARD = Board(
    id="ai-cost",
    title="AI cost",
    audience="finance, product managers, whoever pays for models",
    rows=(
        Row((TOTAL, TOKENS, PER_USER)),
        Row((PROJECTED_MONTH,)),
        Row((BUDGET,)),
        Row((COMES_TO,)),
        Row((OVER_TIME, PER_QUERY), (2, 1)),
        Row((ANOMALIES,)),
        Row((ANOMALIES_EXPLAINED,)),
        Row((BY_FEATURE, BY_MODEL), (2, 1)),
        Row((SAVINGS,)),
        Row((WHAT_IF, CACHING)),
        Row((WASTED, FEATURE_ROI), (1, 2)),
        Row((BY_TENANT,)),
        Row((BY_USER,)),
        Row((MOST_EXPENSIVE,)),
        Row((BY_TOOL, BY_COMMAND)),
        Row((PER_QUERY_OVER_TIME, QUERIES_PER_DOLLAR)),
        Row((TOKENS_OVER_TIME, TOKENS_BY_MODEL), (2, 1)),
        Row((TOKEN_RATIO, TOKEN_RATIO_BY_FEATURE)),
        Row((UNPRICED,)),
        Row((REPORTED,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
