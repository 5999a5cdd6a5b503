-- What changed with a release: the days before its first span, and the days after.

-- name: impact
with releases as (
    select release, min(occurred_at) as released_at
    from spans
    where release <> ''
    group by release
    having min(occurred_at) > $window_start + $length
    order by released_at desc, release
    limit $most
),
active as (
    select
        r.release,
        hash(e.tenant_id, coalesce(nullif(e.user_id, ''), e.anonymous_id)) as person,
        bool_or(e.occurred_at < r.released_at) as before,
        bool_or(e.occurred_at >= r.released_at) as after
    from events as e
    inner join releases as r
        on e.occurred_at >= r.released_at - $length and e.occurred_at < r.released_at + $length
    where e.user_id <> '' or e.anonymous_id <> ''
    group by all
),
counted as (
    select
        release,
        count(*) filter (where before) as people_before,
        count(*) filter (where after) as people_after,
        count(*) filter (where before and after) / nullif(count(*) filter (where before), 0) as stayed
    from active
    group by release
),
failed as (
    select
        r.release,
        count(*) filter (where e.occurred_at < r.released_at) as errors_before,
        count(*) filter (where e.occurred_at >= r.released_at) as errors_after
    from errors as e
    inner join releases as r
        on e.occurred_at >= r.released_at - $length and e.occurred_at < r.released_at + $length
    group by r.release
),
timed as (
    select
        r.release,
        quantile_cont(s.duration_ms, 0.95) filter (where s.occurred_at < r.released_at) as p95_before_ms,
        quantile_cont(s.duration_ms, 0.95) filter (where s.occurred_at >= r.released_at) as p95_after_ms
    from spans as s
    inner join releases as r
        on s.occurred_at >= r.released_at - $length and s.occurred_at < r.released_at + $length
    where s.kind = 'server'
    group by r.release
)
select
    r.release,
    r.released_at,
    coalesce(c.people_before, 0) as people_before,
    coalesce(c.people_after, 0) as people_after,
    c.stayed,
    coalesce(f.errors_before, 0) as errors_before,
    coalesce(f.errors_after, 0) as errors_after,
    t.p95_before_ms,
    t.p95_after_ms,
    r.released_at + $length <= $now as complete
from releases as r
left join counted as c on c.release = r.release
left join failed as f on f.release = r.release
left join timed as t on t.release = r.release
order by r.released_at desc, r.release
