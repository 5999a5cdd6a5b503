-- How long tenants have been customers, and how those that were lost had fared before.

-- name: subscribed
-- Tenants with a subscription: the first plan of their own, and the first change of all.
select
    tenant_id,
    min(occurred_at) as first_at,
    coalesce(arg_min("plan", (occurred_at, change_id)) filter (where user_id = '' and "plan" <> ''), '') as first_plan
from subscriptions
where tenant_id <> '' and occurred_at < $window_end
group by tenant_id
order by tenant_id

-- name: used
-- When each tenant first and last used anything.
select tenant_id, min(occurred_at) as first_used_at, max(occurred_at) as last_used_at
from (
    select tenant_id, occurred_at from events_history
    union all
    select tenant_id, occurred_at from llm_calls_history
    union all
    select tenant_id, occurred_at from runs_history
)
where tenant_id <> '' and occurred_at < $window_end
group by tenant_id
order by tenant_id

-- name: signed_up
select tenant_id, created_at from tenants where created_at < $window_end order by tenant_id

-- name: gone
-- Of tenants that were lost at moments: the reason stated then, what they had paid until then, on which plan, when they
-- last used anything before, and their failures and executions of the four weeks before.
with lost as (
    select unnest($lost::varchar[]) as tenant_id, unnest($moments::timestamp[]) as lost_at
),
told as (
    select
        l.tenant_id,
        l.lost_at,
        s.subscription_id,
        max_by(s.reason, (s.occurred_at, s.change_id)) filter (where s.occurred_at = l.lost_at) as reason,
        max_by(
            (case when s.status in $paying and s.mrr_usd > 0 then s.mrr_usd else 0::decimal(18, 9) end, case when s.user_id = '' then s."plan" else '' end),
            (s.occurred_at, s.change_id)
        ) filter (where s.occurred_at < l.lost_at) as last
    from lost as l
    join subscriptions as s on s.tenant_id = l.tenant_id and s.occurred_at <= l.lost_at
    group by l.tenant_id, l.lost_at, s.subscription_id
),
paid as (
    select
        tenant_id,
        lost_at,
        coalesce(max(reason), '') as reason,
        coalesce(sum(last[1]), 0)::decimal(38, 9) as mrr_usd,
        coalesce(max_by(last[2], (last[1], last[2])), '') as held_plan
    from told
    group by tenant_id, lost_at
),
used as (
    select l.tenant_id, l.lost_at, max(u.occurred_at) as last_used_at
    from lost as l
    join (
        select tenant_id, occurred_at from events_history
        union all
        select tenant_id, occurred_at from llm_calls_history
        union all
        select tenant_id, occurred_at from runs_history
    ) as u on u.tenant_id = l.tenant_id and u.occurred_at < l.lost_at
    group by l.tenant_id, l.lost_at
),
ran as (
    select
        l.tenant_id,
        l.lost_at,
        count(*) as executions,
        count(*) filter (where r.status in ('failed', 'timeout')) as failures
    from lost as l
    join runs_history as r
        on r.tenant_id = l.tenant_id and r.occurred_at < l.lost_at
        and epoch_us(r.occurred_at) >= epoch_us(l.lost_at) - 28 * $day_us
    group by l.tenant_id, l.lost_at
)
select
    p.tenant_id,
    p.lost_at,
    p.reason,
    p.mrr_usd,
    p.held_plan,
    u.last_used_at,
    coalesce(r.executions, 0) as executions,
    coalesce(r.failures, 0) as failures
from paid as p
left join used as u on u.tenant_id = p.tenant_id and u.lost_at = p.lost_at
left join ran as r on r.tenant_id = p.tenant_id and r.lost_at = p.lost_at
order by p.lost_at desc, p.tenant_id

-- name: payers
-- People with a subscription of their own that pays: how many at the start of each stretch, and how many of them pay
-- nothing at its end.
with stretches as (
    select unnest($begins::timestamp[]) as begins, unnest($ends::timestamp[]) as ends
),
held as (
    select
        r.begins,
        s.tenant_id,
        s.user_id,
        s.subscription_id,
        max_by(case when s.status in $paying and s.mrr_usd > 0 then 1 else 0 end, (s.occurred_at, s.change_id))
        filter (where s.occurred_at < r.begins) as paid_before,
        max_by(case when s.status in $paying and s.mrr_usd > 0 then 1 else 0 end, (s.occurred_at, s.change_id)) as paid
    from subscriptions as s
    join stretches as r on s.occurred_at < r.ends
    where s.user_id <> ''
    group by r.begins, s.tenant_id, s.user_id, s.subscription_id
),
persons as (
    select begins, tenant_id, user_id, coalesce(max(paid_before), 0) as paid_before, max(paid) as paid
    from held
    group by begins, tenant_id, user_id
)
select
    begins,
    count(*) filter (where paid_before = 1) as paying,
    count(*) filter (where paid_before = 1 and paid = 0) as lost
from persons
group by begins
order by begins
