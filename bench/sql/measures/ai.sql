-- Calls of AI models, and the queries that they answer, each measure by itself.

-- name: ai_queries
select count(*) as ai_queries
from (
    select 1
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_queries_failed
select count_if(status not in ('success', 'ok', '')) as ai_queries_failed
from (
    select max_by(status, (occurred_at, call_id)) as status
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_error_rate
select count_if(status not in ('success', 'ok', '')) / count(*) as ai_error_rate
from (
    select max_by(status, (occurred_at, call_id)) as status
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_queries_succeeded
select count_if(status in ('success', 'ok', '')) as ai_queries_succeeded
from (
    select max_by(status, (occurred_at, call_id)) as status
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_success_rate
select count_if(status in ('success', 'ok', '')) / count(*) as ai_success_rate
from (
    select max_by(status, (occurred_at, call_id)) as status
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: avg_ai_response_ms
select avg(duration_ms) as avg_ai_response_ms
from (
    select
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000 as duration_ms
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: p50_ai_response_ms
select quantile_cont(duration_ms, 0.5) as p50_ai_response_ms
from (
    select
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000 as duration_ms
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: p95_ai_response_ms
select quantile_cont(duration_ms, 0.95) as p95_ai_response_ms
from (
    select
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000 as duration_ms
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: p99_ai_response_ms
select quantile_cont(duration_ms, 0.99) as p99_ai_response_ms
from (
    select
        (max(epoch_us(occurred_at) + coalesce(duration_ms, 0) * 1000) - min(epoch_us(occurred_at))) / 1000 as duration_ms
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_calls
select count(*) as ai_calls from raw.llm_calls where occurred_at >= $start and occurred_at < $end

-- name: ai_calls_failed
select count(*) as ai_calls_failed
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end and status not in ('success', 'ok', '')

-- name: ai_call_error_rate
select count_if(status not in ('success', 'ok', '')) / count(*) as ai_call_error_rate
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: calls_per_query
select sum(n) / count(*) as calls_per_query
from (
    select count(*) as n
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: ai_cost_usd
select if(count(*) = 0, 0, sum(cost_usd)) as ai_cost_usd
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: ai_cost_share_by_model
select
    model,
    sum(cost_usd) / sum(sum(cost_usd)) over () as ai_cost_share,
    sum(sum(cost_usd)) over () as ai_cost_share_of
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end
group by model
order by ai_cost_share desc nulls last, 1

-- name: cost_per_query_usd
select sum(usd) / count(*) as cost_per_query_usd
from (
    select sum(cost_usd) as usd
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: queries_per_dollar
select count(*) / sum(usd) as queries_per_dollar
from (
    select sum(cost_usd) as usd
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by tenant_id, if(request_id = '', call_id, request_id)
)

-- name: cost_per_call_usd
select sum(cost_usd) / count(*) as cost_per_call_usd
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: unpriced_calls
select count(*) as unpriced_calls
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end and cost_usd is null

-- name: input_tokens
select coalesce(sum(input_tokens), 0) as input_tokens
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: cached_tokens
select coalesce(sum(cache_read_tokens), 0) as cached_tokens
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: output_tokens
select coalesce(sum(output_tokens), 0) as output_tokens
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: tokens
select
    coalesce(sum(input_tokens), 0)
    + coalesce(sum(cache_read_tokens), 0)
    + coalesce(sum(cache_write_tokens), 0)
    + coalesce(sum(output_tokens), 0) as tokens
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: token_ratio
select sum(output_tokens) / sum(input_tokens) as token_ratio
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: avg_call_ms
select avg(duration_ms) as avg_call_ms from raw.llm_calls where occurred_at >= $start and occurred_at < $end

-- name: p50_call_ms
select quantile_cont(duration_ms, 0.5) as p50_call_ms
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: p95_call_ms
select quantile_cont(duration_ms, 0.95) as p95_call_ms
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: p99_call_ms
select quantile_cont(duration_ms, 0.99) as p99_call_ms
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: rate_limit_hits
select count(*) as rate_limit_hits
from raw.llm_calls
where
    occurred_at >= $start
    and occurred_at < $end
    and status not in ('success', 'ok', '')
    and (
        lower(regexp_replace(error_type, '[_. -]', '', 'g'))
            in ('ratelimit', 'ratelimited', 'ratelimiterror', 'ratelimitexceeded', 'toomanyrequests')
        or error_type in ('429', 'RESOURCE_EXHAUSTED', 'ThrottlingException')
    )

-- name: cache_hits
select count(*) as cache_hits
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end and cache_hit

-- name: cache_hit_rate
select count(*) filter (where cache_hit) / count(*) as cache_hit_rate
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end

-- name: ai_users
select count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) as ai_users
from (
    select tenant_id, user_id
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end and user_id <> ''
    group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: ai_cost_per_user_usd
select
    sum(s.usd) / count(distinct (s.tenant_id, coalesce(i.person_id, s.user_id))) filter (where s.user_id <> '')
        as ai_cost_per_user_usd
from (
    select tenant_id, user_id, sum(cost_usd) as usd
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by all
) as s
left join raw.identities as i on i.tenant_id = s.tenant_id and i.alias = s.user_id

-- name: ai_cost_per_execution_usd
select
    (select if(count(*) = 0, 0, sum(cost_usd)) from raw.llm_calls where occurred_at >= $start and occurred_at < $end)
    / (select count(*) from raw.runs where occurred_at >= $start and occurred_at < $end) as ai_cost_per_execution_usd

-- name: ai_cost_per_success_usd
select
    (select if(count(*) = 0, 0, sum(cost_usd)) from raw.llm_calls where occurred_at >= $start and occurred_at < $end)
    / nullif((
        select count(*) from raw.runs where occurred_at >= $start and occurred_at < $end and status = 'success'
    ), 0) as ai_cost_per_success_usd

-- name: ai_cost_usd_by_model
select model, sum(cost_usd) as ai_cost_usd
from raw.llm_calls
where occurred_at >= $start and occurred_at < $end
group by model
order by ai_cost_usd desc nulls last, 1

-- name: ai_cost_usd_by_day
select time_bucket(interval '1 day', make_timestamptz(q * 900000000), $timezone) as bucket, sum(usd) as ai_cost_usd
from (
    select epoch_us(occurred_at) // 900000000 as q, sum(cost_usd) as usd
    from raw.llm_calls
    where occurred_at >= $start and occurred_at < $end
    group by q
)
group by bucket
order by bucket
