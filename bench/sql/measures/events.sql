-- Events and the people and sessions that they name, each measure by itself.

-- name: events
select count(*) as events from raw.events where occurred_at >= $start and occurred_at < $end

-- name: messages
select count(*) as messages
from raw.events
where occurred_at >= $start and occurred_at < $end and event_type = 'message_ingested'

-- name: signups
select count(*) as signups
from raw.events
where
    occurred_at >= $start and occurred_at < $end
    and lower(regexp_replace(event_type, '[-_. ]', '', 'g'))
    in ('registered', 'signedup', 'signup', 'userregistered', 'usersignedup', 'accountcreated')

-- name: limit_hits
select count(*) as limit_hits
from raw.events
where
    occurred_at >= $start and occurred_at < $end
    and regexp_matches(event_type, '(?i)^(((plan|usage)[-_. ]?)?limit|quota)[-_. ]?(reached|hit|exceeded)$')

-- name: active_users
select count(distinct (s.tenant_id, coalesce(u.person_id, a.person_id, nullif(s.user_id, ''), s.anonymous_id)))
    as active_users
from (
    select tenant_id, user_id, anonymous_id
    from raw.events
    where occurred_at >= $start and occurred_at < $end and (user_id <> '' or anonymous_id <> '')
    group by all
) as s
left join raw.identities as u on u.tenant_id = s.tenant_id and u.alias = s.user_id
left join raw.identities as a on a.tenant_id = s.tenant_id and a.alias = s.anonymous_id

-- name: sessions
select count(*) as sessions
from (
    select 1
    from raw.events
    where occurred_at >= $start and occurred_at < $end and session_id <> ''
    group by tenant_id, session_id
)

-- name: event_tenants
select count(*) filter (where tenant_id <> '') as event_tenants
from (
    select tenant_id from raw.events where occurred_at >= $start and occurred_at < $end group by tenant_id
)

-- name: event_types
select count(*) filter (where event_type <> '') as event_types
from (
    select event_type from raw.events where occurred_at >= $start and occurred_at < $end group by event_type
)

-- name: events_per_hour
select count(*) / (epoch($end::timestamp) - epoch($start::timestamp)) * 3600 as events_per_hour
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: events_per_user
select
    sum(s.n)
    / count(distinct (s.tenant_id, coalesce(u.person_id, a.person_id, nullif(s.user_id, ''), s.anonymous_id)))
        filter (where s.user_id <> '' or s.anonymous_id <> '') as events_per_user
from (
    select tenant_id, user_id, anonymous_id, count(*) as n
    from raw.events
    where occurred_at >= $start and occurred_at < $end
    group by all
) as s
left join raw.identities as u on u.tenant_id = s.tenant_id and u.alias = s.user_id
left join raw.identities as a on a.tenant_id = s.tenant_id and a.alias = s.anonymous_id

-- name: queries_per_user
select asked.n / people.n as queries_per_user
from (
    select count(*) as n
    from (
        select 1
        from raw.llm_calls
        where occurred_at >= $start and occurred_at < $end
        group by tenant_id, if(request_id = '', call_id, request_id)
    )
) as asked,
(
    select
        count(distinct (s.tenant_id, coalesce(u.person_id, a.person_id, nullif(s.user_id, ''), s.anonymous_id))) as n
    from (
        select tenant_id, user_id, anonymous_id
        from raw.events
        where occurred_at >= $start and occurred_at < $end and (user_id <> '' or anonymous_id <> '')
        group by all
    ) as s
    left join raw.identities as u on u.tenant_id = s.tenant_id and u.alias = s.user_id
    left join raw.identities as a on a.tenant_id = s.tenant_id and a.alias = s.anonymous_id
) as people

-- name: events_by_event_type
select event_type, count(*) as events
from raw.events
where occurred_at >= $start and occurred_at < $end
group by event_type
order by events desc nulls last, 1

-- name: events_by_day
select time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket, sum(n) as events
from (
    select epoch_us(occurred_at) // 900000000 as q, count(*) as n
    from raw.events
    where occurred_at >= $start and occurred_at < $end
    group by q
)
group by bucket
order by bucket

-- name: events_by_property
select attributes.browser::varchar as "attributes.browser", count(*) as events
from raw.events
where occurred_at >= $start and occurred_at < $end and attributes.size::double >= 50
group by all
order by events desc nulls last, 1
