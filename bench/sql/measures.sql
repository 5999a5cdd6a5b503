-- Measures as one who knows DuckDB would write each by itself: no scope, no door, no model. A block has the name of
-- its measure; `_by_day` and `_by_hour` are the same over local time. Times in and out are UTC.

-- name: executions
select count(*) as executions from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: failed
select count(*) as failed
from raw.runs
where occurred_at >= $start and occurred_at < $end and status in ('failed', 'timeout')

-- name: success_rate
select sum(n) filter (where status = 'success') / sum(n) filter (where status <> 'cancelled') as success_rate
from (
    select status, count(*) as n from raw.runs where occurred_at >= $start and occurred_at < $end group by status
)

-- name: slow_executions
select count(*) as slow_executions
from raw.runs
where occurred_at >= $start and occurred_at < $end and duration_ms > 5000

-- name: avg_duration_ms
select avg(duration_ms) as avg_duration_ms from raw.runs where occurred_at >= $start and occurred_at < $end

-- name: p95_duration_ms
select quantile_cont(duration_ms, 0.95) as p95_duration_ms
from raw.runs
where occurred_at >= $start and occurred_at < $end

-- name: active_tenants
select count(*) as active_tenants
from (select 1 from raw.runs where occurred_at >= $start and occurred_at < $end group by tenant_id)

-- name: run_users
select count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) as run_users
from (
    select tenant_id, user_id from raw.runs where occurred_at >= $start and occurred_at < $end group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: active_users
select count(distinct (s.tenant_id, coalesce(u.person_id, a.person_id, nullif(s.user_id, ''), s.anonymous_id)))
    as active_users
from (
    select tenant_id, user_id, anonymous_id
    from raw.events
    where occurred_at >= $start and occurred_at < $end
    group by all
) as s
left join raw.identities as u on u.tenant_id = s.tenant_id and u.alias = s.user_id
left join raw.identities as a on a.tenant_id = s.tenant_id and a.alias = s.anonymous_id

-- name: sessions
select count(*) as sessions
from (
    select 1
    from raw.events
    where occurred_at >= $start and occurred_at < $end and session_id <> ''
    group by tenant_id, session_id
)

-- name: ai_queries
select count(*) as ai_queries
from (
    select 1
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_error_rate
select count_if(status not in ('success', 'ok', '')) / count(*) as ai_error_rate
from (
    select max_by(status, (occurred_at, call_id)) as status
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: p95_ai_response_ms
select quantile_cont(duration_ms, 0.95) as p95_ai_response_ms
from (
    select
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000 as duration_ms
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_cost_usd
select sum(cost_usd) as ai_cost_usd from raw.llm_calls where occurred_at >= $start and occurred_at < $end

-- name: error_line_rate
select
    sum(n) filter (
        where lower(level) in ('error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe')
    ) / sum(n) as error_line_rate
from (
    select level, count(*) as n from raw.logs where occurred_at >= $start and occurred_at < $end group by level
)

-- name: request_error_rate
select count_if(http_status >= 500 or (http_status is null and status = 'error')) / count(*) as request_error_rate
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: p95_request_ms
select quantile_cont(duration_ms, 0.95) as p95_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: traces
select count(distinct trace_id) as traces from raw.spans where occurred_at >= $start and occurred_at < $end

-- name: exception_users
select count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) as exception_users
from (
    select tenant_id, user_id from raw.errors where occurred_at >= $start and occurred_at < $end group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: infrastructure_cost_usd
select sum(amount_usd) as infrastructure_cost_usd from raw.costs where occurred_at >= $start and occurred_at < $end

-- name: avg_value
select avg(value) as avg_value from raw.metrics where occurred_at >= $start and occurred_at < $end

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
    sum(n) filter (where status = 'success') / sum(n) filter (where status <> 'cancelled') as success_rate
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
select bucket, count(*) as active_tenants
from (
    select bucket, tenant_id
    from raw.runs
    join quarters on q = epoch_us(occurred_at) // 900000000
    where occurred_at >= $start and occurred_at < $end
    group by all
)
group by bucket
order by bucket

-- name: ai_cost_usd_by_day
select time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket, sum(usd) as ai_cost_usd
from (
    select epoch_us(occurred_at) // 900000000 as q, sum(cost_usd) as usd
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by q
)
group by bucket
order by bucket

-- name: events_by_property
select attributes.browser::varchar as "attributes.browser", count(*) as events
from raw.events
where occurred_at >= $start and occurred_at < $end and attributes.size::double >= 50
group by all
order by events desc
