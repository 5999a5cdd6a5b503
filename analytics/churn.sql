-- What the prediction of losses reads beside features and labels.

-- name: oldest
-- When each tenant first used anything.
select tenant_id, min(first_at) as first_at
from (
    select tenant_id, min(occurred_at) as first_at from events_history group by tenant_id
    union all
    select tenant_id, min(occurred_at) as first_at from llm_calls_history group by tenant_id
    union all
    select tenant_id, min(occurred_at) as first_at from runs_history group by tenant_id
)
where tenant_id <> ''
group by tenant_id
order by tenant_id
