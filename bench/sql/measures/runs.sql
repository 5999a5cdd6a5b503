-- Executions, as one who knows DuckDB would write each measure by itself: no scope, no door, no model.

-- name: executions
select count(*) as executions from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: succeeded
select count(*) as succeeded
from raw.runs
where occurred_at >= $start and occurred_at < $end and status = 'success'

-- name: failed
select count(*) as failed
from raw.runs
where occurred_at >= $start and occurred_at < $end and status in ('failed', 'timeout')

-- name: finished
select count(*) as finished
from raw.runs
where occurred_at >= $start and occurred_at < $end and (status = 'success' or status in ('failed', 'timeout'))

-- name: cancelled
select count(*) as cancelled
from raw.runs
where occurred_at >= $start and occurred_at < $end and status = 'cancelled'

-- name: timeouts
select count(*) as timeouts
from raw.runs
where occurred_at >= $start and occurred_at < $end and status = 'timeout'

-- name: success_rate
select
    coalesce(sum(n) filter (where status = 'success'), 0)
    / sum(n) filter (where status in ('success', 'failed', 'timeout')) as success_rate
from (
    select status, count(*) as n from raw.runs where occurred_at >= $start and occurred_at < $end group by status
)

-- name: failure_rate
select
    coalesce(sum(n) filter (where status in ('failed', 'timeout')), 0)
    / sum(n) filter (where status in ('success', 'failed', 'timeout')) as failure_rate
from (
    select status, count(*) as n from raw.runs where occurred_at >= $start and occurred_at < $end group by status
)

-- name: execution_share_by_action_type
select
    action_type,
    count(*) / sum(count(*)) over () as execution_share,
    sum(count(*)) over () as execution_share_of
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by action_type
order by execution_share desc nulls last, 1

-- name: avg_duration_ms
select avg(duration_ms) as avg_duration_ms from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: p50_duration_ms
select quantile_cont(duration_ms, 0.5) as p50_duration_ms
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: p95_duration_ms
select quantile_cont(duration_ms, 0.95) as p95_duration_ms
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: p99_duration_ms
select quantile_cont(duration_ms, 0.99) as p99_duration_ms
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: max_duration_ms
select max(duration_ms) as max_duration_ms from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: execution_time_ms
select sum(duration_ms) as execution_time_ms from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: execution_time_share_by_action_type
select
    action_type,
    sum(duration_ms) / sum(sum(duration_ms)) over () as execution_time_share,
    sum(sum(duration_ms)) over () as execution_time_share_of
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by action_type
order by execution_time_share desc nulls last, 1

-- name: slow_executions
select count(*) as slow_executions
from raw.runs
where occurred_at >= $start and occurred_at < $end and duration_ms > 5000

-- name: slow_share
select count_if(duration_ms > 5000) / count(*) as slow_share
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: failures_with_cause
select count(*) as failures_with_cause
from raw.runs
where occurred_at >= $start and occurred_at < $end and status in ('failed', 'timeout') and error_code <> ''

-- name: cause_rate
select count_if(error_code <> '') / count(*) as cause_rate
from raw.runs
where occurred_at >= $start and occurred_at < $end and status in ('failed', 'timeout')

-- name: active_tenants
select count(*) filter (where tenant_id <> '') as active_tenants
from (
    select tenant_id from raw.runs where occurred_at >= $start and occurred_at < $end group by tenant_id
)

-- name: workflows_run
select count(*) filter (where workflow_id <> '') as workflows_run
from (
    select workflow_id from raw.runs where occurred_at >= $start and occurred_at < $end group by workflow_id
)

-- name: run_users
select count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) as run_users
from (
    select tenant_id, user_id
    from raw.runs
    where occurred_at >= $start and occurred_at < $end and user_id <> ''
    group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: touched
select count(*) as touched
from raw.runs
where occurred_at >= $start and occurred_at < $end and attributes.human_intervention::varchar = 'true'

-- name: intervention_rate
select count_if(attributes.human_intervention::varchar = 'true') / count(*) as intervention_rate
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: executions_per_hour
select count(*) / (epoch($end::timestamp) - epoch($start::timestamp)) * 3600 as executions_per_hour
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: failed_per_hour
select count(*) / (epoch($end::timestamp) - epoch($start::timestamp)) * 3600 as failed_per_hour
from raw.runs
where occurred_at >= $start and occurred_at < $end and status in ('failed', 'timeout')

-- name: executions_per_tenant
select sum(n) / count(*) filter (where tenant_id <> '') as executions_per_tenant
from (
    select tenant_id, count(*) as n
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id
)

-- name: executions_by_tenant_id
select tenant_id, count(*) as executions
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by tenant_id
order by executions desc nulls last, 1

-- name: failed_by_error_code
select error_code, count_if(status in ('failed', 'timeout')) as failed
from raw.runs
where occurred_at >= $start and occurred_at < $end
group by error_code
order by failed desc nulls last, 1

-- name: executions_by_day
select time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket, sum(n) as executions
from (
    select epoch_us(occurred_at) // 900000000 as q, count(*) as n
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by q
)
group by bucket
order by bucket

-- name: executions_by_hour
select time_bucket(interval '1 hour', make_timestamptz(q * 900000000), $timezone) as bucket, sum(n) as executions
from (
    select epoch_us(occurred_at) // 900000000 as q, count(*) as n
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by q
)
group by bucket
order by bucket

-- name: success_rate_by_hour
select
    time_bucket(interval '1 hour', make_timestamptz(q * 900000000), $timezone) as bucket,
    coalesce(sum(n) filter (where status = 'success'), 0)
    / sum(n) filter (where status in ('success', 'failed', 'timeout')) as success_rate
from (
    select epoch_us(occurred_at) // 900000000 as q, status, count(*) as n
    from raw.runs
    where occurred_at >= $start and occurred_at < $end
    group by all
)
group by bucket
order by bucket

-- name: p95_duration_ms_by_day
with quarters as (
    select q, time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket
    from range(epoch_us($start) // 900000000, epoch_us($end) // 900000000) as steps(q)
)
select bucket, quantile_cont(duration_ms, 0.95) as p95_duration_ms
from raw.runs
join quarters on q = epoch_us(occurred_at) // 900000000
where occurred_at >= $start and occurred_at < $end
group by bucket
order by bucket

-- name: active_tenants_by_day
with quarters as (
    select q, time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket
    from range(epoch_us($start) // 900000000, epoch_us($end) // 900000000) as steps(q)
)
select bucket, count(*) filter (where tenant_id <> '') as active_tenants
from (
    select bucket, tenant_id
    from raw.runs
    join quarters on q = epoch_us(occurred_at) // 900000000
    where occurred_at >= $start and occurred_at < $end
    group by all
)
group by bucket
order by bucket
