-- The first steps of tenants.

-- name: steps
-- Per tenant and type of event: when it first happened, and who did it.
select
    tenant_id,
    event_type,
    min(occurred_at) as first_at,
    min_by(user_id, (occurred_at, event_id)) as user_id
from events_history
where tenant_id <> '' and event_type in $steps and occurred_at < $window_end
group by tenant_id, event_type
order by tenant_id, event_type
