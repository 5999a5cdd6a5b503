-- When tenants were lost, and whether those without a subscription used anything in a stretch of days.

-- name: ends
-- Each moment at which a tenant's subscriptions, which paid before, all ceased to pay, and each at which none was
-- live any more. What happens at one instant is one change.
with steps as (
    select
        tenant_id,
        occurred_at,
        paid - lag(paid, 1, 0) over in_order as paid_step,
        live - lag(live, 1, 0) over in_order as live_step
    from (
        select
            tenant_id,
            subscription_id,
            occurred_at,
            change_id,
            case when status in $paying and mrr_usd > 0 then 1 else 0 end as paid,
            case when status in $live then 1 else 0 end as live
        from subscriptions
        where tenant_id <> ''
    )
    window in_order as (partition by tenant_id, subscription_id order by occurred_at, change_id)
),
instants as (
    select tenant_id, occurred_at, sum(paid_step) as paid_step, sum(live_step) as live_step
    from steps
    group by tenant_id, occurred_at
),
running as (
    select
        tenant_id,
        occurred_at,
        paid_step,
        live_step,
        sum(paid_step) over so_far as paid,
        sum(live_step) over so_far as live
    from instants
    window so_far as (partition by tenant_id order by occurred_at rows unbounded preceding)
)
select tenant_id, 'paying' as state, occurred_at as ended_at
from running
where paid = 0 and paid_step < 0
union all
select tenant_id, 'free' as state, occurred_at as ended_at
from running
where live = 0 and live_step < 0
order by tenant_id, state, ended_at

-- name: used
-- Which tenants used anything in stretches of `long` days that begin at moments whole days apart, `begin` days after the
-- first.
with begins as (
    select unnest($begins)::bigint as begin, unnest($longs)::bigint as long
),
cells as (
    select distinct tenant_id, (epoch_us(occurred_at) - epoch_us($window_start)) // $day_us as day
    from (
        select tenant_id, occurred_at from events_history where occurred_at >= $window_start
        union all
        select tenant_id, occurred_at from llm_calls_history where occurred_at >= $window_start
        union all
        select tenant_id, occurred_at from runs_history where occurred_at >= $window_start
    )
    where tenant_id <> ''
)
select distinct b.begin, b.long, c.tenant_id
from cells as c
join begins as b on c.day >= b.begin and c.day < b.begin + b.long
order by b.begin, b.long, c.tenant_id

-- name: newest
select max(occurred_at) as newest
from (
    select occurred_at from events_history
    union all
    select occurred_at from llm_calls_history
    union all
    select occurred_at from runs_history
)
