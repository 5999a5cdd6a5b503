-- Presence says when rows were last seen, and whose rows there are.
-- Every table has a block for the window and one for all time; `_history` reaches back to the beginning.

-- name: events
select 'events' as table_name, max(occurred_at) as newest_at from events

-- name: runs
select 'runs' as table_name, max(occurred_at) as newest_at from runs

-- name: llm_calls
select 'llm_calls' as table_name, max(occurred_at) as newest_at from llm_calls

-- name: logs
select 'logs' as table_name, max(occurred_at) as newest_at from logs

-- name: spans
select 'spans' as table_name, max(occurred_at) as newest_at from spans

-- name: metrics
select 'metrics' as table_name, max(occurred_at) as newest_at from metrics

-- name: errors
select 'errors' as table_name, max(occurred_at) as newest_at from errors

-- name: subscriptions
select 'subscriptions' as table_name, max(occurred_at) as newest_at from subscriptions

-- name: costs
select 'costs' as table_name, max(occurred_at) as newest_at from costs

-- name: events_history
select 'events' as table_name, max(occurred_at) as newest_at from events_history

-- name: runs_history
select 'runs' as table_name, max(occurred_at) as newest_at from runs_history

-- name: llm_calls_history
select 'llm_calls' as table_name, max(occurred_at) as newest_at from llm_calls_history

-- name: logs_history
select 'logs' as table_name, max(occurred_at) as newest_at from logs_history

-- name: spans_history
select 'spans' as table_name, max(occurred_at) as newest_at from spans_history

-- name: metrics_history
select 'metrics' as table_name, max(occurred_at) as newest_at from metrics_history

-- name: errors_history
select 'errors' as table_name, max(occurred_at) as newest_at from errors_history

-- name: subscriptions_history
select 'subscriptions' as table_name, max(occurred_at) as newest_at from subscriptions_history

-- name: costs_history
select 'costs' as table_name, max(occurred_at) as newest_at from costs_history

-- name: tenants
-- The tables named here know every tenant with rows; the others would only repeat them.
with seen as (
    select distinct tenant_id from runs_history
    union all select distinct tenant_id from events_history
    union all select distinct tenant_id from llm_calls_history
    union all select distinct tenant_id from logs_history
    union all select distinct tenant_id from errors_history
    union all select tenant_id from tenants
)
select s.tenant_id, coalesce(max(nullif(t.name, '')), s.tenant_id) as tenant
from seen as s
left join tenants as t on t.tenant_id = s.tenant_id
where s.tenant_id <> ''
group by s.tenant_id
order by lower(tenant), s.tenant_id
