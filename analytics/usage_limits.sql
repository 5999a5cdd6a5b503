-- Use against limits: what was used a day before now, how often a limit was hit, and when a share of one was reached.

-- name: daily
-- Of each tenant and each of the last days, counted back from `$until` in steps of 24 hours, the newest 0.
with uses as (
    select
        tenant_id,
        (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 86400000000 as back,
        count(*) filter (event_type in $messages) as messages,
        0::bigint as executions,
        0::hugeint as execution_us,
        0::hugeint as tokens,
        0::decimal(38, 9) as ai_cost_usd,
        min(occurred_at) as first_at
    from events_history
    where occurred_at >= $since and occurred_at < $until and tenant_id <> ''
    group by tenant_id, back
    union all
    select
        tenant_id,
        (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 86400000000 as back,
        0,
        count(*),
        coalesce(sum(round(duration_ms * 1000)::bigint), 0),
        0,
        0,
        min(occurred_at)
    from runs_history
    where occurred_at >= $since and occurred_at < $until and tenant_id <> ''
    group by tenant_id, back
    union all
    select
        tenant_id,
        (epoch_us($until::timestamp) - 1 - epoch_us(occurred_at)) // 86400000000 as back,
        0,
        0,
        0,
        sum(
            coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
            + coalesce(output_tokens, 0)
        ),
        coalesce(sum(cost_usd), 0),
        min(occurred_at)
    from llm_calls_history
    where occurred_at >= $since and occurred_at < $until and tenant_id <> ''
    group by tenant_id, back
)
select
    tenant_id,
    back,
    sum(messages)::double as messages,
    sum(executions)::double as executions,
    sum(execution_us)::double / 1000000 as execution_seconds,
    sum(tokens)::double as tokens,
    sum(ai_cost_usd)::double as ai_cost_usd,
    min(first_at) as first_at
from uses
group by tenant_id, back
order by tenant_id, back

-- name: earlier
-- Which of these tenants used anything before the days that are looked at: those in which they used nothing count too.
select distinct tenant_id
from (
    select tenant_id from events_history where occurred_at < $since and tenant_id in $tenants
    union all
    select tenant_id from runs_history where occurred_at < $since and tenant_id in $tenants
    union all
    select tenant_id from llm_calls_history where occurred_at < $since and tenant_id in $tenants
)
order by tenant_id

-- name: hits
with months as (
    select
        unnest($tenants::varchar[]) as tenant_id,
        unnest($starts::timestamp[]) as starts_at,
        unnest($ends::timestamp[]) as ends_at
)
select e.tenant_id, count(*) as hits
from events_history as e
join months as m on m.tenant_id = e.tenant_id and e.occurred_at >= m.starts_at and e.occurred_at < m.ends_at
where e.occurred_at >= $first and e.occurred_at < $until and e.event_type in $limits
group by e.tenant_id

-- name: reached
-- When a tenant's use since its month began came to so much: the row that made it so much, of people the first row that
-- names one more. All is added up in whole numbers: messages, microseconds, billionths of a dollar.
with marks as (
    select
        unnest($tenants::varchar[]) as tenant_id,
        unnest($whats::varchar[]) as what,
        unnest($starts::timestamp[]) as starts_at,
        unnest($sizes::double[]) as mark,
        unnest($units::hugeint[]) as units
),
by_counters as (
    select
        unnest($counted_tenants::varchar[]) as tenant_id,
        unnest($counted_at::timestamp[]) as occurred_at,
        unnest($counted_messages::bigint[]) as messages
),
starts as (
    select tenant_id, min(starts_at) as starts_at from marks group by tenant_id
),
named as (
    select r.tenant_id, r.user_id, r.occurred_at
    from events_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until and r.user_id <> '' and $people
    union all
    select r.tenant_id, r.user_id, r.occurred_at
    from runs_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until and r.user_id <> '' and $people
    union all
    select r.tenant_id, r.user_id, r.occurred_at
    from llm_calls_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until and r.user_id <> '' and $people
),
uses as (
    select r.tenant_id, r.occurred_at, 'messages' as what, 1::hugeint as amount
    from events_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until and r.event_type in $messages
    union all
    select r.tenant_id, r.occurred_at, 'messages', r.messages
    from by_counters as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    union all
    select r.tenant_id, r.occurred_at, 'executions', 1
    from runs_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until
    union all
    select r.tenant_id, r.occurred_at, 'execution_seconds', coalesce(round(r.duration_ms * 1000)::hugeint, 0)
    from runs_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until
    union all
    select
        r.tenant_id,
        r.occurred_at,
        'tokens',
        coalesce(r.input_tokens, 0) + coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_write_tokens, 0)
        + coalesce(r.output_tokens, 0)
    from llm_calls_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until
    union all
    select r.tenant_id, r.occurred_at, 'ai_cost_usd', coalesce((r.cost_usd::decimal(28, 9) * 1000000000::decimal(10, 0))::hugeint, 0)
    from llm_calls_history as r
    join starts as s on s.tenant_id = r.tenant_id and r.occurred_at >= s.starts_at
    where r.occurred_at >= $first and r.occurred_at < $until
    union all
    select n.tenant_id, min(n.occurred_at), 'active_users', 1
    from named as n
    left join identities as i on i.tenant_id = n.tenant_id and i.alias = n.user_id
    group by n.tenant_id, coalesce(i.person_id, n.user_id)
),
running as (
    select u.tenant_id, u.what, u.occurred_at, sum(u.amount) over so_far as so_far
    from uses as u
    where (u.tenant_id, u.what) in (select (tenant_id, what) from marks)
    window so_far as (partition by u.tenant_id, u.what order by u.occurred_at range unbounded preceding)
)
select m.tenant_id, m.what, m.mark, min(r.occurred_at) as reached_at
from marks as m
join running as r on r.tenant_id = m.tenant_id and r.what = m.what and r.so_far >= m.units
group by m.tenant_id, m.what, m.mark
order by reached_at, m.tenant_id, m.what, m.mark

-- name: left
-- Tenants of whose subscriptions, each at its last change, none is live.
select tenant_id
from (
    select tenant_id, subscription_id, max_by(status, (occurred_at, change_id)) as status
    from subscriptions
    where occurred_at < $until and tenant_id <> ''
    group by tenant_id, subscription_id
)
group by tenant_id
having not bool_or(status in $live)
order by tenant_id
