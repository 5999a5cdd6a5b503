-- Who is active: people with an event, a day, and within so many days up to it.

-- name: rolling
-- A person who is active on a day counts in each window of days that holds it: from that day on until the next
-- day of activity, or until the window has passed. So each day adds one where such a stretch begins and takes one
-- where it ends, and the running sums are the exact numbers of different people, without a row a person and window.
with days as (
    select q, (dense_rank() over (order by bucket))::integer as day from calendar
),
named as (
    select e.tenant_id, e.user_id, e.anonymous_id, d.day
    from events_history as e
    join days as d on d.q = epoch_us(e.occurred_at) // $calendar_us
    where e.occurred_at >= $window_start and e.occurred_at < $window_end and (e.user_id <> '' or e.anonymous_id <> '')
    group by all
),
seen as (
    select distinct
        n.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(n.user_id, ''), n.anonymous_id) as person,
        n.day
    from named as n
    left join identities as u on u.tenant_id = n.tenant_id and u.alias = n.user_id
    left join identities as a on a.tenant_id = n.tenant_id and a.alias = n.anonymous_id
),
stretches as (
    select
        day,
        least(coalesce(lead(day) over (partition by tenant_id, person order by day) - day, $month), $month) as gap
    from seen
),
counted as (
    select day, gap, count(*) as people from stretches group by day, gap
),
steps as (
    select day, sum(people) as dau, sum(people) as wau, sum(people) as mau from counted group by day
    union all
    select day + least(gap, $week) as day, 0 as dau, -sum(people) as wau, 0 as mau from counted group by all
    union all
    select day + gap as day, 0 as dau, 0 as wau, -sum(people) as mau from counted group by all
),
summed as (
    select day, sum(dau) as dau, sum(wau) as wau, sum(mau) as mau from steps group by day
),
each_day as (
    select bucket, (dense_rank() over (order by bucket))::integer as day from (select distinct bucket from calendar)
)
select
    d.bucket,
    coalesce(s.dau, 0)::bigint as dau,
    coalesce(sum(s.wau) over (order by d.day), 0)::bigint as wau,
    coalesce(sum(s.mau) over (order by d.day), 0)::bigint as mau
from each_day as d
left join summed as s on s.day = d.day
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
