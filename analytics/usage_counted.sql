-- What tenants used in their billing months. `$first` and `$last` hold all of the months, so that no other week is
-- read; a row belongs to the month of its tenant's own terms. Durations are summed as whole microseconds.

-- name: tenants
select tenant_id, coalesce(nullif(name, ''), tenant_id) as tenant, plan, timezone, billing_day, created_at, limits
from tenants
order by tenant_id

-- name: subscribed
-- Who pays is billed, though nothing else is known of it: its id is its name, and it began with its first subscription.
select tenant_id, coalesce(nullif(name, ''), tenant_id) as tenant, plan, timezone, billing_day, created_at, limits
from tenants
union all
select tenant_id, tenant_id, max_by(plan, (occurred_at, change_id)), null, null, min(occurred_at), null
from subscriptions
where occurred_at < $until and tenant_id <> '' and tenant_id not in (select tenant_id from tenants)
group by tenant_id
order by tenant_id

-- name: used
with whose as (
    select unnest($tenants::varchar[]) as tenant_id, unnest($whose_terms::bigint[]) as terms
),
months as (
    select
        unnest($terms::bigint[]) as terms,
        unnest($months::varchar[]) as month,
        unnest($starts::timestamp[]) as starts_at,
        unnest($ends::timestamp[]) as ends_at
),
by_counters as (
    select
        unnest($counted_tenants::varchar[]) as tenant_id,
        unnest($counted_at::timestamp[]) as occurred_at,
        unnest($counted_messages::bigint[]) as messages
),
by_user as (
    select
        r.tenant_id,
        m.month,
        r.user_id,
        count(*) filter (r.event_type in $messages) as messages,
        0::bigint as executions,
        0::hugeint as execution_us,
        0::hugeint as tokens,
        0::decimal(38, 9) as ai_cost_usd,
        0::bigint as unpriced_calls
    from events_history as r
    left join whose as w on w.tenant_id = r.tenant_id
    join months as m on m.terms = coalesce(w.terms, 0) and r.occurred_at >= m.starts_at and r.occurred_at < m.ends_at
    where r.occurred_at >= $first and r.occurred_at < $last and r.tenant_id <> ''
    group by r.tenant_id, m.month, r.user_id
    union all
    select
        r.tenant_id,
        m.month,
        r.user_id,
        0,
        count(*),
        coalesce(sum(round(r.duration_ms * 1000)::bigint), 0),
        0,
        0,
        0
    from runs_history as r
    left join whose as w on w.tenant_id = r.tenant_id
    join months as m on m.terms = coalesce(w.terms, 0) and r.occurred_at >= m.starts_at and r.occurred_at < m.ends_at
    where r.occurred_at >= $first and r.occurred_at < $last and r.tenant_id <> ''
    group by r.tenant_id, m.month, r.user_id
    union all
    select
        r.tenant_id,
        m.month,
        r.user_id,
        0,
        0,
        0,
        sum(
            coalesce(r.input_tokens, 0) + coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_write_tokens, 0)
            + coalesce(r.output_tokens, 0)
        ),
        coalesce(sum(r.cost_usd), 0),
        count(*) filter (r.cost_usd is null)
    from llm_calls_history as r
    left join whose as w on w.tenant_id = r.tenant_id
    join months as m on m.terms = coalesce(w.terms, 0) and r.occurred_at >= m.starts_at and r.occurred_at < m.ends_at
    where r.occurred_at >= $first and r.occurred_at < $last and r.tenant_id <> ''
    group by r.tenant_id, m.month, r.user_id
    union all
    select r.tenant_id, m.month, '', r.messages, 0, 0, 0, 0, 0
    from by_counters as r
    left join whose as w on w.tenant_id = r.tenant_id
    join months as m on m.terms = coalesce(w.terms, 0) and r.occurred_at >= m.starts_at and r.occurred_at < m.ends_at
)
select
    u.tenant_id,
    u.month,
    sum(u.messages)::bigint as messages,
    sum(u.executions)::bigint as executions,
    sum(u.execution_us)::bigint as execution_us,
    sum(u.tokens)::bigint as tokens,
    sum(u.ai_cost_usd)::decimal(38, 9) as ai_cost_usd,
    sum(u.unpriced_calls)::bigint as unpriced_calls,
    count(distinct coalesce(i.person_id, nullif(u.user_id, ''))) as active_users
from by_user as u
left join identities as i on i.tenant_id = u.tenant_id and i.alias = u.user_id and u.user_id <> ''
group by u.tenant_id, u.month
order by u.tenant_id, u.month
