-- What AI costs, whose it is, and what stands against it.

-- name: tokens_by_model
with summed as (
    select
        model,
        sum(coalesce(input_tokens, 0) + coalesce(cache_write_tokens, 0))::bigint as input,
        sum(coalesce(cache_read_tokens, 0))::bigint as cached,
        sum(coalesce(output_tokens, 0))::bigint as output
    from llm_calls
    group by model
)
select model, 'input' as kind, input as tokens from summed
union all
select model, 'cached' as kind, cached as tokens from summed
union all
select model, 'output' as kind, output as tokens from summed
order by model, kind

-- name: by_tenant
-- `known` says of whom there is a subscription: who has none may pay elsewhere.
with spent as (
    select
        tenant_id,
        sum(cost_usd) as cost_usd,
        count(distinct case when request_id = '' then 'call ' || call_id else 'request ' || request_id end) as queries
    from llm_calls
    group by tenant_id
),
known as (
    select distinct tenant_id from subscriptions where occurred_at < $window_end and tenant_id <> ''
)
select
    s.tenant_id,
    coalesce(nullif(t.name, ''), s.tenant_id) as tenant,
    coalesce(t."plan", '') as "plan",
    s.cost_usd,
    (s.cost_usd / sum(s.cost_usd) over ())::double as share,
    s.queries,
    k.tenant_id is not null as known
from spent as s
left join known as k on k.tenant_id = s.tenant_id
left join tenants as t on t.tenant_id = s.tenant_id
order by s.cost_usd desc nulls last, tenant, s.tenant_id
