-- A feature is a kind of event that people do who are signed in, or a tool that the AI calls for them. A person is within a
-- tenant and known by all its aliases; a newcomer's first such event lies in the window, five weeks or more before its end.

-- name: features
with named as (
    select
        r.tenant_id,
        coalesce(alias_u.person_id, alias_a.person_id, r.user_id) as person,
        r.event_type as feature,
        epoch_us(r.occurred_at) as at_us
    from events_history as r
    left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
    left join identities as alias_a on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id
    where r.occurred_at < $window_end and r.user_id <> ''
),
joined as (
    select tenant_id, person, min(at_us) as joined_us
    from named
    group by tenant_id, person
    having min(at_us) >= epoch_us($window_start) and min(at_us) <= epoch_us($window_end) - 35 * $day_us
),
newcomers as (
    select
        j.tenant_id,
        j.person,
        any_value(j.joined_us) as joined_us,
        bool_or(n.at_us - j.joined_us >= 28 * $day_us and n.at_us - j.joined_us < 35 * $day_us) as retained
    from joined as j
    join named as n on n.tenant_id = j.tenant_id and n.person = j.person
    group by j.tenant_id, j.person
),
tried as (
    select distinct n.feature, j.tenant_id, j.person, j.retained
    from newcomers as j
    join named as n on n.tenant_id = j.tenant_id and n.person = j.person
    where n.at_us - j.joined_us < 7 * $day_us
),
week as (
    select feature, count(*) as tried, count(*) filter (where retained) as tried_retained
    from tried
    group by feature
),
used as (
    select feature, count(distinct (tenant_id, person)) as users, count(*) as times
    from named
    where at_us >= epoch_us($window_start) and feature <> ''
    group by feature
)
select
    u.feature,
    u.users,
    u.times,
    (
        select count(distinct (tenant_id, person)) from named where at_us >= epoch_us($window_start)
    ) as active,
    coalesce(w.tried, 0) as tried,
    coalesce(w.tried_retained, 0) as tried_retained,
    (select count(*) from newcomers) as newcomers,
    (select count(*) from newcomers where retained) as newcomers_retained
from used as u
left join week as w on w.feature = u.feature
order by u.users desc, u.feature

-- name: feature_people
with named as (
    select
        r.tenant_id,
        coalesce(alias_u.person_id, alias_a.person_id, r.user_id) as person,
        r.event_type as feature,
        epoch_us(r.occurred_at) as at_us
    from events_history as r
    left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
    left join identities as alias_a on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id
    where r.occurred_at < $window_end and r.user_id <> ''
),
whole as (
    select
        tenant_id,
        person,
        min(at_us) as joined_us,
        bool_or(feature = $feature and at_us >= epoch_us($window_start)) as used
    from named
    group by tenant_id, person
),
newcomers as (
    select
        w.tenant_id,
        w.person,
        bool_or(n.feature = $feature and n.at_us - w.joined_us < 7 * $day_us) as tried,
        bool_or(n.at_us - w.joined_us >= 28 * $day_us and n.at_us - w.joined_us < 35 * $day_us) as stayed
    from whole as w
    join named as n on n.tenant_id = w.tenant_id and n.person = w.person
    where w.joined_us >= epoch_us($window_start) and w.joined_us <= epoch_us($window_end) - 35 * $day_us
    group by w.tenant_id, w.person
)
select tenant_id, person as unit, false as stayed
from whole
where $part = 'used' and used
union all
select tenant_id, person as unit, stayed
from newcomers
where $part = case when tried then 'with' else 'without' end

-- name: known_events
with named as (
    select
        r.tenant_id,
        coalesce(alias_u.person_id, alias_a.person_id, r.user_id) as person,
        r.event_type as feature,
        r.occurred_at
    from events_history as r
    left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
    left join identities as alias_a on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id
    where r.occurred_at < $window_end and r.user_id <> ''
)
select
    feature,
    count(distinct case when occurred_at >= $window_start then (tenant_id, person) end) as users,
    max(occurred_at) as last_used_at,
    (select count(distinct (tenant_id, person)) from named where occurred_at >= $window_start) as active
from named
where feature <> ''
group by feature

-- name: known_tools
select
    r.tool as feature,
    count(distinct case when r.occurred_at >= $window_start then (r.tenant_id, coalesce(alias_u.person_id, r.user_id)) end)
    as users,
    count(*) filter (where r.occurred_at >= $window_start) as calls,
    max(r.occurred_at) as last_used_at
from llm_calls_history as r
left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
where r.occurred_at < $window_end and r.tool <> ''
group by r.tool
