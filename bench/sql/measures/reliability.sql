-- Log lines, spans and exceptions, each measure by itself. A request is a span of kind 'server'.

-- name: log_lines
select count(*) as log_lines from raw.logs where occurred_at >= $start and occurred_at < $end

-- name: errors
select coalesce(sum(n), 0) as errors
from (
    select level, count(*) as n from raw.logs where occurred_at >= $start and occurred_at < $end group by level
)
where lower(level) in ('error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe')

-- name: warnings
select coalesce(sum(n), 0) as warnings
from (
    select level, count(*) as n from raw.logs where occurred_at >= $start and occurred_at < $end group by level
)
where lower(level) in ('warn', 'warning')

-- name: errors_per_hour
select coalesce(sum(n), 0) / (epoch($end::timestamp) - epoch($start::timestamp)) * 3600 as errors_per_hour
from (
    select level, count(*) as n from raw.logs where occurred_at >= $start and occurred_at < $end group by level
)
where lower(level) in ('error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe')

-- name: error_line_rate
select
    coalesce(
        sum(n) filter (
            where lower(level) in ('error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe')
        ),
        0
    ) / sum(n) as error_line_rate
from (
    select level, count(*) as n from raw.logs where occurred_at >= $start and occurred_at < $end group by level
)

-- name: log_services
select count(*) filter (where service <> '') as log_services
from (
    select service from raw.logs where occurred_at >= $start and occurred_at < $end group by service
)

-- name: spans
select count(*) as spans from raw.spans where occurred_at >= $start and occurred_at < $end

-- name: traces
select count(distinct trace_id) as traces
from raw.spans
where occurred_at >= $start and occurred_at < $end and trace_id <> ''

-- name: requests
select count(*) as requests
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: request_errors
select count(*) as request_errors
from raw.spans
where
    occurred_at >= $start and occurred_at < $end and kind = 'server'
    and (http_status >= 500 or (http_status is null and status = 'error'))

-- name: request_error_rate
select count_if(http_status >= 500 or (http_status is null and status = 'error')) / count(*) as request_error_rate
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: avg_request_ms
select avg(duration_ms) as avg_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: p50_request_ms
select quantile_cont(duration_ms, 0.5) as p50_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: p95_request_ms
select quantile_cont(duration_ms, 0.95) as p95_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: p99_request_ms
select quantile_cont(duration_ms, 0.99) as p99_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end and kind = 'server'

-- name: request_share_by_service
select
    service,
    count_if(kind = 'server') / sum(count_if(kind = 'server')) over () as request_share,
    sum(count_if(kind = 'server')) over () as request_share_of
from raw.spans
where occurred_at >= $start and occurred_at < $end
group by service
order by request_share desc nulls last, 1

-- name: exceptions
select count(*) as exceptions from raw.errors where occurred_at >= $start and occurred_at < $end

-- name: unhandled
select count(*) as unhandled
from raw.errors
where occurred_at >= $start and occurred_at < $end and not handled

-- name: exception_groups
select count(*) filter (where fingerprint <> '') as exception_groups
from (
    select fingerprint from raw.errors where occurred_at >= $start and occurred_at < $end group by fingerprint
)

-- name: exception_users
select count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) as exception_users
from (
    select tenant_id, user_id
    from raw.errors
    where occurred_at >= $start and occurred_at < $end and user_id <> ''
    group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: exception_tenants
select count(*) filter (where tenant_id <> '') as exception_tenants
from (
    select tenant_id from raw.errors where occurred_at >= $start and occurred_at < $end group by tenant_id
)

-- name: requests_per_execution
select
    (select count(*) from raw.spans where occurred_at >= $start and occurred_at < $end and kind = 'server')
    / (select count(*) from raw.runs where occurred_at >= $start and occurred_at < $end) as requests_per_execution

-- name: errors_by_service
select
    service,
    coalesce(
        sum(n) filter (
            where lower(level) in ('error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe')
        ),
        0
    ) as errors
from (
    select service, level, count(*) as n
    from raw.logs
    where occurred_at >= $start and occurred_at < $end
    group by all
)
group by service
order by errors desc nulls last, 1

-- name: p95_request_ms_by_kind
select kind, quantile_cont(duration_ms, 0.95) filter (where kind = 'server') as p95_request_ms
from raw.spans
where occurred_at >= $start and occurred_at < $end
group by kind
order by p95_request_ms desc nulls last, 1
