-- Messages that counters tell of, by quarters of an hour in UTC: no local day begins within one.

-- name: quarters
-- What counters rose by, at the later sample; one that fell began anew, and a delta is a rise by itself. Beside it the
-- messages of the same tenants that events tell of; both from a day before on, so that the first day is a whole one.
with sampled as (
    select
        tenant_id,
        occurred_at,
        value,
        coalesce("attributes.temporality" = 'delta', false) as is_rise,
        case when lag(occurred_at) over of_series >= occurred_at - interval 31 day then lag(value) over of_series end
            as before
    from metrics_history
    where
        name in $counters
        and kind = 'counter'
        and tenant_id <> ''
        and value is not null
        and occurred_at >= $first::timestamp - interval 32 day
        and occurred_at < $last
    window of_series as (partition by tenant_id, source, name, series order by occurred_at)
),
risen as (
    select
        tenant_id,
        time_bucket(interval 15 minute, occurred_at) as quarter,
        max(occurred_at) as last_at,
        sum(
            round(
                case
                    when is_rise then value
                    when before is null then 0
                    when value >= before then value - before
                    else value
                end
            )::hugeint
        )::bigint as messages
    from sampled
    where occurred_at >= $first::timestamp - interval 1 day
    group by tenant_id, quarter
),
told as (
    select e.tenant_id, time_bucket(interval 15 minute, e.occurred_at) as quarter, count(*) as told
    from events_history as e
    semi join risen as r on r.tenant_id = e.tenant_id
    where
        e.event_type in $messages
        and e.occurred_at >= $first::timestamp - interval 1 day
        and e.occurred_at < $last
    group by e.tenant_id, quarter
)
select
    tenant_id,
    quarter,
    coalesce(r.last_at, quarter) as last_at,
    coalesce(r.messages, 0) as risen,
    coalesce(t.told, 0) as told
from risen as r
full join told as t using (tenant_id, quarter)
order by tenant_id, quarter
