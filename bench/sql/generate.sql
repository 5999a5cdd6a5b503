-- Rows for benchmarks: as many a day whatever the history's length, a few tenants large and most small, in the
-- order of arrival. Everything follows from the row's number, so that every machine makes the same rows.

-- name: tenants
insert into raw.tenants (tenant_id, source, name, plan)
select
    format('tenant_{:03d}', i),
    'bench',
    case when i % 40 = 7 then '' else format('Company {:03d}', i) end,
    ['free', 'pro', 'enterprise'][1 + i % 3]
from range(400) as numbers(i)

-- name: runs
insert into raw.runs (
    occurred_at, received_at, tenant_id, source, run_id, user_id, workflow_id, action_type, kind, status, duration_ms,
    error_code, attributes
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) % 1000 as luck,
        hash(i, 4) % 1000 / 1e3 as ease,
        hash(i, 5) as kind
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'run_' || i,
    'user_' || tenant || '_' || kind % 50,
    'wf_' || tenant || '_' || kind % 20,
    'connector_' || lpad((pow((kind % 1000) / 1e3, 2) * 14)::integer::varchar, 2, '0'),
    'workflow',
    case when luck < 940 then 'success' when luck < 980 then 'failed' when luck < 990 then 'timeout' else 'cancelled' end,
    case when luck % 50 > 0 then round(120 * exp(5 * ease), 1) end,
    case when luck between 940 and 979 then 'E' || luck % 7 else '' end,
    {'region': ['eu', 'us', 'ap'][1 + (kind % 3)::integer], 'attempt': (1 + kind % 4)::double}::variant
from drawn

