-- AI cost that brought nothing, and calls of which something could be saved.

-- name: wasted
with calls as (
    select
        r.cost_usd,
        not r.status in ('success', 'ok', '') as bad,
        r.request_id <> '' and row_number() over (
            partition by r.tenant_id, r.request_id order by r.occurred_at desc, r.call_id desc
        ) > 1 as has_later,
        lower(r."setting.finish") in $truncated as is_truncated,
        r."setting.prompt" <> '' and row_number() over (
            partition by r.tenant_id, r.model, r."setting.prompt" order by r.occurred_at, r.call_id
        ) > 1 as again
    from llm_calls as r
),
named as (
    select
        case
            when bad and has_later then 'failed, then retried'
            when bad then 'failed for good'
            when is_truncated then 'truncated'
            when again then 'asked before'
        end as what,
        cost_usd
    from calls
)
select
    what,
    count(*) as calls,
    coalesce(sum(cost_usd), 0)::decimal(38, 9) as cost_usd,
    (coalesce(sum(cost_usd), 0) / nullif((select sum(cost_usd) from calls), 0))::double as share
from named
where what is not null
group by what
order by cost_usd desc, what

-- name: groups
with calls as (
    select
        r.feature,
        r.provider,
        r.model,
        coalesce(r.input_tokens, 0) as input,
        coalesce(r.cache_read_tokens, 0) as cache_read,
        coalesce(r.cache_write_tokens, 0) as cache_write,
        coalesce(r.output_tokens, 0) as output,
        coalesce(r.cost_usd, 0) as cost_usd,
        median(coalesce(r.output_tokens, 0)) over (partition by r.feature) * $long_output as usual,
        r."setting.prompt" <> '' and row_number() over (
            partition by r.tenant_id, r.model, r."setting.prompt" order by r.occurred_at, r.call_id
        ) > 1 as again
    from llm_calls as r
),
sized as (
    select *, input + cache_read + cache_write as whole from calls
)
select
    feature,
    provider,
    model,
    sum(input)::bigint as input,
    sum(cache_read)::bigint as cache_read,
    sum(cache_write)::bigint as cache_write,
    coalesce(sum(whole) filter (where cache_read > 0), 0)::bigint as cached_whole,
    count_if(whole >= $cacheable and cache_read = 0) as uncached_calls,
    coalesce(sum(input) filter (where whole >= $cacheable and cache_read = 0), 0)::bigint as uncached_input,
    count_if(output > usual) as long_calls,
    coalesce(sum(output - usual) filter (where output > usual), 0)::bigint as excess,
    count_if(whole <= $short_input and output <= $short_output) as short_calls,
    coalesce(sum(whole) filter (where whole <= $short_input and output <= $short_output), 0)::bigint as short_input,
    coalesce(sum(output) filter (where whole <= $short_input and output <= $short_output), 0)::bigint as short_output,
    count_if(again) as repeated,
    coalesce(sum(cost_usd) filter (where again), 0)::decimal(38, 9) as repeated_usd
from sized
group by feature, provider, model
order by feature, provider, model

-- name: feature_roi
with last_changes as (
    select tenant_id, status, mrr_usd
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
    qualify row_number() over (
        partition by tenant_id, subscription_id order by occurred_at desc, change_id desc
    ) = 1
),
paying as (
    select tenant_id, sum(mrr_usd) as mrr_usd from last_changes where status in $paying and mrr_usd > 0 group by tenant_id
),
moved as (
    select unnest($upgraded::varchar[]) as tenant_id, unnest($moments::timestamp[]) as upgraded_at
),
used as (
    select
        r.feature,
        r.tenant_id,
        sum(r.cost_usd) as cost_usd,
        count(distinct coalesce(i.person_id, nullif(r.user_id, ''))) as users,
        min(r.occurred_at) as first_at
    from llm_calls as r
    left join identities as i on i.tenant_id = r.tenant_id and i.alias = r.user_id
    where r.feature <> ''
    group by r.feature, r.tenant_id
)
select
    u.feature,
    sum(u.cost_usd) as cost_usd,
    sum(u.users)::bigint as users,
    count(*) filter (where u.tenant_id <> '') as tenants,
    count(*) filter (
        where exists (select 1 from moved as m where m.tenant_id = u.tenant_id and m.upgraded_at >= u.first_at)
    ) as upgrades,
    sum(p.mrr_usd) as mrr_usd
from used as u
left join paying as p on p.tenant_id = u.tenant_id
where (select count(*) from paying) > 0
group by u.feature
order by mrr_usd desc nulls last, u.feature
