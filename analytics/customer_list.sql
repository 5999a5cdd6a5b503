-- Every customer in one list: how much each used a day.

-- name: use
-- Per tenant and day before the window's end, the newest 0: executions, and what people did.
with acts as (
    select tenant_id, occurred_at from runs_history
    where tenant_id <> '' and occurred_at >= $since and occurred_at < $window_end
    union all
    select tenant_id, occurred_at from events_history
    where tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
    union all
    select tenant_id, occurred_at from llm_calls_history
    where tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
)
select tenant_id, (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us as age, count(*) as uses
from acts
group by all
order by tenant_id, age
