-- What people and workflows did, in cells: of who or what, how many steps of `$step` days before the last cutoff it
-- happened (`place`; `age` is the same in days), and how many before it was known (`known`). Cutoffs and blocks of four
-- weeks are multiples of a step. Names travel as numbers: 63 bits of their hash.

-- name: people
-- Who did something, a row per name: its person's place among all by tenant and person, where an alias leads to somebody
-- that one's too, and since when that was known, in days before the last cutoff.
with acts as (
    select tenant_id, user_id
    from events_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
    union all
    select tenant_id, user_id
    from llm_calls_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
),
aliases as (
    select tenant_id, alias, person_id, (epoch_us($window_end) - 1 - epoch_us(since)) // $day_us as named_since
    from identities
    where since is null or since < $window_end
),
found as (
    select x.tenant_id, x.user_id, coalesce(a.person_id, x.user_id) as person, a.named_since
    from (select distinct tenant_id, user_id from acts) as x
    left join aliases as a on a.tenant_id = x.tenant_id and a.alias = x.user_id
),
numbered as (
    select tenant_id, person, row_number() over (order by tenant_id, person) - 1 as number
    from (select tenant_id, user_id as person from found union select tenant_id, person from found where person <> user_id)
)
select
    (hash(f.tenant_id, f.user_id) >> 1)::bigint as who,
    (hash(f.tenant_id) >> 1)::bigint as tenant,
    o.number as own,
    p.number as person,
    coalesce(f.named_since, $ever) as named_since
from found as f
join numbered as o on o.tenant_id = f.tenant_id and o.person = f.user_id
join numbered as p on p.tenant_id = f.tenant_id and p.person = f.person

-- name: acts
-- What they did, by `who`: how often, how long ago the last of it, and on which days of the step, a bit each.
with acts as (
    select tenant_id, user_id, occurred_at, received_at
    from events_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
    union all
    select tenant_id, user_id, occurred_at, received_at
    from llm_calls_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
),
aged as (
    select
        hash(tenant_id, user_id) >> 1 as who,
        -- Small numbers are divided faster than large ones.
        ((epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us)::integer as age,
        ((epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us)::integer as known
    from acts
)
select
    who::bigint as who,
    age // $step::integer as place,
    known // $step::integer as known,
    count(*) as acts,
    min(age) as newest,
    bit_or(1 << (age % $step::integer)) as days
from aged
group by all

-- name: runs
-- Executions by workflow, those of the first seven days of the step by themselves too, and how they ended.
select
    tenant,
    workflow,
    place::integer as place,
    known::integer as known,
    executions,
    week,
    failed,
    judged
from (
    -- Numbers are grouped faster than names.
    select
        (hash(tenant_id) >> 1)::bigint as tenant,
        (hash(tenant_id, coalesce(nullif(workflow_id, ''), workflow_name)) >> 1)::bigint as workflow,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as executions,
        count(*) filter ((epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us % $step < 7) as week,
        count(*) filter (status in ('failed', 'timeout')) as failed,
        count(*) filter (status in ('failed', 'timeout') or status = 'success') as judged
    from runs_history
    where
        tenant_id <> '' and occurred_at >= $since and occurred_at < $window_end and received_at < $window_end
    group by all
)

-- name: kinds
-- Kinds of things that people did, each by when its first row of a place was known; and hits of a limit and AI calls.
select
    tenant,
    what,
    kind,
    place::integer as place,
    known::integer as known,
    times
from (
    select
        (hash(tenant_id) >> 1)::bigint as tenant,
        0::integer as what,
        (hash(tenant_id, event_type) >> 1)::bigint as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        max((epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step) as known,
        count(*) as times
    from events_history
    where
        tenant_id <> '' and user_id <> '' and event_type not in $limits and occurred_at >= $since
        and occurred_at < $window_end and received_at < $window_end
    group by tenant, kind, place
    union all
    select
        (hash(tenant_id) >> 1)::bigint as tenant,
        1 as what,
        0 as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as times
    from events_history
    where
        tenant_id <> '' and event_type in $limits and occurred_at >= $since
        and occurred_at < $window_end and received_at < $window_end
    group by all
    union all
    select
        (hash(tenant_id) >> 1)::bigint as tenant,
        2 as what,
        0 as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as times
    from llm_calls_history
    where
        tenant_id <> '' and occurred_at >= $since and occurred_at < $window_end and received_at < $window_end
    group by all
)

-- name: tenants
-- The numbers of names.
select (hash(name) >> 1)::bigint as tenant
from (select unnest($names::varchar[]) as name)
