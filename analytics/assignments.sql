-- Who saw which variant of an experiment first, and what they did in the days after and before.
-- `r."setting.…"` stands for the attribute that the settings name.

-- name: told
select event_type, count(*) as exposures
from events
where event_type in $events
group by event_type
order by event_type

-- name: experiments
with told as (
    select
        regexp_replace(r."setting.experiment", '^(-?\d+)\.0$', '\1') as experiment,
        r."setting.goal" as goal,
        r.occurred_at
    from events_history as r
    where
        r.event_type = $exposed
        and r.occurred_at < $window_end
        and r."setting.variant" <> ''
)
select
    experiment,
    min(occurred_at) as first_at,
    max(occurred_at) as last_at,
    coalesce(max_by(goal, (occurred_at, goal)) filter (where goal <> ''), '') as goal,
    count(*) as exposures
from told
where experiment <> ''
group by experiment
having max(occurred_at) >= $window_start
order by first_at desc, exposures desc, experiment

-- A person's first exposure counts, all that they did later than it and within the days of the goal is theirs; who
-- saw several variants is set apart, under the variant ''. Every row is what one day adds to the running sums: people
-- (n) with what they did before (x, xx) on the day of their exposure; what they did (y, yy, xy) on its own day.
-- Of an experiment that measures nothing only people are counted.

-- name: outcomes
with plans as (
    select
        unnest($experiments) as experiment,
        unnest($goals) as goal,
        unnest($measured) as measured,
        unnest($within) as within_us
),
told as (
    select
        r.tenant_id,
        r.user_id,
        r.anonymous_id,
        regexp_replace(r."setting.experiment", '^(-?\d+)\.0$', '\1') as experiment,
        regexp_replace(r."setting.variant", '^(-?\d+)\.0$', '\1') as variant,
        min(r.occurred_at) as seen_at
    from events_history as r
    where r.event_type = $exposed and r.occurred_at < $window_end
    group by all
),
seen as (
    select
        t.experiment,
        t.tenant_id,
        t.variant,
        t.seen_at,
        case
            when $of_tenants then ''
            else coalesce(u.person_id, a.person_id, nullif(t.user_id, ''), t.anonymous_id)
        end as person
    from told as t
    left join identities as u on u.tenant_id = t.tenant_id and u.alias = t.user_id
    left join identities as a on a.tenant_id = t.tenant_id and a.alias = t.anonymous_id
    where t.variant <> ''
),
exposed as (
    select
        s.experiment,
        s.tenant_id,
        s.person,
        min(s.seen_at) as seen_at,
        case when count(distinct s.variant) > 1 then '' else min(s.variant) end as variant,
        any_value(p.goal) as goal,
        any_value(p.measured) as measured,
        any_value(p.within_us) as within_us
    from seen as s
    join plans as p on p.experiment = s.experiment
    where case when $of_tenants then s.tenant_id else s.person end <> ''
    group by s.experiment, s.tenant_id, s.person
),
done as (
    select
        r.tenant_id,
        r.user_id,
        r.anonymous_id,
        r.event_type,
        r.occurred_at,
        try_cast(r."setting.measured" as double) as measured
    from events_history as r
    where
        r.occurred_at >= $since
        and r.occurred_at < $window_end
        and r.event_type <> $exposed
        and ($any_event or r.event_type in $goals)
),
deeds as (
    select
        d.tenant_id,
        d.event_type,
        d.occurred_at,
        d.measured,
        case
            when $of_tenants then ''
            else coalesce(u.person_id, a.person_id, nullif(d.user_id, ''), d.anonymous_id)
        end as person
    from done as d
    left join identities as u on u.tenant_id = d.tenant_id and u.alias = d.user_id
    left join identities as a on a.tenant_id = d.tenant_id and a.alias = d.anonymous_id
),
judged as (
    select
        e.experiment,
        e.tenant_id,
        e.person,
        e.measured,
        d.occurred_at,
        d.occurred_at > e.seen_at as later,
        case when e.measured in ('conversion', 'count') then 1.0 else d.measured end as value
    from exposed as e
    join deeds as d
        on d.tenant_id = e.tenant_id
        and d.person = e.person
        and d.occurred_at <> e.seen_at
        and epoch_us(d.occurred_at) - epoch_us(e.seen_at) between -e.within_us and e.within_us
    where
        e.variant <> ''
        and e.measured <> 'nothing'
        and (e.goal = '' or d.event_type = e.goal)
        and (e.measured in ('conversion', 'count') or d.measured is not null)
),
before as (
    select
        experiment,
        tenant_id,
        person,
        case any_value(measured) when 'conversion' then 1.0 when 'mean' then 0.0 else sum(value) end as x
    from judged
    where not later
    group by experiment, tenant_id, person
),
so_far as (
    select
        experiment,
        tenant_id,
        person,
        occurred_at,
        row_number() over running as place,
        case measured
            when 'conversion' then 1.0
            when 'mean' then avg(value) over running
            else sum(value) over running
        end as y
    from judged
    where later
    window running as (
        partition by experiment, tenant_id, person
        order by occurred_at, value
        rows between unbounded preceding and current row
    )
),
steps as (
    select
        experiment,
        tenant_id,
        person,
        occurred_at,
        place,
        y,
        lag(y, 1, 0.0) over (partition by experiment, tenant_id, person order by place) as y_before
    from so_far
),
moves as (
    select
        e.experiment,
        e.variant,
        e.seen_at as moved_at,
        1 as n,
        cast(epoch_us(e.seen_at) + e.within_us >= epoch_us($window_end::timestamp) as integer) as waiting,
        0 as did,
        0.0 as y,
        0.0 as yy,
        coalesce(b.x, 0.0) as x,
        coalesce(b.x, 0.0) * coalesce(b.x, 0.0) as xx,
        0.0 as xy
    from exposed as e
    left join before as b
        on b.experiment = e.experiment and b.tenant_id = e.tenant_id and b.person = e.person
    union all
    select
        e.experiment,
        e.variant,
        s.occurred_at as moved_at,
        0 as n,
        0 as waiting,
        cast(s.place = 1 as integer) as did,
        s.y - s.y_before as y,
        s.y * s.y - s.y_before * s.y_before as yy,
        0.0 as x,
        0.0 as xx,
        (s.y - s.y_before) * coalesce(b.x, 0.0) as xy
    from steps as s
    join exposed as e on e.experiment = s.experiment and e.tenant_id = s.tenant_id and e.person = s.person
    left join before as b
        on b.experiment = s.experiment and b.tenant_id = s.tenant_id and b.person = s.person
    where s.place = 1 or s.y <> s.y_before
)
select
    m.experiment,
    m.variant,
    c.bucket,
    sum(m.n)::bigint as n,
    sum(m.waiting)::bigint as waiting,
    sum(m.did)::bigint as did,
    sum(m.y)::double as y,
    sum(m.yy)::double as yy,
    sum(m.x)::double as x,
    sum(m.xx)::double as xx,
    sum(m.xy)::double as xy
from moves as m
left join calendar as c on c.q = epoch_us(m.moved_at) // $calendar_us
group by m.experiment, m.variant, c.bucket
order by m.experiment, m.variant, c.bucket nulls first
