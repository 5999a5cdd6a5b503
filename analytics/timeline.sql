-- What happened to tenants, each block with the moment, the kind, the words and the tenant.
-- What repeats within a step, an hour or a day, is told once, at its newest.

-- name: plans
with changes as (
    select
        tenant_id,
        occurred_at,
        plan,
        seats,
        status,
        case when reason = '' then '' else ': ' || replace(reason, '_', ' ') end as why,
        lag(plan) over so_far as plan_before,
        lag(seats) over so_far as seats_before
    from subscriptions
    window so_far as (partition by tenant_id, subscription_id order by occurred_at, change_id)
)
select
    c.occurred_at as happened_at,
    'plan' as kind,
    case
        when c.status not in ('active', '') then 'Plan ' || c.plan || ' is ' || c.status || c.why
        when c.plan_before is null then 'Plan ' || c.plan || ' began'
        when c.plan_before <> c.plan then 'Plan changed from ' || c.plan_before || ' to ' || c.plan || c.why
        when c.seats <> c.seats_before
            then 'Seats changed from ' || c.seats_before || ' to ' || c.seats
        else 'Plan ' || c.plan || ' renewed'
    end as what,
    coalesce(nullif(t.name, ''), c.tenant_id) as tenant
from changes as c
left join tenants as t on t.tenant_id = c.tenant_id
where c.occurred_at >= $window_start and c.occurred_at < $window_end and c.status <> 'outside'
order by happened_at desc, what, tenant
limit $most

-- name: failures
with failures as (
    select
        tenant_id,
        workflow_name,
        error_code,
        regexp_replace(error_message, '[\w./:@-]*\d[\w/@-]*([.:][\w/@-]+)*', '#', 'g') as template,
        epoch_us(occurred_at) // $step_us as step,
        count(*) as failures,
        max(occurred_at) as happened_at,
        max_by(error_message, (occurred_at, run_id)) as message
    from runs
    where status in ('failed', 'timeout')
    group by all
)
select
    f.happened_at,
    'failure' as kind,
    coalesce(nullif(f.workflow_name, ''), 'An execution') || ' failed'
    || case when f.failures > 1 then ' ' || f.failures || ' times' else '' end
    || case when f.message <> '' then ': ' || f.message when f.error_code <> '' then ': ' || f.error_code else '' end
        as what,
    coalesce(nullif(t.name, ''), f.tenant_id) as tenant
from failures as f
left join tenants as t on t.tenant_id = f.tenant_id
order by f.happened_at desc, what, tenant
limit $most

-- name: events
with news as (
    select
        tenant_id,
        event_type,
        epoch_us(occurred_at) // $step_us as step,
        count(*) as events,
        max(occurred_at) as happened_at
    from events
    where regexp_matches(lower(event_type), $news) and event_type not in $written
    group by all
),
worded as (
    select
        *,
        lower(trim(regexp_replace(
            regexp_replace(event_type, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '[^A-Za-z0-9]+', ' ', 'g'
        ))) as words
    from news
)
select
    w.happened_at,
    'event' as kind,
    upper(w.words[1]) || w.words[2:] || case when w.events > 1 then ', ' || w.events || ' times' else '' end as what,
    coalesce(nullif(t.name, ''), w.tenant_id) as tenant
from worded as w
left join tenants as t on t.tenant_id = w.tenant_id
order by w.happened_at desc, what, tenant
limit $most

-- name: releases
with seen as (
    select release, occurred_at from spans_history
    where release <> '' and occurred_at >= $window_start::timestamp - interval '30 days'
    union all
    select release, occurred_at from errors_history
    where release <> '' and occurred_at >= $window_start::timestamp - interval '30 days'
),
first_seen as (
    select release, min(occurred_at) as happened_at from seen group by release
),
numbered as (
    select *, row_number() over (order by happened_at, release) as place from first_seen
)
select
    happened_at,
    'release' as kind,
    'Release ' || release || ' first seen' as what,
    '' as tenant
from numbered
-- The first of all may have run long before: its rows merely begin here.
where place > 1 and happened_at >= $window_start and happened_at < $window_end
order by happened_at desc, what
limit $most
