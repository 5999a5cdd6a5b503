-- What visitors became, and what campaigns cost. A person is whom `identities` call the row's user or
-- visitor, within a tenant.

-- name: signups
with steps as (
    select
        r.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        min(r.occurred_at) filter (where r.event_type in (select unnest($signup_events))) as signed_up_at,
        max(r.occurred_at) filter (where r.event_type in (select unnest($activation_events))) as activated_at
    from events_history as r
    left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
    left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
    where
        r.event_type in (select unnest($signup_events) union all select unnest($activation_events))
        and (r.user_id <> '' or r.anonymous_id <> '')
    group by all
),
begun as (
    select *, min(signed_up_at) over (partition by tenant_id) as first_at
    from steps
)
select
    tenant_id,
    person,
    signed_up_at,
    coalesce(activated_at >= signed_up_at, false) as activated,
    signed_up_at = first_at and tenant_id <> '' as is_first
from begun
where signed_up_at >= $window_start and signed_up_at < $window_end
order by signed_up_at, tenant_id, person

-- name: costs
select r."setting.campaign" as campaign, sum(r.amount_usd) as cost_usd
from costs as r
where r."setting.campaign" <> '' and r.amount_usd is not null
group by all
order by campaign
