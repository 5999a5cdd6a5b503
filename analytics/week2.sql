-- Newcomers, what they used in their first seven days, and whether they did anything in the seven after.

-- name: newcomers
-- A row for each newcomer and kind of event of its first seven days. A newcomer's first event of all lies in the window, at
-- least 14 days before what is known ends; who is listed as having joined more than a day before it, came before the rows begin.
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
    select
        n.tenant_id,
        n.person,
        min(n.at_us) as joined_us
    from named as n
    group by n.tenant_id, n.person
),
newcomers as (
    select j.tenant_id, j.person, j.joined_us
    from joined as j
    left join people as p on p.tenant_id = j.tenant_id and p.person_id = j.person
    where
        j.joined_us >= epoch_us($window_start) and j.joined_us <= epoch_us($window_end) - 14 * $day_us
        and (p.created_at is null or epoch_us(p.created_at) >= j.joined_us - $day_us)
),
fates as (
    select
        j.tenant_id,
        j.person,
        any_value(j.joined_us) as joined_us,
        bool_or(n.at_us - j.joined_us >= 7 * $day_us and n.at_us - j.joined_us < 14 * $day_us) as stayed
    from newcomers as j
    join named as n on n.tenant_id = j.tenant_id and n.person = j.person
    group by j.tenant_id, j.person
)
select
    f.tenant_id,
    f.person,
    make_timestamp(any_value(f.joined_us)) as joined_at,
    any_value(f.stayed) as stayed,
    n.feature,
    count(*) as times
from fates as f
join named as n on n.tenant_id = f.tenant_id and n.person = f.person and n.at_us - f.joined_us < 7 * $day_us
group by f.tenant_id, f.person, n.feature
order by f.tenant_id, f.person, n.feature
