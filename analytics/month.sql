-- Costs up to a moment: by the quarter of an hour, and by the day counted back from the moment by whole quarters.

-- name: ai_quarters
select epoch_us(occurred_at) // 900000000 as quarter, max(occurred_at) as newest,
    coalesce(sum(cost_usd), 0) as amount
from llm_calls_history
where occurred_at >= $since and occurred_at < $until
group by 1
order by 1

-- name: platform_quarters
select epoch_us(occurred_at) // 900000000 as quarter, max(occurred_at) as newest,
    coalesce(sum(amount_usd), 0) as amount
from costs_history
where occurred_at >= $since and occurred_at < $until and category <> 'marketing'
group by 1
order by 1

-- name: ai_days
select
    -- Days before those that projections look at are one group.
    least(
        $most, greatest(0, (epoch_us($until::timestamp) // 900000000 - epoch_us(occurred_at) // 900000000 - 1) // 96)
    ) as back,
    occurred_at >= $begins as in_month,
    tenant_id,
    feature,
    model,
    '' as category,
    min(epoch_us(occurred_at) // 900000000) as oldest_quarter,
    max(occurred_at) as newest,
    coalesce(sum(cost_usd), 0) as amount
from llm_calls_history
where occurred_at >= $since and occurred_at < $until
group by all
order by back, in_month, tenant_id, feature, model, category

-- name: platform_days
select
    -- Days before those that projections look at are one group.
    least(
        $most, greatest(0, (epoch_us($until::timestamp) // 900000000 - epoch_us(occurred_at) // 900000000 - 1) // 96)
    ) as back,
    occurred_at >= $begins as in_month,
    tenant_id,
    '' as feature,
    '' as model,
    category,
    min(epoch_us(occurred_at) // 900000000) as oldest_quarter,
    max(occurred_at) as newest,
    coalesce(sum(amount_usd), 0) as amount
from costs_history
where occurred_at >= $since and occurred_at < $until and category <> 'marketing'
group by all
order by back, in_month, tenant_id, feature, model, category
