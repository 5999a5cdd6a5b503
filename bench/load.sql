-- name: runs
-- Log lines that carry a workflow's run; a tenth have keys that no mapping knows, one in a hundred is cut.
select case when hash(i, 5) % 100 = 0 then line[:20 + (hash(i, 6) % 180)::bigint] else line end as line
from (
    select i,
        '{"timestamp":"' || strftime(make_timestamp(1767882600000000 + i * 1370000), '%Y-%m-%dT%H:%M:%S.%gZ') || '"'
        || ',"level":"' || case when hash(i, 1) % 14 = 0 then 'error' else 'info' end || '"'
        || ',"message":"' || case when hash(i, 1) % 14 = 0 then 'Workflow failed: upstream returned 503' else 'Workflow executed successfully' end || '"'
        || ',"user_id":"user_' || hash(i, 2) % 20000 || '","tenant_id":"tenant_' || hash(i, 3) % 400 || '"'
        || ',"workflow_id":"wf_' || hash(i, 4) % 3000 || '","service":"ipaas-api"'
        || case hash(i, 7) % 40
            when 0 then ',"request_id":"req_' || hash(i, 8) || '"'
            when 1 then ',"region":"eu-west-1"'
            when 2 then ',"http":{"status":' || 200 + hash(i, 8) % 4 * 100 || ',"route":"/v1/run"},"tags":["a","b"]'
            else '' end
        || ',"meta":{"workflow_name":"' || ['Daily Sales Report', 'Sync CRM contacts', 'Invoice to ledger', 'Weekly digest', 'New lead to Slack'][1 + (hash(i, 4) % 5)::bigint]
        || '","action_type":"' || ['slack_message', 'http_request', 'salesforce_upsert', 'gmail_send', 'postgres_query', 'sheet_append'][1 + (hash(i, 9) % 6)::bigint]
        || '","duration":"' || case
            when hash(i, 10) % 10 < 3 then 20 + hash(i, 11) % 980 || 'ms'
            when hash(i, 10) % 20 = 19 then 1 + hash(i, 11) % 9 || 'm' || hash(i, 12) % 60 || 's'
            else round((hash(i, 11) % 500) / 10, 1) || 's' end
        || '","status":"' || case when hash(i, 1) % 14 = 0 then 'failed' else 'success' end || '"'
        || case when hash(i, 7) % 40 = 3 then ',"retries":' || 1 + hash(i, 8) % 5 else '' end || '}}' as line
    from range($lines) as numbers(i)
)

-- name: logs
-- Log lines of which every key has a column.
select '{"timestamp":"' || strftime(make_timestamp(1767882600000000 + i * 1370000), '%Y-%m-%dT%H:%M:%S.%gZ') || '"'
    || ',"level":"' || ['info', 'info', 'info', 'warn', 'error'][1 + (hash(i, 1) % 5)::bigint] || '"'
    || ',"message":"request ' || hash(i, 2) % 1000 || ' to /v1/items took ' || hash(i, 3) % 900 || ' ms"'
    || ',"tenant_id":"tenant_' || hash(i, 4) % 400 || '","user_id":"user_' || hash(i, 5) % 20000 || '"'
    || ',"service":"' || ['api', 'worker', 'billing', 'search'][1 + (hash(i, 6) % 4)::bigint] || '","host":"web-' || hash(i, 7) % 12 || '"'
    || ',"request_id":"req_' || hash(i, 8) || '"}' as line
from range($lines) as numbers(i)

-- name: read_runs
create table runs as select * from read_ndjson($file, ignore_errors = true, columns = {
    timestamp: 'TIMESTAMP', level: 'VARCHAR', message: 'VARCHAR', user_id: 'VARCHAR', tenant_id: 'VARCHAR', workflow_id: 'VARCHAR',
    service: 'VARCHAR', meta: 'STRUCT(workflow_name VARCHAR, action_type VARCHAR, duration VARCHAR, status VARCHAR)'})

-- name: read_logs
create table logs as select * from read_ndjson($file, columns = {
    timestamp: 'TIMESTAMP', level: 'VARCHAR', message: 'VARCHAR', tenant_id: 'VARCHAR', user_id: 'VARCHAR', service: 'VARCHAR',
    host: 'VARCHAR', request_id: 'VARCHAR'})
