-- A tenant's MRR is the sum over its subscriptions of what their last change up to the window's end says, where
-- that change leaves them in a state that pays (`settings.PAYING`). Splitting counts in billionths of a dollar, each part being the difference of
-- two running sums, so that the parts of a tenant are exactly its MRR.

-- name: by_connector
with last_changes as (
    select tenant_id, status, mrr_usd
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
    qualify row_number() over (
        partition by tenant_id, subscription_id order by occurred_at desc, change_id desc
    ) = 1
),
paying as (
    select
        tenant_id,
        sum((mrr_usd::decimal(28, 9) * 1000000000::decimal(10, 0))::hugeint) as billionths
    from last_changes
    where status in $paying and mrr_usd > 0
    group by tenant_id
),
uses as (
    select tenant_id, action_type, count(*) as executions from runs where tenant_id <> '' group by all
),
running as (
    select
        p.tenant_id,
        p.billionths,
        u.action_type,
        coalesce(u.executions, 0) as executions,
        sum(u.executions) over (partition by p.tenant_id order by u.action_type) as upto,
        sum(u.executions) over (partition by p.tenant_id) as total
    from paying as p
    left join uses as u on u.tenant_id = p.tenant_id
),
parts as (
    select
        tenant_id,
        action_type,
        executions,
        case
            when total is null then billionths
            else billionths * upto // total - billionths * (upto - executions) // total
        end as billionths
    from running
),
split as (
    select
        case
            when action_type is null then 'no executions'
            when action_type = '' then 'no connector named'
            else action_type
        end as connector,
        sum(billionths) as billionths,
        count(*) as tenants,
        sum(executions)::bigint as executions
    from parts
    group by action_type
)
select
    connector,
    billionths::decimal(29, 0) * 0.000000001::decimal(9, 9) as mrr_usd,
    (billionths / sum(billionths) over ())::double as share,
    tenants,
    executions
from split
order by billionths desc, connector
