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

-- name: count
update control.tables
set
    version = version + 1,
    rows = counted.rows,
    tenantless = 0,
    first_at = counted.first_at,
    last_at = counted.last_at
from (
    select 'runs' as name, count(*) as rows, min(occurred_at) as first_at, max(occurred_at) as last_at from raw.runs
    union all
    select 'llm_calls', count(*), min(occurred_at), max(occurred_at) from raw.llm_calls
    union all
    select 'tenants', count(*), null, null from raw.tenants
) as counted
where counted.name = control.tables.name

-- name: keys
insert into control.keys (table_name, key, type, rows, first_at, last_at)
select 'runs', key, type, rows, first_at, last_at
from control.tables, (values ('region', 'VARCHAR'), ('attempt', 'DOUBLE')) as kinds(key, type)
where name = 'runs'
