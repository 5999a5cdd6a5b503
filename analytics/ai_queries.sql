-- AI queries one by one. A query is the calls of one request of a tenant, or a call by itself where it names none.

-- name: dearest
with queries as (
    select
        tenant_id,
        case when request_id = '' then call_id else request_id end as query_id,
        min(occurred_at) as asked_at,
        min_by(user_id, (occurred_at, call_id)) as user_id,
        min_by(feature, (occurred_at, call_id)) as feature,
        max_by(status, (occurred_at, call_id)) as status,
        min_by(trace_id, (occurred_at, call_id)) as trace_id,
        string_agg(distinct model, ', ' order by model) as models,
        count(*) as calls,
        sum(
            coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
            + coalesce(output_tokens, 0)
        )::bigint as tokens,
        sum(cost_usd) as cost_usd,
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000
            as duration_ms
    from llm_calls
    group by tenant_id, query_id
    having sum(cost_usd) > 0
    order by cost_usd desc, asked_at desc, query_id
    limit $most
)
select
    q.asked_at,
    q.tenant_id,
    coalesce(nullif(t.name, ''), q.tenant_id) as tenant,
    coalesce(nullif(p.name, ''), i.person_id, q.user_id) as person,
    q.feature,
    q.models,
    q.calls,
    q.tokens,
    q.cost_usd,
    q.duration_ms,
    q.status,
    q.trace_id
from queries as q
left join tenants as t on t.tenant_id = q.tenant_id
left join identities as i on i.tenant_id = q.tenant_id and i.alias = q.user_id
left join people as p on p.tenant_id = q.tenant_id and p.person_id = coalesce(i.person_id, q.user_id)
order by q.cost_usd desc, q.asked_at desc, q.query_id

-- name: slow
with queries as (
    select
        tenant_id,
        case when request_id = '' then call_id else request_id end as query_id,
        min(occurred_at) as asked_at,
        min_by(user_id, (occurred_at, call_id)) as user_id,
        min_by(feature, (occurred_at, call_id)) as feature,
        max_by(status, (occurred_at, call_id)) as status,
        min_by(trace_id, (occurred_at, call_id)) as trace_id,
        string_agg(distinct model, ', ' order by model) as models,
        count(*) as calls,
        sum(
            coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
            + coalesce(output_tokens, 0)
        )::bigint as tokens,
        sum(cost_usd) as cost_usd,
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000
            as duration_ms
    from llm_calls
    group by tenant_id, query_id
    having duration_ms > $slow_ms
    order by duration_ms desc, asked_at desc, query_id
    limit $most
)
select
    q.asked_at,
    q.tenant_id,
    coalesce(nullif(t.name, ''), q.tenant_id) as tenant,
    coalesce(nullif(p.name, ''), i.person_id, q.user_id) as person,
    q.feature,
    q.models,
    q.calls,
    q.tokens,
    q.cost_usd,
    q.duration_ms,
    q.status,
    q.trace_id
from queries as q
left join tenants as t on t.tenant_id = q.tenant_id
left join identities as i on i.tenant_id = q.tenant_id and i.alias = q.user_id
left join people as p on p.tenant_id = q.tenant_id and p.person_id = coalesce(i.person_id, q.user_id)
order by q.duration_ms desc, q.asked_at desc, q.query_id
