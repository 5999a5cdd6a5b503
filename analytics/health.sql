-- What is to be renewed after the window's end.

-- name: renewals
-- Per tenant: the next renewal of its own subscription that pays, within so many days, and what renews then; and in a
-- line of their own the plans that people of it hold.
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
    max_by(held_plan, (paid_usd, held_plan)) as held_plan,
    max_by(term, (paid_usd, term)) as term,
    case
        when of_tenant then 'the customer'
        when count(*) = 1 then 'one of its people'
        else count(*) || ' of its people'
    end as held_by
from due
group by tenant_id, of_tenant
order by renews_at, tenant_id, of_tenant desc
