-- MRR at moments, and what became of it between them. What a subscription pays is what its last change leaves it
-- at: `mrr_usd` where its status is a paying one, else nothing. A tenant pays the sum of its subscriptions.

-- name: moved
-- Per stretch and key: how many tenants moved in which way, and what they paid before and after.
with stretches as (
    select unnest($begins) as begins, unnest($ends) as ends
),
months as (
    -- Looking up the month of each tenant takes ten times as long as all else.
    select month
    from (select unnest($months) as month)
    where $by = 'cohort'
),
states as (
    -- `until`: when the next change of the subscription takes its place.
    select
        tenant_id,
        occurred_at,
        plan,
        status in $late as is_late,
        case when status in $paying and mrr_usd > 0 then mrr_usd else 0::decimal(18, 9) end as paid_usd,
        lead(occurred_at, 1, timestamp 'infinity') over (
            partition by tenant_id, subscription_id order by occurred_at, change_id
        ) as until
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
),
by_tenant as (
    select
        s.begins,
        c.tenant_id,
        min(c.occurred_at) as first_at,
        coalesce(bool_or(c.paid_usd > 0) filter (where c.occurred_at < s.begins), false) as ever_paid,
        coalesce(sum(c.paid_usd) filter (where c.occurred_at < s.begins and c.until >= s.begins), 0) as old_usd,
        sum(c.paid_usd) filter (where c.until >= s.ends) as new_usd,
        coalesce(sum(c.paid_usd) filter (where c.until >= s.ends and c.is_late), 0) as past_due_usd,
        max_by(c.plan, (c.paid_usd, c.plan))
        filter (where $by = 'plan' and c.occurred_at < s.begins and c.until >= s.begins) as old_plan,
        max_by(c.plan, (c.paid_usd, c.plan)) filter (where $by = 'plan' and c.until >= s.ends) as new_plan
    from states as c
    join stretches as s on c.occurred_at < s.ends
    group by s.begins, c.tenant_id
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
