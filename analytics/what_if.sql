-- Tokens of calls, added up by what decides over a price.

-- name: mix
with used as (
    select
        feature,
        provider,
        model,
        coalesce(input_tokens, 0) as input_tokens,
        coalesce(cache_read_tokens, 0) as cache_read_tokens,
        coalesce(cache_write_tokens, 0) as cache_write_tokens,
        coalesce(output_tokens, 0) as output_tokens,
        least(coalesce(reasoning_tokens, 0), coalesce(output_tokens, 0)) as reasoning_tokens,
        coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) as whole_input,
        cost_usd
    from llm_calls
)
select
    feature,
    provider,
    model,
    max(whole_input) as whole_input,
    count(*) as calls,
    sum(input_tokens)::bigint as input_tokens,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost_usd) as cost_usd,
    count(*) - count(cost_usd) as unpriced
from used
group by
    feature,
    provider,
    model,
    cost_usd is null,
    whole_input > $step_1,
    whole_input > $step_2,
    whole_input > $step_3,
    whole_input > $step_4
order by feature, provider, model, whole_input
