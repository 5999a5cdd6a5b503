-- Calls that have no price, and calls whose cost was reported.

-- name: unpriced
with counted as (
    select
        provider,
        model,
        coalesce(input_tokens, cache_read_tokens, cache_write_tokens, output_tokens) is not null as has_tokens,
        count(*) as calls,
        sum(coalesce(input_tokens, 0) + coalesce(cache_write_tokens, 0))::bigint as fresh,
        sum(coalesce(cache_read_tokens, 0))::bigint as cached,
        sum(coalesce(output_tokens, 0))::bigint as given
    from llm_calls
    where cost_usd is null
    group by provider, model, has_tokens
)
select
    provider, model, has_tokens, calls, fresh as input_tokens, cached as cached_tokens, given as output_tokens
from counted
order by fresh + cached + given desc, calls desc, provider, model, has_tokens

-- name: reported
-- Of the prices that stand beside a call, the newest counts.
with listed as (
    select h.source, h.tenant_id, h.call_id, max_by(h.cost_usd, h.replaced_at) as cost_usd
    from llm_price_history as h
    where h.price_version <> 'reported' and h.cost_usd is not null
    group by h.source, h.tenant_id, h.call_id
)
select
    c.provider,
    c.model,
    count(*) as calls,
    sum(c.cost_usd) as reported_usd,
    sum(l.cost_usd) as listed_usd,
    sum(case when l.cost_usd is not null then c.cost_usd - l.cost_usd end) as difference_usd,
    count(*) filter (l.cost_usd is null) as without_price
from llm_calls as c
left join listed as l on l.source = c.source and l.tenant_id = c.tenant_id and l.call_id = c.call_id
where c.price_version = 'reported' and c.cost_usd is not null
group by c.provider, c.model
order by abs(coalesce(difference_usd, 0)) desc, reported_usd desc, c.provider, c.model
