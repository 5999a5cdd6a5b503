-- The executive board's questions, as one who knows DuckDB would write them for this one board:
-- no scope, no door, the window and the zone as parameters. Times in and out are UTC.

-- name: executions_totals
with by_status as (
    select status, count(*) as n, sum(duration_ms) as duration_ms, count(duration_ms) as timed
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by status
)
select
    sum(n) as executions,
    sum(if(status = 'success', n, 0)) as succeeded,
    sum(if(status in ('failed', 'timeout'), n, 0)) as failed,
    sum(if(status <> 'cancelled', n, 0)) as finished,
    sum(if(status = 'success', n, 0)) / sum(if(status <> 'cancelled', n, 0)) as success_rate,
    sum(duration_ms) / sum(timed) as avg_duration_ms,
    (
        select count(*)
        from (select 1 from raw.runs where occurred_at >= $start and occurred_at < $end group by tenant_id)
    ) as active_tenants
from by_status

-- name: executions_trend
with quarters as (
    select q, time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket
    from range(epoch_us($start) // 900000000, epoch_us($end) // 900000000) as steps(q)
),
by_tenant as (
    select
        bucket,
        count(*) as executions,
        count_if(status = 'success') as succeeded,
        count_if(status = 'success' or status = 'failed' or status = 'timeout') as finished,
        sum(duration_ms) as duration_ms,
        count(duration_ms) as timed
    from raw.runs
    join quarters on q = epoch_us(occurred_at) // 900000000
    where occurred_at >= $start and occurred_at < $end
    group by bucket, tenant_id
)
select
    bucket,
    sum(executions) as executions,
    sum(succeeded) / sum(finished) as success_rate,
    sum(finished) as finished,
    sum(duration_ms) / sum(timed) as avg_duration_ms,
    count(*) as active_tenants
from by_tenant
group by bucket
order by bucket

-- name: executions_over_time
with parts as (
    select
        epoch_us(occurred_at) // 900000000 as q,
        count_if(status = 'success') as succeeded,
        count_if(status = 'failed' or status = 'timeout') as failed
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by all
)
select
    time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket,
    sum(succeeded + failed) as finished,
    sum(succeeded) as succeeded,
    sum(failed) as failed
from parts
group by bucket
order by bucket

-- name: executions_top_tenants
with busiest as (
    select tenant_id, count(*) as executions
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id
    order by executions desc
    limit 5
)
select b.tenant_id, if(t.name = '', b.tenant_id, t.name) as "tenant.name", b.executions
from busiest as b
join raw.tenants as t using (tenant_id)
order by executions desc

-- name: executions_by_connector
select
    action_type,
    count(*) as executions,
    count(*) / sum(count(*)) over () as execution_share
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by action_type
order by executions desc, action_type

-- name: ai_queries_totals
select
    (
        select count(*)
        from (
            select 1
            from raw.llm_calls
            where occurred_at >= $start and occurred_at < $end
            group by tenant_id, if(request_id = '', call_id, request_id)
        )
    ) as ai_queries,
    sum(cost_usd) as ai_cost_usd,
    count(*) as ai_calls,
    count(*) - count(cost_usd) as unpriced_calls
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: ai_queries_trend
with requests as (
    select min(occurred_at) as first_at
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
),
counted as (
    select epoch_us(first_at) // 900000000 as q, count(*) as ai_queries, null::decimal(18, 9) as cost_usd
    from requests
    group by q
    union all
    select epoch_us(occurred_at) // 900000000 as q, null, sum(cost_usd)
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by q
)
select
    time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket,
    sum(ai_queries) as ai_queries,
    sum(cost_usd) as ai_cost_usd
from counted
group by bucket
order by bucket

-- name: by_attribute
select attributes.region::varchar as region, count(*) as executions
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by region
order by region
