-- Who is active: people with an event, a day, and within so many days up to it.

-- name: rolling
-- The days on which people were there, as bits: a word has bits of 32 days of its own, above those of the 29 days
-- before them, so that every week and month up to one of its days lies within it. Who was there on the same days
-- is counted together. A row a day of the calendar, or as many as its word has such groups where a word begins.
with each_day as (
    select bucket, ((dense_rank() over (order by bucket)) - 1)::integer as day
    from (select distinct bucket from calendar)
),
days as (
    select c.q, d.day // 32 as word, 1::ubigint << (d.day % 32) as seen
    from calendar as c
    join each_day as d on d.bucket = c.bucket
),
named as (
    select e.tenant_id, e.user_id, e.anonymous_id, d.word, bit_or(d.seen) as seen
    from events_history as e
    join days as d on d.q = epoch_us(e.occurred_at) // $calendar_us
    where e.occurred_at >= $window_start and e.occurred_at < $window_end and (
        e.user_id <> '' or (e.anonymous_id <> '' and not $signed_in)
    )
    group by all
),
known as (
    select
        n.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(n.user_id, ''), n.anonymous_id) as person,
        n.word,
        n.seen
    from named as n
    left join identities as u on u.tenant_id = n.tenant_id and u.alias = n.user_id
    left join identities as a on a.tenant_id = n.tenant_id and a.alias = n.anonymous_id
),
in_words as (
    select tenant_id, person, word, bit_or(seen) as seen
    from (
        select tenant_id, person, word, seen << 29 as seen from known
        union all
        select tenant_id, person, word + 1 as word, seen >> 3 as seen from known where seen >> 3 <> 0
    )
    group by tenant_id, person, word
),
counted as (
    select word, seen, count(*) as people from in_words group by word, seen
)
select d.bucket, coalesce(c.seen, 0)::ubigint as seen, coalesce(c.people, 0)::bigint as people
from each_day as d
left join counted as c on c.word * 32 = d.day
order by d.bucket

-- name: signups
-- Signups a day.
select c.bucket, count(e.occurred_at) as signups
from calendar as c
left join (
    select occurred_at, epoch_us(occurred_at) // $calendar_us as q
    from events_history
    where occurred_at >= $window_start and occurred_at < $window_end and event_type in $signups
) as e on e.q = c.q
group by c.bucket
order by c.bucket

-- name: by_plan
-- A person's own plan is that of their newest subscription, where it has not ended; else their tenant's counts:
-- that of its newest change, or what the tenant itself says where it has no subscription.
with named as (
    select distinct tenant_id, user_id, anonymous_id
    from events
    where user_id <> '' or anonymous_id <> ''
),
seen as (
    select distinct
        n.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(n.user_id, ''), n.anonymous_id) as person
    from named as n
    left join identities as u on u.tenant_id = n.tenant_id and u.alias = n.user_id
    left join identities as a on a.tenant_id = n.tenant_id and a.alias = n.anonymous_id
),
changes as (
    select
        s.tenant_id,
        case when s.user_id = '' then '' else coalesce(i.person_id, s.user_id) end as person,
        s."plan" as held,
        s.user_id = '' or s.status in $live as holds,
        s.occurred_at,
        s.change_id
    from subscriptions as s
    left join identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id
    where s.occurred_at < $window_end
),
held as (
    select tenant_id, person, held, holds
    from changes
    qualify row_number() over (partition by tenant_id, person order by occurred_at desc, change_id desc) = 1
)
select
    coalesce(own.held, tenants_own.held, t."plan", '') as plan,
    count(*) as users
from seen as s
left join held as own on own.tenant_id = s.tenant_id and own.person = s.person and own.holds
left join held as tenants_own on tenants_own.tenant_id = s.tenant_id and tenants_own.person = ''
left join tenants as t on t.tenant_id = s.tenant_id
group by 1
order by users desc, plan
