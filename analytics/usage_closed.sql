-- Billing months that were closed: line 0 is the month as it was billed, later lines are what was added to it.

-- name: lines
select
    tenant_id,
    month,
    line,
    plan,
    starts_at,
    ends_at,
    closed_at,
    closed_by,
    messages,
    executions,
    execution_us,
    tokens,
    ai_cost_usd,
    unpriced_calls,
    active_users,
    revenue_usd,
    infrastructure_usd,
    why
from closed_months
where ends_at <= $until and closed_at <= $now
order by tenant_id, month, line
