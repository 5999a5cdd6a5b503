-- Costs of the platform, and samples of its machines, each measure by itself. No lines cost nothing; lines that all
-- lack a price cost nobody knows what.

-- name: cost_lines
select count(*) as cost_lines from raw.costs where occurred_at >= $start and occurred_at < $end

-- name: infrastructure_cost_usd
select if(count(*) = 0, 0, sum(amount_usd)) as infrastructure_cost_usd
from raw.costs
where occurred_at >= $start and occurred_at < $end and category <> 'marketing'

-- name: cost_share_by_category
select
    category,
    sum(amount_usd) / sum(sum(amount_usd)) over () as cost_share,
    sum(sum(amount_usd)) over () as cost_share_of
from raw.costs
where occurred_at >= $start and occurred_at < $end and category <> 'marketing'
group by category
order by cost_share desc nulls last, 1

-- name: cost_per_execution_usd
select
    (
        select if(count(*) = 0, 0, sum(amount_usd))
        from raw.costs
        where occurred_at >= $start and occurred_at < $end and category <> 'marketing'
    )
    / (select count(*) from raw.runs where occurred_at >= $start and occurred_at < $end) as cost_per_execution_usd

-- name: cost_per_request_usd
select
    (
        select if(count(*) = 0, 0, sum(amount_usd))
        from raw.costs
        where occurred_at >= $start and occurred_at < $end and category <> 'marketing'
    )
    / (
        select count(*) from raw.spans where occurred_at >= $start and occurred_at < $end and kind = 'server'
    ) as cost_per_request_usd

-- name: samples
select count(*) as samples from raw.metrics where occurred_at >= $start and occurred_at < $end

-- name: avg_value
select avg(value) as avg_value from raw.metrics where occurred_at >= $start and occurred_at < $end

-- name: min_value
select min(value) as min_value from raw.metrics where occurred_at >= $start and occurred_at < $end

-- name: max_value
select max(value) as max_value from raw.metrics where occurred_at >= $start and occurred_at < $end

-- name: p95_value
select quantile_cont(value, 0.95) as p95_value from raw.metrics where occurred_at >= $start and occurred_at < $end

-- name: avg_value_by_host
select host, avg(value) as avg_value
from raw.metrics
where occurred_at >= $start and occurred_at < $end
group by host
order by avg_value desc nulls last, 1
