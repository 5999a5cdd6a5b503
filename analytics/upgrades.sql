-- Upgrades: who moved to a larger plan, what came before it, and who had not paid until then.

-- name: upgraded
-- Of a tenant's own subscriptions, and of each person's own, a change to another plan that pays more, or to paying
-- at all; and events that say so. Who comes back after having paid is no upgrade, nor is a tenant that begins with
-- a plan that pays. What happens at one instant is one change.
with named as (
    select
        s.tenant_id,
        case when s.user_id = '' then '' else coalesce(i.person_id, s.user_id) end as person,
        s.subscription_id,
        s.occurred_at,
        s.change_id,
        s."plan" as held,
        case when s.status in $paying and s.mrr_usd > 0 then s.mrr_usd else 0::decimal(18, 9) end as paid_usd
    from subscriptions as s
    left join identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id
),
steps as (
    select
        *,
        paid_usd - lag(paid_usd, 1, 0::decimal(18, 9)) over (
            partition by tenant_id, subscription_id order by occurred_at, change_id
        ) as step_usd
    from named
),
instants as (
    select
        tenant_id,
        person,
        occurred_at,
        sum(step_usd) as step_usd,
        max_by(held, (paid_usd, change_id)) as held
    from steps
    group by tenant_id, person, occurred_at
),
running as (
    select
        *,
        sum(step_usd) over so_far as after_usd,
        lag(held) over in_order as held_before,
        row_number() over in_order as place
    from instants
    window
        in_order as (partition by tenant_id, person order by occurred_at),
        so_far as (partition by tenant_id, person order by occurred_at rows unbounded preceding)
),
peaks as (
    select
        *,
        after_usd - step_usd as before_usd,
        coalesce(max(after_usd) over (
            partition by tenant_id, person order by occurred_at rows between unbounded preceding and 1 preceding
        ), 0) as most_before_usd
    from running
),
bought as (
    select p.tenant_id, p.person, p.occurred_at
    from peaks as p
    left join tenants as t on t.tenant_id = p.tenant_id
    where
        p.step_usd > 0
        and case
            when p.before_usd > 0 then p.held <> p.held_before
            when p.most_before_usd > 0 then false
            else p.place > 1 or p.person <> '' or t.created_at < p.occurred_at - interval '1 day'
        end
),
told as (
    select
        e.tenant_id,
        case
            when e.tenant_id <> '' then ''
            else coalesce(u.person_id, a.person_id, nullif(e.user_id, ''), e.anonymous_id)
        end as person,
        e.occurred_at
    from (
        select tenant_id, user_id, anonymous_id, occurred_at from events_history where event_type in $upgrades
    ) as e
    left join identities as u on u.tenant_id = e.tenant_id and u.alias = e.user_id
    left join identities as a on a.tenant_id = e.tenant_id and a.alias = e.anonymous_id
)
select tenant_id, person, occurred_at as upgraded_at
from (select * from bought union select * from told)
where tenant_id <> '' or person <> ''
order by tenant_id, person, upgraded_at

-- name: after_limit
-- Of the tenants that hit a limit in the window: how many upgraded within the days that count, they or the person
-- who hit it, and how many still may. Of rows without a tenant each person stands alone.
with upgrades as (
    select
        unnest($tenants::varchar[]) as tenant_id,
        unnest($people::varchar[]) as person,
        unnest($moments::timestamp[]) as upgraded_at
),
hits as (
    select
        e.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(e.user_id, ''), e.anonymous_id) as person,
        e.occurred_at,
        e.event_id
    from (
        select tenant_id, user_id, anonymous_id, occurred_at, event_id from events where event_type in $limits
    ) as e
    left join identities as u on u.tenant_id = e.tenant_id and u.alias = e.user_id
    left join identities as a on a.tenant_id = e.tenant_id and a.alias = e.anonymous_id
),
tried as (
    select
        h.tenant_id,
        case when h.tenant_id = '' then h.person else '' end as alone,
        count(distinct h.event_id) as hits,
        max(h.occurred_at) as last_at,
        min(epoch_us(u.upgraded_at) - epoch_us(h.occurred_at)) as within_us
    from hits as h
    left join upgrades as u
        on u.tenant_id = h.tenant_id
        and (u.person = h.person or (u.person = '' and h.tenant_id <> ''))
        and epoch_us(u.upgraded_at) - epoch_us(h.occurred_at) between 0 and $within_us
    where h.tenant_id <> '' or h.person <> ''
    group by h.tenant_id, alone
)
select
    count(*) as hit,
    coalesce(sum(hits), 0)::bigint as hits,
    count(within_us) as upgraded,
    count(*) filter (where within_us is null and epoch_us(last_at) + $within_us > $present_us) as still,
    median(within_us) / 3600000000 as median_hours
from tried

