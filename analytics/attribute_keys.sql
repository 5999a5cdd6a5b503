-- Attribute keys: which attributes the newest rows carry, and how many of those rows.
-- The newest 5,000 rows of each table, so that a list of choices costs the same whatever the window is.

-- name: events
(with newest as (select attributes from events order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'events' as table_name, key, count(*) as rows from carried group by key)

-- name: runs
(with newest as (select attributes from runs order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'runs' as table_name, key, count(*) as rows from carried group by key)

-- name: llm_calls
(with newest as (select attributes from llm_calls order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'llm_calls' as table_name, key, count(*) as rows from carried group by key)

-- name: logs
(with newest as (select attributes from logs order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'logs' as table_name, key, count(*) as rows from carried group by key)

-- name: spans
(with newest as (select attributes from spans order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'spans' as table_name, key, count(*) as rows from carried group by key)

-- name: metrics
(with newest as (select attributes from metrics order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'metrics' as table_name, key, count(*) as rows from carried group by key)

-- name: errors
(with newest as (select attributes from errors order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'errors' as table_name, key, count(*) as rows from carried group by key)

-- name: subscriptions
(with newest as (select attributes from subscriptions order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'subscriptions' as table_name, key, count(*) as rows from carried group by key)

-- name: costs
(with newest as (select attributes from costs order by occurred_at desc limit 5000),
carried as (select unnest(json_keys(cast(attributes as json))) as key from newest)
select 'costs' as table_name, key, count(*) as rows from carried group by key)
