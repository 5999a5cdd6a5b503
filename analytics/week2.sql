-- Newcomers, what they used in their first seven days, and whether they did anything in the seven after.

-- name: newcomers
-- A row for each newcomer and kind of event of its first seven days. A newcomer's first event of all lies in the window, at
-- least 14 days before what is known ends; who is listed as having joined more than a day before it, came before the rows begin.
with named as not materialized (
    select
        r.tenant_id,
        coalesce(alias_u.person_id, alias_a.person_id, r.user_id) as person,
        r.event_type as feature,
        r.occurred_at
    from events_history as r
    left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
    left join identities as alias_a on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id
    where r.occurred_at < $window_end and r.user_id <> ''
),
joined as (
    select
        tenant_id,
        person,
        min(occurred_at) as joined_at
    from named
    group by tenant_id, person
),
newcomers as (
    select j.tenant_id, j.person, j.joined_at
    from joined as j
    left join people as p on p.tenant_id = j.tenant_id and p.person_id = j.person
    where
        j.joined_at >= $window_start and epoch_us(j.joined_at) <= epoch_us($window_end) - 14 * $day_us
        and (p.created_at is null or epoch_us(p.created_at) >= epoch_us(j.joined_at) - $day_us)
),
-- What newcomers did in both weeks; none of them did anything before the window.
done as (
    select
        j.tenant_id,
        j.person,
        any_value(j.joined_at) as joined_at,
        n.feature,
        count(*) filter (where epoch_us(n.occurred_at) - epoch_us(j.joined_at) < 7 * $day_us) as times,
        bool_or(epoch_us(n.occurred_at) - epoch_us(j.joined_at) >= 7 * $day_us) as later
    from newcomers as j
    join named as n on n.tenant_id = j.tenant_id and n.person = j.person
    where n.occurred_at >= $window_start and epoch_us(n.occurred_at) - epoch_us(j.joined_at) < 14 * $day_us
    group by j.tenant_id, j.person, n.feature
),
told as (
    select *, bool_or(later) over (partition by tenant_id, person) as stayed
    from done
)
select tenant_id, person, joined_at, stayed, feature, times
from told
where times > 0
order by tenant_id, person, feature
