-- Sessions of visitors: of one person, known or not, within a tenant.
--
-- A sender's own sessions stand: rows of one person with one `session_id` are one session, however long it pauses.
-- Rows without one are cut where more than the gap lies between two of them, and where a row names another campaign
-- than the session's. A row without a campaign changes nothing, and the first one named names the session.

-- name: sessions
with named as (
    select
        r.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
        r.session_id,
        epoch_us(r.occurred_at) as at_us,
        r.source,
        r.event_id,
        r.anonymous_id,
        nullif(r."setting.campaign", '') as campaign
    from events_history as r
    left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
    left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
    where
        r.occurred_at >= $since and r.occurred_at < $until and (r.user_id <> '' or r.anonymous_id <> '')
),
-- Chains of rows without a visitor's row hold no visit: to leave them out early is what makes visits cheap.
asked as (
    select distinct tenant_id, person, session_id
    from named
    where
        (not $visits or anonymous_id <> '' or campaign is not null)
        and ($person = '' or (tenant_id = $tenant and person = $person))
),
paused as (
    select
        n.*,
        (n.session_id = '' and coalesce(n.at_us - lag(n.at_us) over so_far > $gap_us, false))::int as pause
    from named as n
    semi join asked as a on a.tenant_id = n.tenant_id and a.person = n.person and a.session_id = n.session_id
    window so_far as (
        partition by n.tenant_id, n.person, n.session_id order by n.at_us, n.source, n.event_id
    )
),
stretched as (
    select
        *,
        sum(pause) over (
            partition by tenant_id, person, session_id order by at_us, source, event_id
        ) as stretch
    from paused
),
changed as (
    select
        *,
        (session_id = '' and coalesce(campaign <> last_value(campaign ignore nulls) over so_far, false))::int as other
    from stretched
    window so_far as (
        partition by tenant_id, person, session_id, stretch
        order by at_us, source, event_id
        rows between unbounded preceding and 1 preceding
    )
),
numbered as (
    select
        *,
        sum(other) over (
            partition by tenant_id, person, session_id, stretch order by at_us, source, event_id
        ) as part
    from changed
)
select
    tenant_id,
    person,
    session_id,
    make_timestamp(min(at_us)) as began_at,
    make_timestamp(max(at_us)) as ended_at,
    count(*) as events,
    coalesce(min_by(campaign, (at_us, source, event_id)), '') as campaign
from numbered
group by tenant_id, person, session_id, stretch, part
having not $visits or bool_or(anonymous_id <> '') or count(campaign) > 0
order by began_at, tenant_id, person, session_id, ended_at, campaign
