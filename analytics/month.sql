-- Costs up to a moment: by the quarter of an hour, and by the day counted back from the moment.

-- name: ai_quarters
select epoch_us(occurred_at) // 900000000 as quarter, coalesce(sum(cost_usd), 0) as amount
from llm_calls_history
where occurred_at >= $since and occurred_at < $until
group by 1
order by 1

-- name: platform_quarters
select epoch_us(occurred_at) // 900000000 as quarter, coalesce(sum(amount_usd), 0) as amount
from costs_history
where occurred_at >= $since and occurred_at < $until and category <> 'marketing'
group by 1
order by 1

-- name: ai_days
select
    (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 86400000000 as back,
    occurred_at >= $begins as in_month,
    tenant_id,
    feature,
    model,
    '' as category,
    coalesce(sum(cost_usd), 0) as amount
from llm_calls_history
where occurred_at >= $since and occurred_at < $until
group by all
order by back, in_month, tenant_id, feature, model, category

-- name: platform_days
select
    (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 86400000000 as back,
    occurred_at >= $begins as in_month,
    tenant_id,
    '' as feature,
    '' as model,
    category,
    coalesce(sum(amount_usd), 0) as amount
from costs_history
where occurred_at >= $since and occurred_at < $until and category <> 'marketing'
group by all
order by back, in_month, tenant_id, feature, model, category
