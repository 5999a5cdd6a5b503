-- Hours and days with what they came to, from weeks before the window to its end: the window is the longer one.

-- name: ai_hours
with queries as (
    select
        tenant_id,
        case when request_id = '' then call_id else request_id end as query_id,
        min(occurred_at) as occurred_at,
        max_by(status, (occurred_at, call_id)) as status,
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000
            as duration_ms
    from llm_calls_history
    where occurred_at >= $window_start and occurred_at < $window_end
    group by tenant_id, query_id
),
asked as (
    select
        c.bucket,
        count(*) as queries,
        count_if(not q.status in ('success', 'ok', '')) as failed,
        avg(q.duration_ms) as response_ms
    from queries as q
    join calendar as c on c.q = epoch_us(q.occurred_at) // $calendar_us
    group by c.bucket
),
spent as (
    select c.bucket, sum(r.cost_usd) as ai_cost_usd
    from llm_calls_history as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r.occurred_at >= $window_start and r.occurred_at < $window_end
    group by c.bucket
)
select
    b.bucket,
    coalesce(s.ai_cost_usd, 0) as ai_cost_usd,
    coalesce(a.queries, 0) as rows,
    coalesce(a.queries, 0)::double as queries,
    coalesce(a.failed, 0)::double as failed,
    a.response_ms::double as response_ms
from (select distinct bucket from calendar) as b
left join asked as a on a.bucket = b.bucket
left join spent as s on s.bucket = b.bucket
order by b.bucket

-- name: ai_parts
with spent as (
    select c.bucket, r.model, r.feature, r.tenant_id, sum(r.cost_usd) as amount
    from llm_calls_history as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r.occurred_at >= $window_start and r.occurred_at < $window_end and c.bucket in $moments
    group by all
)
select bucket, 'model' as dimension, model as value, sum(amount) as amount from spent group by all
union all
select bucket, 'feature' as dimension, feature as value, sum(amount) as amount from spent group by all
union all
select s.bucket, 'tenant' as dimension, coalesce(nullif(t.name, ''), s.tenant_id) as value, sum(s.amount) as amount
from spent as s
left join tenants as t on t.tenant_id = s.tenant_id
group by all
order by 1, 2, 3

-- name: platform_days
with spent as (
    select c.bucket, sum(r.amount_usd) as amount_usd, count(*) as rows
    from costs_history as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r.occurred_at >= $window_start and r.occurred_at < $window_end and r.category <> 'marketing'
    group by c.bucket
)
select b.bucket, coalesce(s.amount_usd, 0) as amount_usd, coalesce(s.rows, 0) as rows
from (select distinct bucket from calendar) as b
left join spent as s on s.bucket = b.bucket
order by b.bucket

-- name: platform_parts
with spent as (
    select c.bucket, r.category, r.service, sum(r.amount_usd) as amount
    from costs_history as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r.occurred_at >= $window_start and r.occurred_at < $window_end and r.category <> 'marketing' and c.bucket in $moments
    group by all
)
select bucket, 'category' as dimension, category as value, sum(amount) as amount from spent group by all
union all
select bucket, 'service' as dimension, service as value, sum(amount) as amount from spent group by all
order by 1, 2, 3

-- name: category_days
with spent as (
    select c.bucket, r.category, sum(r.amount_usd) as amount_usd, count(*) as rows
    from costs_history as r
    join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
    where r.occurred_at >= $window_start and r.occurred_at < $window_end and r.category <> 'marketing'
    group by all
)
select k.category, b.bucket, coalesce(s.amount_usd, 0) as amount_usd, coalesce(s.rows, 0) as rows
from (select distinct bucket from calendar) as b
cross join (select distinct category from spent) as k
left join spent as s on s.bucket = b.bucket and s.category = k.category
order by k.category, b.bucket

-- name: category_parts
select c.bucket, 'service' as dimension, r.service as value, sum(r.amount_usd) as amount
from costs_history as r
join calendar as c on c.q = epoch_us(r.occurred_at) // $calendar_us
where
    r.occurred_at >= $window_start
    and r.occurred_at < $window_end
    and r.category = $category
    and c.bucket in $moments
group by all
order by 1, 2, 3
