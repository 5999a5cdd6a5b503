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
-- Revenue is the MRR of every moment of the window, a month being a twelfth of 365.25 days: each state of a subscription
-- counts for as long as it held within the window, in billionths of a dollar.
with states as (
    select
        tenant_id,
        greatest(epoch_us(occurred_at), epoch_us($window_start)) as begins_us,
        least(
            coalesce(
                epoch_us(lead(occurred_at) over (
                    partition by tenant_id, subscription_id order by occurred_at, change_id
                )),
                epoch_us($window_end)
            ),
            epoch_us($window_end)
        ) as ends_us,
        case when status in $paying and mrr_usd > 0 then mrr_usd else 0::decimal(18, 9) end as mrr_usd
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
),
earned as (
    select
        tenant_id,
        sum(
            (mrr_usd::decimal(28, 9) * 1000000000::decimal(10, 0))::hugeint * (ends_us - begins_us)::hugeint
        ) // 2629800000000 as billionths
    from states
    where ends_us > begins_us
    group by tenant_id
),
spent as (
    select
        tenant_id,
        sum(cost_usd) as cost_usd,
        count(distinct case when request_id = '' then 'call ' || call_id else 'request ' || request_id end) as queries
    from llm_calls
    group by tenant_id
),
both_sides as (
    select
        s.tenant_id,
        s.cost_usd,
        s.queries,
        e.billionths::decimal(29, 0) * 0.000000001::decimal(9, 9) as revenue_usd
    from spent as s
    left join earned as e on e.tenant_id = s.tenant_id
)
select
    b.tenant_id,
    coalesce(nullif(t.name, ''), b.tenant_id) as tenant,
    coalesce(t."plan", '') as "plan",
    b.cost_usd,
    (b.cost_usd / sum(b.cost_usd) over ())::double as share,
    b.queries,
    b.revenue_usd,
    b.revenue_usd - coalesce(b.cost_usd, 0) as margin_usd,
    case when b.revenue_usd > 0 then (b.cost_usd / b.revenue_usd)::double end as cost_of_revenue
from both_sides as b
left join tenants as t on t.tenant_id = b.tenant_id
order by b.cost_usd desc nulls last, tenant, b.tenant_id
