-- Who does much more than usual: messages by the hours before now, and the busiest hours of people who ask an AI.

-- name: hourly
-- Messages by hours counted back from `$until`, the newest 0, of the tenants that sent one in the newest.
with sent as (
    select tenant_id, (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 3600000000 as back
    from events_history
    where occurred_at >= $since and occurred_at < $until and tenant_id <> '' and event_type in $messages
)
select s.tenant_id, s.back, count(*) as messages
from sent as s
semi join (select tenant_id from sent where back = 0) as now on now.tenant_id = s.tenant_id
group by s.tenant_id, s.back
order by s.tenant_id, s.back

-- name: busiest
-- Of each person the hour with the most AI queries: 60 minutes that end with a query, wherever they lie.
with queries as (
    select
        r.tenant_id,
        case when r.request_id = '' then r.call_id else r.request_id end as query_id,
        min(r.occurred_at) as asked_at,
        min_by(coalesce(i.person_id, r.user_id), (r.occurred_at, r.call_id)) as unit,
        sum(r.cost_usd) as cost_usd
    from llm_calls as r
    left join identities as i on i.tenant_id = r.tenant_id and i.alias = r.user_id and r.user_id <> ''
    where r.tenant_id <> ''
    group by r.tenant_id, query_id
),
counted as (
    select
        *,
        count(*) over (
            partition by tenant_id, unit order by asked_at
            range between interval '59 minutes 59.999999 seconds' preceding and current row
        ) as in_an_hour
    from queries
    where unit <> ''
)
select
    tenant_id,
    unit,
    max(in_an_hour) as busiest,
    min_by(asked_at, (-in_an_hour, asked_at)) as until_at,
    count(*) as queries,
    coalesce(sum(cost_usd), 0)::decimal(38, 9) as ai_cost_usd
from counted
group by tenant_id, unit
order by busiest desc, tenant_id, unit
limit $most
