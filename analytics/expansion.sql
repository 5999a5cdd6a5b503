-- Trials that go on at the end of the window, and limits that were hit before it.

-- name: trials
-- Of each tenant the first end of a trial that it is on.
select tenant_id, min(trial_ends_at) as trial_ends_at
from (
    select
        tenant_id,
        subscription_id,
        max_by((trial_ends_at, status, mrr_usd), (occurred_at, change_id)) as state
    from subscriptions
    where occurred_at < $window_end and tenant_id <> ''
    group by tenant_id, subscription_id
) as s, lateral (select s.state[1] as trial_ends_at, s.state[2] as status) as t
where t.status in $trial and t.trial_ends_at is not null
group by tenant_id
order by tenant_id

-- name: hits
-- When each tenant hit a limit.
select tenant_id, occurred_at
from events_history
where tenant_id <> '' and event_type in $limits and occurred_at >= $since and occurred_at < $window_end
order by tenant_id, occurred_at
