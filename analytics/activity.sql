-- Activity counts rows of every kind of data, so that a board has something to say whatever was loaded.
-- A person is a user within a tenant: user 1 of two tenants is two people.

-- name: who
with actors as (
    select 'events' as table_name, tenant_id, coalesce(nullif(user_id, ''), anonymous_id) as actor from events
    union all select 'runs', tenant_id, user_id from runs
    union all select 'llm_calls', tenant_id, user_id from llm_calls
    union all select 'logs', tenant_id, user_id from logs
    union all select 'spans', tenant_id, user_id from spans
    union all select 'errors', tenant_id, user_id from errors
    union all select 'metrics', tenant_id, '' from metrics
    union all select 'costs', tenant_id, '' from costs
)
select
    table_name,
    count(*) as rows,
    count(distinct nullif(tenant_id, '')) as tenants,
    count(distinct case when actor <> '' then tenant_id || chr(31) || actor end) as people
from actors
group by table_name
order by rows desc, table_name

-- name: over_time
with steps as (
    select 'events' as table_name, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from events group by q
    union all select 'runs', epoch_us(occurred_at) // $calendar_us as q, count(*) from runs group by q
    union all select 'llm_calls', epoch_us(occurred_at) // $calendar_us as q, count(*) from llm_calls group by q
    union all select 'logs', epoch_us(occurred_at) // $calendar_us as q, count(*) from logs group by q
    union all select 'spans', epoch_us(occurred_at) // $calendar_us as q, count(*) from spans group by q
    union all select 'errors', epoch_us(occurred_at) // $calendar_us as q, count(*) from errors group by q
    union all select 'metrics', epoch_us(occurred_at) // $calendar_us as q, count(*) from metrics group by q
    union all select 'costs', epoch_us(occurred_at) // $calendar_us as q, count(*) from costs group by q
),
kinds as (
    select distinct table_name from steps
)
select
    c.bucket,
    k.table_name,
    coalesce(sum(s.rows), 0)::bigint as rows
from calendar as c
cross join kinds as k
left join steps as s on s.q = c.q and s.table_name = k.table_name
group by c.bucket, k.table_name
order by c.bucket, k.table_name
