-- What a request takes of the machines. Counters begin anew where they fall, so what they rose by is summed; gauges are
-- averaged, series by series, and summed over these. A gauge in per cent is one of one core.

-- name: per_request
with ordered as (
    select
        name,
        tenant_id,
        series,
        occurred_at,
        value,
        lag(value) over (partition by name, tenant_id, series order by occurred_at) as before
    from metrics_history
    where
        occurred_at >= $window_start - interval 1 day
        and occurred_at < $window_end
        and value is not null
        and (
            name in $cpu_counters or name in $cpu_gauges or name in $memory or name in $stored or name in $taken
            or name in $sent
        )
),
samples as (
    select
        c.bucket,
        o.name,
        o.tenant_id,
        o.series,
        o.value,
        case when o.value >= o.before then o.value - o.before else o.value end as risen,
        o.value - o.before as grown,
        o.before is not null as continued
    from ordered as o
    join calendar as c on c.q = epoch_us(o.occurred_at) // $calendar_us
    where o.occurred_at >= $window_start
),
of_series as (
    select
        bucket,
        name,
        avg(value) as mean,
        sum(risen) filter (where continued) as risen,
        sum(grown) filter (where continued) as grown
    from samples
    group by bucket, name, tenant_id, series
),
taken as (
    select
        bucket,
        sum(risen) filter (where name in $cpu_counters) as cpu_seconds,
        sum(mean) filter (where name in $cpu_gauges) / 100 as cores,
        sum(mean) filter (where name in $memory) as memory,
        sum(grown) filter (where name in $stored) as stored,
        sum(risen) filter (where name in $taken) as taken_in,
        sum(risen) filter (where name in $sent) as sent
    from of_series
    group by bucket
),
asked as (
    select c.bucket, count(*) as requests
    from spans as s
    join calendar as c on c.q = epoch_us(s.occurred_at) // $calendar_us
    where s.kind = 'server'
    group by c.bucket
),
buckets as (
    select bucket, coalesce(lead(bucket) over (order by bucket), $window_end) as ends
    from (select distinct bucket from calendar)
),
lengths as (
    select
        bucket,
        (epoch_us(least(ends, $window_end)) - epoch_us(greatest(bucket, $window_start))) / 1000000 as seconds
    from buckets
)
select
    l.bucket,
    coalesce(a.requests, 0)::bigint as requests,
    (coalesce(t.cpu_seconds, t.cores * l.seconds) * 1000 / a.requests)::double as cpu_ms,
    (t.memory * l.seconds / a.requests)::bigint as memory_bytes,
    (t.stored * 1000000000 / nullif(t.taken_in, 0))::bigint as stored_bytes,
    (t.sent / a.requests)::bigint as sent_bytes
from lengths as l
left join asked as a on a.bucket = l.bucket
left join taken as t on t.bucket = l.bucket
order by l.bucket
