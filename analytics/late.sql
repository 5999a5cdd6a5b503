-- Late payments: since when a tenant's payment is late.

-- name: late
-- Per tenant that pays and is late: when the first of those changes came since which its subscription is nothing else.
with changes as (
    select
        tenant_id, subscription_id, status, mrr_usd, occurred_at, change_id,
        max((occurred_at, change_id)) filter (where status not in $late) over (
            partition by tenant_id, subscription_id
        ) as last_well
    from subscriptions
    where occurred_at < $until and tenant_id <> ''
),
late as (
    select tenant_id, min(occurred_at) as since, max_by(mrr_usd, (occurred_at, change_id)) as mrr_usd
    from changes
    where last_well is null or (occurred_at, change_id) > last_well
    group by tenant_id, subscription_id
)
select tenant_id, min(since) as since
from late
where mrr_usd > 0
group by tenant_id
order by tenant_id
