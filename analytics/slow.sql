-- Single executions that took long.

-- name: executions
with slowest as (
    select occurred_at, run_id, tenant_id, workflow_name, action_type, status, duration_ms
    from runs
    where duration_ms > 5000
    order by duration_ms desc, occurred_at desc, run_id
    limit $most
)
select
    s.occurred_at as finished_at,
    s.tenant_id,
    coalesce(nullif(t.name, ''), s.tenant_id) as tenant,
    s.workflow_name,
    s.action_type,
    s.status,
    s.duration_ms
from slowest as s
left join tenants as t on t.tenant_id = s.tenant_id
order by s.duration_ms desc, s.occurred_at desc, s.run_id
