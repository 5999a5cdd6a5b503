-- Single lines of logs.

-- name: newest
select occurred_at as written_at, lower(level) as level, service, tenant_id, message
from logs
order by occurred_at desc, log_id desc
limit $most
