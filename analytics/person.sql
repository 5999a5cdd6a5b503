-- People one by one. Who the person of a row is, the identities say.

-- name: newest
with done as (
    select tenant_id, user_id, anonymous_id, count(*) as events, max(occurred_at) as last_at
    from events
    where user_id <> '' or anonymous_id <> ''
    group by tenant_id, user_id, anonymous_id
),
named as (
    select
        d.*,
        coalesce(u.person_id, a.person_id, nullif(d.user_id, ''), d.anonymous_id) as person_id
    from done as d
    left join identities as u on u.tenant_id = d.tenant_id and u.alias = d.user_id
    left join identities as a on a.tenant_id = d.tenant_id and a.alias = d.anonymous_id
),
people_seen as (
    select tenant_id, person_id, sum(events)::bigint as events, max(last_at) as last_at
    from named
    group by tenant_id, person_id
    order by last_at desc, tenant_id, person_id
    limit $most
),
theirs as (
    select distinct n.tenant_id, n.person_id, n.user_id, n.anonymous_id
    from named as n
    join people_seen as p on p.tenant_id = n.tenant_id and p.person_id = n.person_id
),
visits as (
    select t.tenant_id, t.person_id, count(distinct nullif(e.session_id, '')) as sessions
    from events as e
    join theirs as t on t.tenant_id = e.tenant_id and t.user_id = e.user_id and t.anonymous_id = e.anonymous_id
    group by t.tenant_id, t.person_id
),
paid as (
    select c.tenant_id, coalesce(i.person_id, c.user_id) as person_id, sum(c.cost_usd) as ai_cost_usd
    from llm_calls as c
    left join identities as i on i.tenant_id = c.tenant_id and i.alias = c.user_id
    where c.user_id <> ''
    group by 1, 2
)
select
    s.tenant_id,
    s.person_id,
    coalesce(nullif(p.name, ''), s.person_id) as person,
    coalesce(nullif(t.name, ''), s.tenant_id) as tenant,
    coalesce(p.role, '') as role,
    s.last_at,
    s.events,
    coalesce(v.sessions, 0) as sessions,
    coalesce(c.ai_cost_usd, 0)::decimal(38, 9) as ai_cost_usd
from people_seen as s
left join visits as v on v.tenant_id = s.tenant_id and v.person_id = s.person_id
left join paid as c on c.tenant_id = s.tenant_id and c.person_id = s.person_id
left join people as p on p.tenant_id = s.tenant_id and p.person_id = s.person_id
left join tenants as t on t.tenant_id = s.tenant_id
order by s.last_at desc, s.tenant_id, s.person_id

-- name: properties
-- What is known of the people of the events until now, those seen last first.
with seen as (
    select
        e.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(e.user_id, ''), e.anonymous_id) as person_id,
        min(e.first_at) as first_at,
        max(e.last_at) as last_at
    from (
        select tenant_id, user_id, anonymous_id, min(occurred_at) as first_at, max(occurred_at) as last_at
        from events_history
        where user_id <> '' or anonymous_id <> ''
        group by tenant_id, user_id, anonymous_id
    ) as e
    left join identities as u on u.tenant_id = e.tenant_id and u.alias = e.user_id
    left join identities as a on a.tenant_id = e.tenant_id and a.alias = e.anonymous_id
    group by 1, 2
    order by last_at desc, 1, 2
    limit $most
),
own as (
    select s.tenant_id, coalesce(i.person_id, s.user_id) as person_id, s."plan" as held
    from subscriptions as s
    left join identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id
    where s.user_id <> '' and s.occurred_at < $window_end
    qualify row_number() over (
        partition by s.tenant_id, coalesce(i.person_id, s.user_id) order by s.occurred_at desc, s.change_id desc
    ) = 1
),
known_as as (
    select tenant_id, person_id, string_agg(alias, ', ' order by alias) as aliases
    from identities
    where alias <> person_id
    group by tenant_id, person_id
)
select
    s.tenant_id,
    coalesce(p.name, '') as name,
    s.person_id,
    coalesce(p.email, '') as email,
    coalesce(p.role, '') as role,
    coalesce(nullif(t.name, ''), s.tenant_id) as tenant,
    coalesce(t."plan", '') as tenant_plan,
    coalesce(o.held, '') as own_plan,
    p.created_at,
    s.first_at,
    s.last_at,
    coalesce(k.aliases, '') as aliases,
    coalesce(cast(cast(p.attributes as json) as varchar), '{}') as attributes
from seen as s
left join people as p on p.tenant_id = s.tenant_id and p.person_id = s.person_id
left join tenants as t on t.tenant_id = s.tenant_id
left join own as o on o.tenant_id = s.tenant_id and o.person_id = s.person_id
left join known_as as k on k.tenant_id = s.tenant_id and k.person_id = s.person_id
order by s.last_at desc, s.tenant_id, s.person_id

-- name: sessions
with kinds as (
    select
        tenant_id,
        session_id,
        event_type,
        count(*) as events,
        min(occurred_at) as began_at,
        max(occurred_at) as ended_at
    from events
    where session_id <> ''
    group by tenant_id, session_id, event_type
),
grouped as (
    select
        tenant_id,
        session_id,
        min(began_at) as began_at,
        (epoch_us(max(ended_at)) - epoch_us(min(began_at))) / 1000 as lasted_ms,
        sum(events)::bigint as events,
        string_agg(
            replace(event_type, '_', ' ') || case when events > 1 then ' x ' || events else '' end,
            ', ' order by events desc, event_type
        ) as what
    from kinds
    group by tenant_id, session_id
    order by began_at desc, session_id
    limit $most
)
select
    g.began_at,
    g.lasted_ms,
    g.events,
    g.what,
    coalesce(nullif(t.name, ''), g.tenant_id) as tenant,
    g.session_id
from grouped as g
left join tenants as t on t.tenant_id = g.tenant_id
order by g.began_at desc, g.session_id

-- name: events
with chosen as (
    select occurred_at, event_id, event_type, entity_id, session_id, tenant_id
    from events
    order by occurred_at desc, event_id
    limit $most
)
select
    c.occurred_at as happened_at,
    c.event_type,
    c.entity_id,
    c.session_id,
    coalesce(nullif(t.name, ''), c.tenant_id) as tenant
from chosen as c
left join tenants as t on t.tenant_id = c.tenant_id
order by c.occurred_at desc, c.event_id

-- name: errors
with told as (
    select
        occurred_at,
        error_id as id,
        tenant_id,
        type,
        message,
        coalesce(nullif(endpoint, ''), service) as place
    from errors
    union all
    select
        occurred_at,
        run_id as id,
        tenant_id,
        error_code as type,
        error_message as message,
        workflow_name as place
    from runs
    where status in ('failed', 'timeout')
),
chosen as (
    select * from told order by occurred_at desc, id limit $most
)
select
    c.occurred_at as happened_at,
    c.type,
    c.message,
    c.place,
    coalesce(nullif(t.name, ''), c.tenant_id) as tenant
from chosen as c
left join tenants as t on t.tenant_id = c.tenant_id
order by c.occurred_at desc, c.id

-- name: called
select tenant_id, person_id, coalesce(nullif(name, ''), nullif(email, ''), person_id) as person
from people
order by tenant_id, person_id
limit $most