-- name: llm_calls
insert into raw.llm_calls (
    occurred_at, received_at, tenant_id, source, call_id, user_id, feature, provider, model, input_tokens, output_tokens,
    cost_usd, duration_ms, status, request_id
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i // 2, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) % 1000 as luck,
        hash(i // 2, 4) as request
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'call_' || i,
    'user_' || tenant || '_' || request % 50,
    'feature_' || request % 6,
    'provider_' || request % 3,
    'model_' || request % 9,
    200 + request % 8000,
    20 + luck,
    case when request % 9 > 0 then ((200 + request % 8000) * 3 + luck * 15)::decimal(18, 9) / 1000000 end,
    300 + luck * 9.5,
    case when luck < 985 then 'success' else 'failed' end,
    case when request % 10 > 0 then 'req_' || i // 2 else '' end
from drawn

-- name: events
insert into raw.events (
    occurred_at, received_at, tenant_id, source, event_id, event_type, user_id, anonymous_id, session_id, project_id,
    attributes
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) % 1000 as luck,
        hash(i, 4) as kind,
        floor(500 * pow((hash(i, 5) % 1000000) / 1e6, 2))::bigint as person
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'event_' || i,
    -- One event in 2000 is a signup.
    case
        when kind // 1000 % 2000 = 0 then 'registered'
        else 'event_' || lpad((pow((kind % 1000) / 1e3, 2) * 40)::integer::varchar, 2, '0')
    end,
    case when luck >= 150 then 'user_' || tenant || '_' || person else '' end,
    case when luck < 200 then 'visitor_' || tenant || '_' || person else '' end,
    case when luck > 20 then 'session_' || tenant || '_' || person || '_' || i // 2000000 else '' end,
    'project_' || kind % 12,
    -- A visitor's rows have a page, and one in ten the campaign that it came by.
    case
        when luck >= 200 then {
            'browser': ['chrome', 'firefox', 'safari', 'edge'][1 + (kind % 4)::integer],
            'plan': ['free', 'pro', 'enterprise'][1 + (tenant % 3)::integer],
            'size': (kind % 97)::double
        }::variant
        when luck % 10 > 0 then {
            'browser': ['chrome', 'firefox', 'safari', 'edge'][1 + (kind % 4)::integer],
            'plan': ['free', 'pro', 'enterprise'][1 + (tenant % 3)::integer],
            'size': (kind % 97)::double,
            'page': '/page/' || kind % 300
        }::variant
        else {
            'browser': ['chrome', 'firefox', 'safari', 'edge'][1 + (kind % 4)::integer],
            'plan': ['free', 'pro', 'enterprise'][1 + (tenant % 3)::integer],
            'size': (kind % 97)::double,
            'page': '/page/' || kind % 300,
            'utm_campaign': 'campaign_' || kind // 300 % 20
        }::variant
    end
from drawn

-- name: logs
insert into raw.logs (
    occurred_at, received_at, tenant_id, source, log_id, level, message, logger, service, host, environment, user_id,
    request_id
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) % 1000 as luck,
        hash(i, 4) as kind
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'log_' || i,
    case when luck < 15 then 'error' when luck < 16 then 'fatal' when luck < 60 then 'warn' else 'info' end,
    'worker ' || kind % 40 || ' took step ' || luck,
    'logger_' || kind % 20,
    'service_' || kind % 8,
    'host_' || kind % 16,
    case when luck % 10 > 0 then 'production' else 'staging' end,
    'user_' || tenant || '_' || kind % 50,
    'req_' || i
from drawn

-- name: spans
insert into raw.spans (
    occurred_at, received_at, tenant_id, source, trace_id, span_id, service, name, kind, duration_ms, status,
    http_method, http_route, http_status, db_system, user_id, environment, release
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i // 4, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) % 1000 as luck,
        hash(i, 4) as kind,
        hash(i, 5) % 1000 / 1e3 as ease
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'trace_' || i // 4,
    'span_' || i,
    'service_' || kind % 8,
    'operation_' || kind % 60,
    case when i % 4 = 0 then 'server' when i % 4 = 1 then 'client' else 'internal' end,
    case when luck % 100 > 0 then round(5 * exp(6 * ease), 2) end,
    case when luck < 12 then 'error' else 'ok' end,
    case when i % 4 = 0 then ['GET', 'GET', 'POST'][1 + (kind % 3)::integer] else '' end,
    case when i % 4 = 0 then '/route/' || kind % 30 else '' end,
    case when i % 4 = 0 and luck % 50 > 0 then case when luck < 12 then 500 + luck when luck < 40 then 404 else 200 end end,
    case when i % 4 = 2 then 'postgresql' else '' end,
    'user_' || tenant || '_' || kind % 50,
    'production',
    '1.' || i // 2000000
from drawn

-- name: metrics
insert into raw.metrics (
    occurred_at, received_at, tenant_id, source, name, series, kind, value, unit, service, host
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us) as occurred_at,
        i % 96 as series,
        hash(i, 3) % 10000 as luck
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    '',
    'bench',
    ['cpu_percent', 'memory_bytes', 'queue_depth'][1 + (series % 3)::integer],
    series,
    'gauge',
    luck / 100,
    '',
    'service_' || series % 8,
    'host_' || series // 6
from drawn

-- name: errors
insert into raw.errors (
    occurred_at, received_at, tenant_id, source, error_id, service, environment, release, type, message, handled,
    fingerprint, endpoint, user_id
)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us + (hash(i, 1) % $step_us)::bigint) as occurred_at,
        floor(400 * pow((hash(i, 2) % 1000000) / 1e6, 2.5))::bigint as tenant,
        hash(i, 3) as kind
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    format('tenant_{:03d}', tenant),
    'bench',
    'error_' || i,
    'service_' || kind % 8,
    'production',
    '1.' || kind % 4,
    'Error' || kind % 25,
    'it broke in ' || kind % 25,
    case when kind % 10 > 0 then kind % 3 > 0 end,
    'group_' || kind % 300,
    '/route/' || kind % 30,
    'user_' || tenant || '_' || kind % 50
from drawn

-- name: costs
insert into raw.costs (occurred_at, received_at, tenant_id, source, cost_id, category, service, provider, amount_usd)
with drawn as (
    select
        i,
        make_timestamp($first_us + i * $step_us) as occurred_at,
        hash(i, 3) as kind
    from range($from_row::bigint, $to_row::bigint) as numbers(i)
)
select
    occurred_at,
    occurred_at,
    '',
    'bench',
    'cost_' || i,
    ['compute', 'storage', 'network'][1 + (kind % 3)::integer],
    'service_' || kind % 8,
    'provider_' || kind % 2,
    (kind % 100000)::decimal(18, 9) / 1000
from drawn

-- name: people
insert into raw.people (tenant_id, person_id, source, name, role)
select
    format('tenant_{:03d}', i // 500),
    'user_' || i // 500 || '_' || i % 500,
    'bench',
    'Person ' || i,
    ['member', 'member', 'admin', 'owner'][1 + (i % 4)::integer]
from range(200000) as numbers(i)

-- name: identities
-- Every fifth visitor is known to be a user, so that people are counted through their other names too.
insert into raw.identities (tenant_id, alias, person_id, source)
select
    format('tenant_{:03d}', i // 500),
    'visitor_' || i // 500 || '_' || i % 500,
    'user_' || i // 500 || '_' || i % 500,
    'bench'
from range(0, 200000, 5) as numbers(i)

-- name: subscriptions
insert into raw.subscriptions (occurred_at, received_at, tenant_id, source, change_id, plan)
select
    make_timestamp($first_us) + to_days((i % 3 * 60)::integer),
    make_timestamp($first_us) + to_days((i % 3 * 60)::integer),
    format('tenant_{:03d}', i // 3),
    'bench',
    'change_' || i,
    ['free', 'pro', 'enterprise'][1 + (hash(i) % 3)::integer]
from range(1200) as numbers(i)

-- name: count
update control.tables
set
    version = version + 1,
    rows = counted.rows,
    tenantless = counted.tenantless,
    first_at = counted.first_at,
    last_at = counted.last_at
from (
    select
        'events' as name, count(*) as rows, count(*) filter (where tenant_id = '') as tenantless,
        min(occurred_at) as first_at, max(occurred_at) as last_at
    from raw.events
    union all
    select 'runs', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.runs
    union all
    select 'llm_calls', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.llm_calls
    union all
    select 'logs', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.logs
    union all
    select 'spans', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.spans
    union all
    select 'metrics', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.metrics
    union all
    select 'errors', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.errors
    union all
    select 'costs', count(*), count(*) filter (where tenant_id = ''), min(occurred_at), max(occurred_at) from raw.costs
    union all
    select 'subscriptions', count(*), 0, min(occurred_at), max(occurred_at) from raw.subscriptions
    union all
    select 'tenants', count(*), 0, null, null from raw.tenants
    union all
    select 'people', count(*), 0, null, null from raw.people
    union all
    select 'identities', count(*), 0, null, null from raw.identities
) as counted
where counted.name = control.tables.name

-- name: keys
insert into control.keys (table_name, key, type, rows, first_at, last_at)
select table_name, key, type, rows, first_at, last_at
from control.tables, (
    values
        ('runs', 'region', 'VARCHAR'), ('runs', 'attempt', 'DOUBLE'),
        ('events', 'browser', 'VARCHAR'), ('events', 'plan', 'VARCHAR'), ('events', 'size', 'DOUBLE'),
        ('events', 'page', 'VARCHAR'), ('events', 'utm_campaign', 'VARCHAR')
) as kinds(table_name, key, type)
where name = table_name and rows > 0
