-- A failure is a run with the status 'failed' or 'timeout'.
-- Its cause is its error code; without one, what its message says with every word that has a digit replaced by #,
-- so that messages which differ only by an id, a number or an address are one cause.

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
        action_type,
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
        workflow_name,
        count(*) as failures,
        max((occurred_at, run_id)) as last_failure,
        coalesce(list(distinct action_type) filter (where action_type <> ''), []) as connectors,
        max_by(error_message, (occurred_at, run_id)) as message
    from failures
    group by all
)
select
    cause,
    max_by(message, last_failure) as message,
    sum(failures)::bigint as failures,
    sum(failures) / sum(sum(failures)) over () as share,
    max(last_failure)[1] as last_failed_at,
    array_to_string(list_sort(list_distinct(flatten(list(connectors)))), ', ') as connector,
    max_by(workflow_name, (failures, workflow_name))
    || case when count(*) > 1 then ' and ' || (count(*) - 1) || ' more' else '' end as workflow
from named
group by cause
order by failures desc, cause
limit $most
