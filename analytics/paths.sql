-- What people do one after the other, from an event or up to one, in sittings that end where nothing happens for longer
-- than the gap. The same event several times in a row is one. Each sitting counts once, from its first such event on.

-- name: links
with named as (
    select
        r.tenant_id,
        coalesce(alias_u.person_id, alias_a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        epoch_us(r.occurred_at) as at_us,
        r.event_type as name,
        coalesce("mark.anchor", false) as anchor,
        r.source,
        r.event_id
    from events as r
    left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id
    left join identities as alias_a on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id
    where "mark.shown" and r.event_type <> '' and (r.user_id <> '' or r.anonymous_id <> '')
),
paused as (
    select
        *,
        coalesce(at_us - lag(at_us) over so_far > $gap_us, true)::int as begins
    from named
    window so_far as (partition by tenant_id, person order by at_us, source, event_id)
),
sittings as (
    select
        *,
        sum(begins) over (partition by tenant_id, person order by at_us, source, event_id) as sitting
    from paused
),
compared as (
    select
        *,
        name is not distinct from lag(name) over so_far and anchor is not distinct from lag(anchor) over so_far as again
    from sittings
    window so_far as (partition by tenant_id, person, sitting order by at_us, source, event_id)
),
numbered as (
    select
        tenant_id,
        person,
        sitting,
        name,
        anchor,
        row_number() over (partition by tenant_id, person, sitting order by at_us, source, event_id) as n
    from compared
    where not again
),
anchored as (
    select tenant_id, person, sitting, case when $last then max(n) else min(n) end as n
    from numbered
    where anchor
    group by tenant_id, person, sitting
),
walked as (
    select
        r.tenant_id,
        r.person,
        r.sitting,
        r.name,
        (case when $forward then r.n - a.n else a.n - r.n end)::bigint as step
    from numbered as r
    join anchored as a on a.tenant_id = r.tenant_id and a.person = r.person and a.sitting = r.sitting
    where case when $forward then r.n - a.n else a.n - r.n end between 0 and $steps - 1
),
ranked as (
    select step, name, row_number() over (partition by step order by count(*) desc, name) as place
    from walked
    group by step, name
),
labelled as (
    select
        w.tenant_id,
        w.person,
        w.step,
        case when k.place <= $most then w.name else $other end as name,
        lead(case when k.place <= $most then w.name else $other end) over (
            partition by w.tenant_id, w.person, w.sitting order by w.step
        ) as following
    from walked as w
    join ranked as k on k.step = w.step and k.name = w.name
)
select
    step,
    name,
    coalesce(following, $left) as following,
    case when $by_person then tenant_id else '' end as tenant_id,
    case when $by_person then person else '' end as unit,
    count(*) as sittings
from labelled
where step < $steps - 1 and (
    not $by_person or (step = $at_step and name = $at_name and coalesce(following, $left) = $at_following)
)
group by all
order by step, sittings desc, name, following, tenant_id, unit
