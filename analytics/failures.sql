-- A failure is a run with the status 'failed' or 'timeout'.
-- Its cause is its error code; without one, what its message says with every word that has a digit replaced by #,
-- so that messages which differ only by an id, a number or an address are one cause. What two connectors fail by
-- are two causes, for each has a remedy of its own.

-- name: recent
with newest as (
    select occurred_at, run_id, tenant_id, workflow_name, action_type, error_message, error_code, duration_ms
    from runs
    where status in ('failed', 'timeout')
    order by occurred_at desc, run_id
    limit $most
)
select
    n.occurred_at as failed_at,
    n.workflow_name,
    n.error_message,
    n.error_code,
    n.action_type,
    n.duration_ms,
    coalesce(nullif(t.name, ''), n.tenant_id) as tenant
from newest as n
left join tenants as t on t.tenant_id = n.tenant_id
order by n.occurred_at desc, n.run_id

-- name: causes
with failures as (
    select
        occurred_at,
        run_id,
        workflow_name,
        error_code,
        error_message,
        status,
        coalesce(action_type, '') as connector,
        regexp_replace(error_message, '[\w./:@-]*\d[\w/@-]*([.:][\w/@-]+)*', '#', 'g') as template
    from runs
    where status in ('failed', 'timeout')
),
named as (
    select
        case
            when error_code <> '' then error_code
            when template <> '' then template
            when status = 'timeout' then 'timeout'
            else 'no cause stated'
        end as cause,
        connector,
        -- One message stands for all of a cause: without a connector only those that say the same are one.
        case when connector = '' then template else '' end as says,
        workflow_name,
        count(*) as failures,
        max((occurred_at, run_id)) as last_failure,
        max_by(error_message, (occurred_at, run_id)) as message
    from failures
    group by all
),
told as (
    select
        cause,
        connector,
        max_by(message, last_failure) as message,
        sum(failures)::bigint as failures,
        max(last_failure)[1] as last_failed_at,
        max_by(workflow_name, (failures, workflow_name))
        || case when count(*) > 1 then ' and ' || (count(*) - 1) || ' more' else '' end as workflow
    from named
    group by cause, connector, says
),
placed as (
    select *, row_number() over (order by failures desc, cause, connector, message) as place
    from told
)
select
    case when least(place, $most + 1) > $most then 'all other causes' else any_value(cause) end as cause,
    case when least(place, $most + 1) > $most then '' else any_value(message) end as message,
    sum(failures)::bigint as failures,
    sum(failures) / sum(sum(failures)) over () as share,
    max(last_failed_at) as last_failed_at,
    case when least(place, $most + 1) > $most then '' else any_value(connector) end as connector,
    case when least(place, $most + 1) > $most then count(*) || ' causes' else any_value(workflow) end as workflow
from placed
group by least(place, $most + 1)
order by least(place, $most + 1)
