-- Executions are the rows of `runs`: each a finished workflow run. Success is the status 'success', failure is
-- 'failed' or 'timeout'; a cancelled run counts as an execution and is neither.

-- name: totals
with by_status as (
    select status, count(*) as executions, sum(duration_ms) as duration_ms, count(duration_ms) as timed
    from runs
    group by status
),
active as (
    select distinct tenant_id from runs where tenant_id <> ''
),
summed as (
    select
        coalesce(sum(executions), 0)::bigint as executions,
        coalesce(sum(executions) filter (status = 'success'), 0)::bigint as succeeded,
        coalesce(sum(executions) filter (status in ('failed', 'timeout')), 0)::bigint as failed,
        sum(duration_ms) / nullif(sum(timed), 0) as avg_duration_ms
    from by_status
)
select
    executions,
    succeeded,
    failed,
    succeeded + failed as finished,
    succeeded / nullif(succeeded + failed, 0) as success_rate,
    avg_duration_ms,
    (select count(*) from active) as active_tenants
from summed

-- name: trend
with by_tenant as (
    select
        c.bucket,
        r.tenant_id,
        count(*) as executions,
        count_if(r.status = 'success') as succeeded,
        count_if(r.status in ('failed', 'timeout')) as failed,
        sum(r.duration_ms) as duration_ms,
        count(r.duration_ms) as timed
    from runs as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    group by c.bucket, r.tenant_id
),
buckets as (
    select distinct bucket from calendar
)
select
    b.bucket,
    coalesce(sum(t.executions), 0)::bigint as executions,
    sum(t.succeeded) / nullif(sum(t.succeeded + t.failed), 0) as success_rate,
    coalesce(sum(t.succeeded + t.failed), 0)::bigint as finished,
    sum(t.duration_ms) / nullif(sum(t.timed), 0) as avg_duration_ms,
    count(nullif(t.tenant_id, '')) as active_tenants
from buckets as b
left join by_tenant as t on t.bucket = b.bucket
group by b.bucket
order by b.bucket

-- name: over_time
with steps as (
    select epoch_us(occurred_at) // $calendar_us as q, status, count(*) as executions
    from runs
    group by q, status
),
buckets as (
    select
        c.bucket,
        coalesce(sum(s.executions) filter (s.status = 'success'), 0)::bigint as succeeded,
        coalesce(sum(s.executions) filter (s.status in ('failed', 'timeout')), 0)::bigint as failed
    from calendar as c
    left join steps as s on s.q = c.q
    group by c.bucket
)
select bucket, 'success' as status, succeeded as executions from buckets
union all
select bucket, 'failed' as status, failed as executions from buckets
order by bucket, status desc

-- name: top_tenants
with by_tenant as (
    select tenant_id, count(*) as executions
    from runs
    where tenant_id <> ''
    group by tenant_id
)
select
    b.tenant_id,
    coalesce(nullif(t.name, ''), b.tenant_id) as tenant,
    b.executions
from by_tenant as b
left join tenants as t on t.tenant_id = b.tenant_id
order by b.executions desc, tenant, b.tenant_id
limit $most

-- name: by_connector
select
    action_type,
    count(*) as executions,
    count(*) / sum(count(*)) over () as share
from runs
group by action_type
order by executions desc, action_type
