-- MRR at moments, and what became of it between them. What a subscription pays is what its last change leaves it
-- at: `mrr_usd` where its status is a paying one, else nothing. A tenant pays the sum of its subscriptions.

-- name: moved
-- Per stretch and key: how many tenants moved in which way, and what they paid before and after.
with stretches as (
    select unnest($begins) as begins, unnest($ends) as ends
),
months as (
    select unnest($months) as month
),
states as (
    select
        tenant_id,
        subscription_id,
        occurred_at,
        change_id,
        plan,
        status in $late as is_late,
        case when status in $paying and mrr_usd > 0 then mrr_usd else 0::decimal(18, 9) end as paid_usd
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
),
ends as (
    select
        s.begins,
        c.tenant_id,
        c.subscription_id,
        min(c.occurred_at) as first_at,
        coalesce(bool_or(c.paid_usd > 0) filter (where c.occurred_at < s.begins), false) as ever_paid,
        max_by((c.paid_usd, c.plan), (c.occurred_at, c.change_id)) filter (where c.occurred_at < s.begins) as old,
        max_by((c.paid_usd, c.plan, c.is_late), (c.occurred_at, c.change_id)) as new
    from states as c
    join stretches as s on c.occurred_at < s.ends
    group by s.begins, c.tenant_id, c.subscription_id
),
flat as (
    select
        begins,
        tenant_id,
        first_at,
        ever_paid,
        coalesce(old[1], 0::decimal(18, 9)) as old_usd,
        old[2] as old_plan,
        new[1] as new_usd,
        new[2] as new_plan,
        case when new[3] then new[1] else 0::decimal(18, 9) end as past_due_usd
    from ends
),
by_tenant as (
    select
        begins,
        tenant_id,
        min(first_at) as first_at,
        bool_or(ever_paid) as ever_paid,
        sum(old_usd) as old_usd,
        sum(new_usd) as new_usd,
        sum(past_due_usd) as past_due_usd,
        max_by(old_plan, (old_usd, old_plan)) as old_plan,
        max_by(new_plan, (new_usd, new_plan)) as new_plan
    from flat
    group by begins, tenant_id
),
known as (
    -- A moment before all months is what a source writes for one that it does not know.
    select b.*, greatest(coalesce(t.created_at, b.first_at), $months[1]) as since
    from by_tenant as b
    left join tenants as t on t.tenant_id = b.tenant_id and t.created_at >= $months[1]
    where b.old_usd > 0 or b.new_usd > 0
),
named as (
    select
        k.*,
        case
            when k.old_usd = 0 then case when k.ever_paid then 'reactivated' else 'new' end
            when k.new_usd = 0 then 'churned'
            when k.new_usd > k.old_usd then 'expansion'
            when k.new_usd < k.old_usd then 'contraction'
            else 'kept'
        end as movement,
        case $by
            when 'tenant' then k.tenant_id
            when 'plan' then case when k.old_usd > 0 then k.old_plan else k.new_plan end
            when 'cohort' then strftime(m.month, '%Y-%m-%dT%H:%M:%S')
            else ''
        end as key
    from known as k
    asof left join months as m on k.since >= m.month
)
select
    begins,
    key,
    movement,
    count(*) as tenants,
    sum(old_usd) as old_usd,
    sum(new_usd) as new_usd,
    sum(past_due_usd) as past_due_usd
from named
group by begins, key, movement
order by begins, key, movement

-- name: over_time
-- What all pay at the end of each bucket.
with states as (
    select
        tenant_id,
        subscription_id,
        occurred_at,
        change_id,
        case when status in $paying and mrr_usd > 0 then mrr_usd else 0::decimal(18, 9) end as paid_usd
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
),
steps as (
    select
        greatest(occurred_at, $first) as since,
        paid_usd - lag(paid_usd, 1, 0::decimal(18, 9)) over (
            partition by tenant_id, subscription_id order by occurred_at, change_id
        ) as step_usd
    from states
),
buckets as (
    select unnest($buckets) as bucket
),
stepped as (
    select b.bucket, sum(s.step_usd) as step_usd
    from steps as s
    asof join buckets as b on s.since >= b.bucket
    group by b.bucket
)
select
    b.bucket,
    coalesce(sum(coalesce(s.step_usd, 0)) over (order by b.bucket), 0)::decimal(38, 9) as mrr_usd
from buckets as b
left join stepped as s on s.bucket = b.bucket
order by b.bucket
