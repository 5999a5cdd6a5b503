-- Attribute keys: which attributes the newest rows carry, and how many of those rows.
-- The newest 5,000 rows of each table, so that a list of choices costs the same whatever the window is.

-- name: events
select 'events' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from events order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: runs
select 'runs' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from runs order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: llm_calls
select 'llm_calls' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from llm_calls order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: logs
select 'logs' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from logs order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: spans
select 'spans' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from spans order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: metrics
select 'metrics' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from metrics order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: errors
select 'errors' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from errors order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: subscriptions
select 'subscriptions' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from subscriptions order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: costs
select 'costs' as table_name, carried.key, count(*) as rows from (
    select unnest(json_keys(cast(newest.attributes as json))) as key
    from (select attributes from costs order by occurred_at desc limit 5000) as newest
) as carried
group by carried.key

-- name: any_events
select 'events' as table_name from events_history limit 1

-- name: any_runs
select 'runs' as table_name from runs_history limit 1

-- name: any_llm_calls
select 'llm_calls' as table_name from llm_calls_history limit 1

-- name: any_logs
select 'logs' as table_name from logs_history limit 1

-- name: any_spans
select 'spans' as table_name from spans_history limit 1

-- name: any_metrics
select 'metrics' as table_name from metrics_history limit 1

-- name: any_errors
select 'errors' as table_name from errors_history limit 1

-- name: any_subscriptions
-- A change that the filter leaves out may still end what one inside it began, so it is there, as outside.
select 'subscriptions' as table_name from subscriptions_history where status <> 'outside' limit 1

-- name: any_costs
select 'costs' as table_name from costs_history limit 1
