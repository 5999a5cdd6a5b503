"""What AI costs, whose it is, and what stands against it."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.query import Query, answer
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.usage_counted import ZERO
from analytics.usage_economics import months_of, of_tenants, revenue
from analytics.view import View

SQL = blocks(__file__)
CALLS = Behind("llm_calls")
COMES_TO = Query(("ai_cost_usd", "ai_cost_per_user_usd", "ai_cost_per_success_usd"))


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars."""
    return Column(name, label, "usd", definition)


@analysis(
    tables=("llm_calls",),
    columns=(
        Column("model", "Model", "text", "The AI model."),
        Column("kind", "Kind", "text", "Input, cached or output tokens."),
        Column("tokens", "Tokens", "count", "How many tokens of this kind."),
    ),
    additive=("tokens",),
)
def tokens_by_model(view: View, scope: Scope) -> pd.DataFrame:
    """Input, cached and output tokens of each model."""
    return view.frame(scope, SQL["tokens_by_model"])


@analysis(
    tables=("llm_calls", "runs", "subscriptions", "identities"),
    columns=(
        usd("ai_cost_per_user_usd", "A person who asked", "AI cost / different people who asked an AI."),
        usd("ai_cost_per_success_usd", "A success", "AI cost / executions that ended in success."),
        Column(
            "cost_of_revenue", "A dollar of revenue", "ratio", "AI cost / revenue of the same time.", "down"
        ),
    ),
)
def comes_to(view: View, scope: Scope) -> pd.DataFrame:
    """AI cost by those who asked, by what succeeded, and as a part of revenue."""
    frame = answer(view, scope, COMES_TO)
    earned = sum(of_tenants(revenue(view, scope, {}, months_of(scope))).values(), ZERO)
    cost = frame["ai_cost_usd"][0]
    share = float(cost / earned) if earned and not pd.isna(cost) else float("nan")
    return frame[["ai_cost_per_user_usd", "ai_cost_per_success_usd"]].assign(cost_of_revenue=share)


@analysis(
    tables=("llm_calls", "subscriptions", "tenants"),
    columns=(
        TENANT_ID,
        TENANT,
        Column("plan", "Plan now", "text", "The plan that the tenant is on now."),
        usd("cost_usd", "AI cost", "What the tenant's model calls cost."),
        Column("share", "Share", "ratio", "The tenant's AI cost / all AI cost."),
        Column("queries", "AI queries", "count", "Questions of its users to AI models."),
        usd(
            "revenue_usd",
            "Revenue",
            "What it paid for the time of the window: its MRR, by the part of each month.",
        ),
        usd("margin_usd", "Margin after AI", "Revenue - AI cost."),
        Column("cost_of_revenue", "Cost of revenue", "ratio", "AI cost / revenue.", "down"),
    ),
    additive=("cost_usd", "queries", "revenue_usd"),
    drawn_from={"cost_usd": CALLS},
)
def by_tenant(view: View, scope: Scope) -> pd.DataFrame:
    """What each tenant's AI cost in the window, beside what it paid for the same time."""
    frame = view.frame(scope, SQL["by_tenant"])
    earned = of_tenants(revenue(view, scope, {}, months_of(scope)))
    paid = [
        earned.get(str(tenant), ZERO) if known else None
        for tenant, known in zip(frame["tenant_id"], frame["known"], strict=True)
    ]
    spent = [ZERO if pd.isna(cost) else cost for cost in frame["cost_usd"]]
    pairs = list(zip(paid, spent, strict=True))
    left = [None if usd is None else usd - cost for usd, cost in pairs]
    share = [float(cost / usd) if usd else float("nan") for usd, cost in pairs]
    return frame.drop(columns="known").assign(
        revenue_usd=pd.Series(paid, frame.index, dtype=object),
        margin_usd=pd.Series(left, frame.index, dtype=object),
        cost_of_revenue=pd.Series(share, frame.index, dtype="float64"),
    )
