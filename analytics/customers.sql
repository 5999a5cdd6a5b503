-- Tenants as customers: who they are, and when each last ran something.

-- name: known
select tenant_id, coalesce(nullif(name, ''), tenant_id) as tenant, plan, region, owner, created_at
from tenants
where created_at is null or created_at < $window_end
order by tenant, tenant_id

-- name: runs
select tenant_id, count(*) as executions, max(occurred_at) as last_run_at
from runs_history
where occurred_at < $window_end and tenant_id <> ''
group by tenant_id
