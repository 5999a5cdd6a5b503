-- What tenants bring in and cost, stretch by stretch. Money is split in billionths of a dollar, so that parts are
-- exactly their whole.

-- name: revenue
-- A subscription earns in a stretch what it costs a month, by the part of the month (`lengths`, in microseconds)
-- during which its last change left it so.
with whose as (
    select unnest($tenants::varchar[]) as tenant_id, unnest($whose_terms::bigint[]) as terms
),
stretches as (
    select
        unnest($terms::bigint[]) as terms,
        unnest($months::varchar[]) as month,
        unnest($starts::timestamp[]) as starts_at,
        unnest($ends::timestamp[]) as ends_at,
        unnest($lengths::bigint[]) as length_us
),
states as (
    select
        tenant_id,
        occurred_at as since,
        coalesce(
            lead(occurred_at) over (partition by tenant_id, subscription_id order by occurred_at, change_id),
            $until::timestamp
        ) as until,
        case
            when status in $paying and mrr_usd > 0
                then (mrr_usd::decimal(28, 9) * 1000000000::decimal(10, 0))::hugeint
            else 0::hugeint
        end as billionths
    from subscriptions
    where occurred_at < $until and tenant_id <> ''
),
parts as (
    select
        s.tenant_id,
        p.month,
        p.starts_at,
        p.length_us,
        sum(
            s.billionths
            * (epoch_us(least(s.until, p.ends_at, $until::timestamp)) - epoch_us(greatest(s.since, p.starts_at)))
        ) as earned
    from states as s
    left join whose as w on w.tenant_id = s.tenant_id
    join stretches as p on p.terms = coalesce(w.terms, 0) and s.since < p.ends_at and s.until > p.starts_at
    where s.billionths > 0 and p.starts_at < $until
    group by s.tenant_id, p.month, p.starts_at, p.length_us
)
select
    tenant_id,
    month,
    sum((earned + length_us // 2) // length_us)::decimal(29, 0) * 0.000000001::decimal(9, 9) as revenue_usd
from parts
group by tenant_id, month
order by tenant_id, month

-- name: costs
-- A line that names a tenant is that tenant's. All others are split, each by the execution times of its calendar
-- month (UTC); where nothing ran, and for what ran without a tenant, the part is no tenant's.
with whose as (
    select unnest($tenants::varchar[]) as tenant_id, unnest($whose_terms::bigint[]) as terms
),
stretches as (
    select
        unnest($terms::bigint[]) as terms,
        unnest($months::varchar[]) as month,
        unnest($starts::timestamp[]) as starts_at,
        unnest($ends::timestamp[]) as ends_at
),
lines as (
    select
        tenant_id,
        date_trunc('month', occurred_at) as of_month,
        time_bucket(interval 15 minute, occurred_at) as moment,
        sum((amount_usd::decimal(28, 9) * 1000000000::decimal(10, 0))::hugeint) as billionths
    from costs_history
    where occurred_at >= $first and occurred_at < $last and category not in $elsewhere and amount_usd is not null
    group by tenant_id, of_month, moment
),
times as (
    select
        tenant_id,
        date_trunc('month', occurred_at) as of_month,
        sum(greatest(round(duration_ms * 1000)::hugeint, 0)) as spent_us
    from runs_history
    where occurred_at >= $weights_first and occurred_at < $weights_last
    group by tenant_id, of_month
    having spent_us > 0
),
running as (
    select
        tenant_id,
        of_month,
        spent_us,
        sum(spent_us) over (partition by of_month order by tenant_id rows unbounded preceding) as upto,
        sum(spent_us) over (partition by of_month) as total
    from times
),
split as (
    select
        coalesce(r.tenant_id, '') as tenant_id,
        l.moment,
        case
            when r.total is null then l.billionths
            else l.billionths * r.upto // r.total - l.billionths * (r.upto - r.spent_us) // r.total
        end as shared,
        0::hugeint as own
    from lines as l
    left join running as r on r.of_month = l.of_month
    where l.tenant_id = ''
    union all
    select tenant_id, moment, 0, billionths from lines where tenant_id <> ''
)
select
    s.tenant_id,
    p.month,
    sum(s.shared)::decimal(29, 0) * 0.000000001::decimal(9, 9) as shared_usd,
    sum(s.own)::decimal(29, 0) * 0.000000001::decimal(9, 9) as own_usd
from split as s
left join whose as w on w.tenant_id = s.tenant_id
join stretches as p on p.terms = coalesce(w.terms, 0) and s.moment >= p.starts_at and s.moment < p.ends_at
group by s.tenant_id, p.month
order by s.tenant_id, p.month

-- name: calls
select tenant_id, coalesce(sum(cost_usd), 0)::decimal(38, 9) as ai_cost_usd
from llm_calls
group by tenant_id

-- name: times
select tenant_id, coalesce(sum(round(duration_ms * 1000)::hugeint), 0)::double as spent_us
from runs
group by tenant_id
