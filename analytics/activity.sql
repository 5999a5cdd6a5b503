-- Activity counts rows of every kind of data, so that a board has something to say whatever was loaded.
-- Each kind has a line of its own, which is left out where a filter names what it cannot have.
-- A person is a user within a tenant: user 1 of two tenants is two people.

-- name: totals
with actors as (
    select tenant_id, coalesce(nullif(user_id, ''), anonymous_id) as actor from events
    union all select tenant_id, user_id as actor from runs
    union all select tenant_id, user_id as actor from llm_calls
    union all select tenant_id, user_id as actor from logs
    union all select tenant_id, user_id as actor from spans
    union all select tenant_id, user_id as actor from errors
    union all select tenant_id, '' as actor from metrics
    union all select tenant_id, '' as actor from costs
)
select
    count(*) as rows,
    count(distinct nullif(tenant_id, '')) as tenants,
    count(distinct case when actor <> '' then tenant_id || chr(31) || actor end) as people
from actors

-- name: trend
with actors as (
    select occurred_at, tenant_id, coalesce(nullif(user_id, ''), anonymous_id) as actor from events
    union all select occurred_at, tenant_id, user_id as actor from runs
    union all select occurred_at, tenant_id, user_id as actor from llm_calls
    union all select occurred_at, tenant_id, user_id as actor from logs
    union all select occurred_at, tenant_id, user_id as actor from spans
    union all select occurred_at, tenant_id, user_id as actor from errors
    union all select occurred_at, tenant_id, '' as actor from metrics
    union all select occurred_at, tenant_id, '' as actor from costs
),
by_bucket as (
    select
        c.bucket,
        count(*) as rows,
        count(distinct nullif(a.tenant_id, '')) as tenants,
        count(distinct case when a.actor <> '' then a.tenant_id || chr(31) || a.actor end) as people
    from actors as a
    join calendar as c on c.q = epoch_us(a.occurred_at) // $calendar_us
    group by c.bucket
)
select
    b.bucket,
    coalesce(r.rows, 0)::bigint as rows,
    coalesce(r.tenants, 0)::bigint as tenants,
    coalesce(r.people, 0)::bigint as people
from (select distinct bucket from calendar) as b
left join by_bucket as r on r.bucket = b.bucket
order by b.bucket

-- name: by_kind
with actors as (
    select 'Events' as kind, tenant_id, coalesce(nullif(user_id, ''), anonymous_id) as actor from events
    union all select 'Executions' as kind, tenant_id, user_id as actor from runs
    union all select 'AI calls' as kind, tenant_id, user_id as actor from llm_calls
    union all select 'Log lines' as kind, tenant_id, user_id as actor from logs
    union all select 'Spans of traces' as kind, tenant_id, user_id as actor from spans
    union all select 'Errors' as kind, tenant_id, user_id as actor from errors
    union all select 'Samples of metrics' as kind, tenant_id, '' as actor from metrics
    union all select 'Costs' as kind, tenant_id, '' as actor from costs
)
select
    kind,
    count(*) as rows,
    count(distinct nullif(tenant_id, '')) as tenants,
    count(distinct case when actor <> '' then tenant_id || chr(31) || actor end) as people
from actors
group by kind
order by rows desc, kind

-- name: over_time
with steps as (
    select 'Events' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from events group by q
    union all select 'Executions' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from runs group by q
    union all select 'AI calls' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from llm_calls group by q
    union all select 'Log lines' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from logs group by q
    union all select 'Spans of traces' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from spans group by q
    union all select 'Errors' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from errors group by q
    union all select 'Samples of metrics' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from metrics group by q
    union all select 'Costs' as kind, epoch_us(occurred_at) // $calendar_us as q, count(*) as rows from costs group by q
),
kinds as (
    select distinct kind from steps
)
select
    c.bucket,
    k.kind,
    coalesce(sum(s.rows), 0)::bigint as rows
from calendar as c
cross join kinds as k
left join steps as s on s.q = c.q and s.kind = k.kind
group by c.bucket, k.kind
order by c.bucket, k.kind

-- name: top_tenants
with rows_of as (
    select tenant_id from events where tenant_id <> ''
    union all select tenant_id from runs where tenant_id <> ''
    union all select tenant_id from llm_calls where tenant_id <> ''
    union all select tenant_id from logs where tenant_id <> ''
    union all select tenant_id from spans where tenant_id <> ''
    union all select tenant_id from errors where tenant_id <> ''
    union all select tenant_id from metrics where tenant_id <> ''
    union all select tenant_id from costs where tenant_id <> ''
),
by_tenant as (
    select tenant_id, count(*) as rows from rows_of group by tenant_id
)
select
    b.tenant_id,
    coalesce(nullif(t.name, ''), b.tenant_id) as tenant,
    b.rows
from by_tenant as b
left join tenants as t on t.tenant_id = b.tenant_id
order by b.rows desc, tenant, b.tenant_id
limit $most
