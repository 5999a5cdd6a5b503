-- What is to be renewed after the window's end.

-- name: renewals
-- Per tenant: the next renewal of a subscription that pays, within so many days, and what renews then.
with held as (
    select
        tenant_id,
        subscription_id,
        max_by((status, mrr_usd, "plan", renews_at, "interval", user_id = ''), (occurred_at, change_id)) as last
    from subscriptions
    where tenant_id <> '' and occurred_at < $window_end
    group by tenant_id, subscription_id
),
due as (
    select
        tenant_id,
        last[2] as paid_usd,
        last[3] as held_plan,
        last[4] as renews_at,
        last[5] as term,
        last[6] as of_tenant
    from held
    where
        last[1] in $paying and last[2] > 0
        and last[4] >= $window_end and epoch_us(last[4]) < epoch_us($window_end) + $within_us
)
select
    tenant_id,
    min(renews_at) as renews_at,
    sum(paid_usd)::decimal(38, 9) as mrr_usd,
    max_by(held_plan, (of_tenant, paid_usd, held_plan)) as held_plan,
    max_by(term, (of_tenant, paid_usd, term)) as term
from due
group by tenant_id
order by renews_at, tenant_id
