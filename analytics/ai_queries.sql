-- An AI query is one question of a user: the calls of `llm_calls` with one (tenant_id, request_id), or a call by
-- itself where it names no request. It belongs to the bucket of its first call; the cost of a call, to the call's own.
-- A sum of costs is empty where there are calls and none of them has a price: unpriced is not free.

-- name: totals
with queries as (
    select distinct tenant_id, case when request_id = '' then call_id else request_id end as request_id
    from llm_calls
),
counted as (
    select count(*) as ai_queries from queries
),
summed as (
    select count(*) as calls, count(cost_usd) as priced_calls, sum(cost_usd) as cost_usd from llm_calls
)
select
    c.ai_queries,
    case when s.calls > 0 and s.priced_calls = 0 then null else coalesce(s.cost_usd, 0) end::decimal(38, 9) as cost_usd,
    s.calls,
    s.calls - s.priced_calls as unpriced_calls
from counted as c
cross join summed as s

-- name: trend
with queries as (
    select min(occurred_at) as first_at
    from llm_calls
    group by tenant_id, case when request_id = '' then call_id else request_id end
),
query_steps as (
    select epoch_us(first_at) // $calendar_us as q, count(*) as ai_queries
    from queries
    group by q
),
call_steps as (
    select
        epoch_us(occurred_at) // $calendar_us as q,
        count(*) as calls,
        count(cost_usd) as priced_calls,
        sum(cost_usd) as cost_usd
    from llm_calls
    group by q
)
select
    c.bucket,
    coalesce(sum(s.ai_queries), 0)::bigint as ai_queries,
    case when sum(k.calls) > 0 and sum(k.priced_calls) = 0 then null else coalesce(sum(k.cost_usd), 0) end::decimal(38, 9)
        as cost_usd
from calendar as c
left join query_steps as s on s.q = c.q
left join call_steps as k on k.q = c.q
group by c.bucket
order by c.bucket