-- name: free_to_paid
-- Tenants that were free at the window's start: known by then, paying nothing, and not gone.
with changes as (
    select
        tenant_id,
        subscription_id,
        occurred_at,
        change_id,
        status in $live as is_live,
        status in $paying and mrr_usd > 0 as pays
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
),
at_start as (
    select tenant_id, is_live, coalesce(pays, false) as pays
    from changes
    where occurred_at < $window_start
    qualify row_number() over (
        partition by tenant_id, subscription_id order by occurred_at desc, change_id desc
    ) = 1
),
had as (
    select tenant_id, bool_or(pays) as paid, bool_or(is_live) as held from at_start group by tenant_id
),
known as (
    select tenant_id from had
    union
    select tenant_id from tenants where created_at < $window_start
),
bought as (
    select distinct tenant_id from changes where occurred_at >= $window_start and pays
)
select
    count(*) as free,
    count(b.tenant_id) as became_paying
from known as k
left join had as h on h.tenant_id = k.tenant_id
left join bought as b on b.tenant_id = k.tenant_id
where not coalesce(h.paid, false) and coalesce(h.held, true)

-- name: first_days
-- Who signed up in the window and did what in their first days, by kind of event; of how many, and how many of
-- each upgraded in the days that followed. Whose days are not over is not among them, nor who upgraded before.
with upgrades as (
    select
        unnest($tenants::varchar[]) as tenant_id,
        unnest($people::varchar[]) as person,
        unnest($moments::timestamp[]) as upgraded_at
),
signed as (
    select
        e.tenant_id,
        coalesce(u.person_id, a.person_id, nullif(e.user_id, ''), e.anonymous_id) as person,
        min(e.occurred_at) as signed_at
    from (
        select tenant_id, user_id, anonymous_id, occurred_at from events_history where event_type in $signups
    ) as e
    left join identities as u on u.tenant_id = e.tenant_id and u.alias = e.user_id
    left join identities as a on a.tenant_id = e.tenant_id and a.alias = e.anonymous_id
    group by all
),
came as (
    select tenant_id, person, signed_at from signed
    union all
    select p.tenant_id, p.person_id as person, p.created_at as signed_at
    from people as p
    where p.created_at is not null and (p.tenant_id, p.person_id) not in (select (tenant_id, person) from signed)
),
newcomers as (
    select tenant_id, person, epoch_us(signed_at) as signed_us
    from came
    where
        person <> '' and signed_at >= $window_start and signed_at < $window_end
        and epoch_us(signed_at) + $until_us <= $present_us
),
fates as (
    select
        n.tenant_id,
        n.person,
        n.signed_us,
        coalesce(bool_or(epoch_us(u.upgraded_at) - n.signed_us < $first_us), false) as before,
        coalesce(bool_or(epoch_us(u.upgraded_at) - n.signed_us >= $first_us), false) as upgraded
    from newcomers as n
    left join upgrades as u
        on u.tenant_id = n.tenant_id
        and (u.person = n.person or (u.person = '' and n.tenant_id <> ''))
        and epoch_us(u.upgraded_at) >= n.signed_us and epoch_us(u.upgraded_at) < n.signed_us + $until_us
    group by n.tenant_id, n.person, n.signed_us
),
observed as (
    select tenant_id, person, signed_us, upgraded from fates where not before
),
done as (
    select distinct o.tenant_id, o.person, o.upgraded, e.event_type
    from (
        select tenant_id, user_id, anonymous_id, occurred_at, event_type
        from events_history
        where
            occurred_at >= $window_start and occurred_at < $window_end::timestamp + to_microseconds($first_us)
            and event_type <> '' and event_type not in $leave_out and (user_id <> '' or anonymous_id <> '')
    ) as e
    left join identities as u on u.tenant_id = e.tenant_id and u.alias = e.user_id
    left join identities as a on a.tenant_id = e.tenant_id and a.alias = e.anonymous_id
    join observed as o
        on o.tenant_id = e.tenant_id
        and o.person = coalesce(u.person_id, a.person_id, nullif(e.user_id, ''), e.anonymous_id)
        and epoch_us(e.occurred_at) >= o.signed_us and epoch_us(e.occurred_at) < o.signed_us + $first_us
),
whole as (
    select count(*) as people, count(*) filter (where upgraded) as upgraded from observed
)
select
    d.event_type as feature,
    count(*) as used,
    count(*) filter (where d.upgraded) as used_upgraded,
    any_value(w.people) - count(*) as others,
    any_value(w.upgraded) - count(*) filter (where d.upgraded) as others_upgraded
from done as d
cross join whole as w
group by d.event_type
order by d.event_type

-- name: over_time
-- Who upgraded in each bucket, each once.
with upgrades as (
    select
        unnest($tenants::varchar[]) as tenant_id,
        unnest($people::varchar[]) as person,
        unnest($moments::timestamp[]) as upgraded_at
),
counted as (
    select c.bucket, count(distinct u.tenant_id || chr(31) || u.person) as upgrades
    from upgrades as u
    join calendar as c on c.q = epoch_us(u.upgraded_at) // $calendar_us
    group by c.bucket
)
select b.bucket, coalesce(n.upgrades, 0)::bigint as upgrades
from (select distinct bucket from calendar) as b
left join counted as n on n.bucket = b.bucket
order by b.bucket
