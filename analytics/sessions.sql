-- Sessions of visitors: of one person, known or not, within a tenant.
--
-- A sender's own sessions stand: rows of one person with one `session_id` are one session, however long it pauses.
-- Rows without one are cut where more than the gap lies between two of them, and where a row names another campaign
-- than the session's. A row without a campaign changes nothing, and the first one named names the session.
--
-- Of sessions begun from a moment on, rows before it only say which had begun already: they are read by their ids
-- alone, and by whole rows only of people who were just about something at that moment.

-- name: about
-- Who did something just before and just after a moment, and so may have been in a session then.
select
    r.tenant_id,
    coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person
from events_history as r
left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
where
    r.occurred_at >= $begun - to_microseconds($gap_us) and r.occurred_at <= $begun + to_microseconds($gap_us)
    and r.session_id = '' and (r.user_id <> '' or r.anonymous_id <> '')
group by all
having min(r.occurred_at) < $begun and max(r.occurred_at) >= $begun
order by r.tenant_id, person

-- name: sessions
with asked as (select unnest($tenants::varchar[]) as tenant_id, unnest($people::varchar[]) as person),
-- By which names the rows of those asked for can be theirs, so that the others need not be looked up.
asked_names as (
    select tenant_id, person as named from asked
    union
    select i.tenant_id, i.alias
    from identities as i
    semi join asked as a on a.tenant_id = i.tenant_id and a.person = i.person_id
),
-- The rows first and whose they are then, so that few are looked up.
picked as materialized (
    select
        r.tenant_id,
        r.user_id,
        r.anonymous_id,
        r.session_id,
        r.occurred_at,
        r.source,
        r.event_id,
        r."setting.campaign" as campaign
    from events_history as r
    where
        r.occurred_at >= $begun and r.occurred_at < $until and (r.user_id <> '' or r.anonymous_id <> '')
        -- That a sender's session is a visit, and by which campaign, is told by these rows of it alone.
        and (not $counted or r.session_id = '' or r.anonymous_id <> '' or r."setting.campaign" <> '')
        and (
            $anyone
            or (r.tenant_id, r.user_id) in (select tenant_id, named from asked_names)
            or (r.tenant_id, r.anonymous_id) in (select tenant_id, named from asked_names)
        )
),
named as materialized (
    select
        r.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        r.session_id,
        epoch_us(r.occurred_at) as at_us,
        r.source,
        r.event_id,
        r.anonymous_id <> '' as visitor,
        nullif(r.campaign, '') as campaign
    from picked as r
    left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
    left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
),
theirs as not materialized (
    select n.tenant_id, n.person, n.session_id, n.at_us, n.source, n.event_id, n.visitor, n.campaign
    from named as n
    where $anyone or (n.tenant_id, n.person) in (select tenant_id, person from asked)
),
sent as (
    select
        tenant_id,
        person,
        session_id,
        min(at_us) as began_us,
        max(at_us) as ended_us,
        count(*) as events,
        min((at_us, source, event_id, campaign)) filter (where campaign is not null) as first_named
    from theirs
    where session_id <> ''
    group by tenant_id, person, session_id
    having not $visits or bool_or(visitor) or count(campaign) > 0
),
-- Whose session ids had been there before, by the rows' own ids, so that few are looked up.
carried as (
    select distinct r.tenant_id, r.user_id, r.anonymous_id, r.session_id
    from events_history as r
    semi join sent as s on s.session_id = r.session_id
    where $since < $begun and r.occurred_at >= $since and r.occurred_at < $begun
),
under_way as (
    select
        r.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        r.session_id
    from carried as r
    left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
    left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
),
about as (select unnest($about_tenants::varchar[]) as tenant_id, unnest($about_people::varchar[]) as person),
about_names as (
    select tenant_id, person as named from about
    union
    select i.tenant_id, i.alias
    from identities as i
    semi join about as a on a.tenant_id = i.tenant_id and a.person = i.person_id
),
earlier as (
    select
        r.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        epoch_us(r.occurred_at) as at_us,
        r.source,
        r.event_id,
        r.anonymous_id <> '' as visitor,
        nullif(r."setting.campaign", '') as campaign
    from events_history as r
    left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
    left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
    where
        $anyone_about and r.occurred_at >= $since and r.occurred_at < $begun and r.session_id = ''
        and (
            (r.tenant_id, r.user_id) in (select tenant_id, named from about_names)
            or (r.tenant_id, r.anonymous_id) in (select tenant_id, named from about_names)
        )
),
loose as (
    select tenant_id, person, at_us, source, event_id, visitor, campaign from theirs where session_id = ''
    union all
    select e.tenant_id, e.person, e.at_us, e.source, e.event_id, e.visitor, e.campaign
    from earlier as e
    semi join about as o on o.tenant_id = e.tenant_id and o.person = e.person
),
-- Rows of people who are nowhere a visitor hold no visit: to leave them out early is what makes visits cheap.
visiting as (select distinct tenant_id, person from loose where not $visits or visitor or campaign is not null),
paused as (
    select
        l.*,
        coalesce(l.at_us - lag(l.at_us) over so_far > $gap_us, false)::int as pause
    from loose as l
    semi join visiting as v on v.tenant_id = l.tenant_id and v.person = l.person
    window so_far as (partition by l.tenant_id, l.person order by l.at_us, l.source, l.event_id)
),
stretched as (
    select *, sum(pause) over (partition by tenant_id, person order by at_us, source, event_id) as stretch
    from paused
),
changed as (
    select *, coalesce(campaign <> last_value(campaign ignore nulls) over so_far, false)::int as other
    from stretched
    window so_far as (
        partition by tenant_id, person, stretch
        order by at_us, source, event_id
        rows between unbounded preceding and 1 preceding
    )
),
numbered as (
    select *, sum(other) over (partition by tenant_id, person, stretch order by at_us, source, event_id) as part
    from changed
),
found as (
    select s.tenant_id, s.person, s.session_id, s.began_us, s.ended_us, s.events, s.first_named
    from sent as s
    anti join under_way as w on w.tenant_id = s.tenant_id and w.person = s.person and w.session_id = s.session_id
    union all
    select
        tenant_id,
        person,
        '',
        min(at_us),
        max(at_us),
        count(*),
        min((at_us, source, event_id, campaign)) filter (where campaign is not null)
    from numbered
    group by tenant_id, person, stretch, part
    having min(at_us) >= epoch_us($begun) and (not $visits or bool_or(visitor) or count(campaign) > 0)
),
told as (select *, coalesce(first_named[4], '') as campaign from found)
select
    tenant_id,
    person,
    session_id,
    make_timestamp(began_us) as began_at,
    make_timestamp(ended_us) as ended_at,
    events,
    campaign,
    1 as visits,
    1 as visitors
from told
where not $counted
union all
select '', '', '', null, null, null, campaign, count(*), count(distinct (tenant_id, person))
from told
where $counted
group by campaign
order by began_at, tenant_id, person, session_id, ended_at, campaign
