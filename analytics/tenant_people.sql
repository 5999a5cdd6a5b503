-- The people of a tenant: when each last did something, and how much.

-- name: people
-- Everybody who is known of by the window's end, who did the most in the last four weeks first.
with acts as (
    select tenant_id, user_id, occurred_at from events_history
    where tenant_id <> '' and user_id <> '' and occurred_at < $window_end
    union all
    select tenant_id, user_id, occurred_at from llm_calls_history
    where tenant_id <> '' and user_id <> '' and occurred_at < $window_end
),
counted as (
    select
        tenant_id,
        user_id,
        max(occurred_at) as last_at,
        count(*) filter (where occurred_at >= $since) as acts,
        count(*) filter (where occurred_at >= $past and occurred_at < $since) as acts_before
    from acts
    group by tenant_id, user_id
),
done as (
    select
        c.tenant_id,
        coalesce(i.person_id, c.user_id) as person_id,
        max(c.last_at) as last_at,
        sum(c.acts)::bigint as acts,
        sum(c.acts_before)::bigint as acts_before
    from counted as c
    left join identities as i on i.tenant_id = c.tenant_id and i.alias = c.user_id
    group by 1, 2
),
known as (
    select tenant_id, person_id, name, role from people
    where tenant_id <> '' and (created_at is null or created_at < $window_end)
)
select
    coalesce(d.tenant_id, p.tenant_id) as tenant_id,
    coalesce(d.person_id, p.person_id) as person_id,
    coalesce(nullif(p.name, ''), d.person_id, p.person_id) as person,
    coalesce(nullif(t.name, ''), d.tenant_id, p.tenant_id) as tenant,
    coalesce(p.role, '') as role,
    d.last_at,
    coalesce(d.acts, 0) as acts,
    coalesce(d.acts_before, 0) as acts_before
from done as d
full join known as p on p.tenant_id = d.tenant_id and p.person_id = d.person_id
left join tenants as t on t.tenant_id = coalesce(d.tenant_id, p.tenant_id)
order by acts desc, last_at desc nulls last, tenant_id, person_id
