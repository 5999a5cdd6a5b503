-- How fast AI models answer, and what batch jobs get done.

-- name: throughput
select
    c.bucket,
    r.workflow_name,
    sum(r."number.items") / nullif(sum(r.duration_ms) / 60000, 0) as items_per_minute,
    sum(r."number.items") as items
from runs as r
join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
where r.kind = 'job' and r."number.items" is not null and r.duration_ms is not null
group by c.bucket, r.workflow_name
order by c.bucket, r.workflow_name

-- name: first_token
with timed as (
    select c.bucket, r."number.first" as ms
    from llm_calls as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r."number.first" is not null
),
measured as (
    select
        bucket,
        quantile_cont(ms, 0.5) as p50_ms,
        quantile_cont(ms, 0.95) as p95_ms,
        count(*) as calls
    from timed
    group by bucket
)
select b.bucket, m.p50_ms, m.p95_ms, coalesce(m.calls, 0)::bigint as calls
from (select distinct bucket from calendar) as b
left join measured as m on m.bucket = b.bucket
order by b.bucket
