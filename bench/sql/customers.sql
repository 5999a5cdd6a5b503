-- Ten thousand customers over two years, for benchmarks: each begins some day, some leave, and most of those that leave
-- use less in the five weeks before. Everything follows from numbers, so that every machine makes the same rows.

-- name: lives
create temp table lives as
select
    i,
    format('tenant_{:05d}', i) as tenant_id,
    make_timestamp($first_us) + to_days((hash(i, 1) % 600)::integer - 60) as begun,
    case
        when hash(i, 2) % 100 < 30 then make_timestamp($first_us)
            + to_days((hash(i, 1) % 600)::integer - 60) + to_days((120 + hash(i, 3) % 500)::integer)
    end as left_at,
    10 * (1 + hash(i, 4) % 90) as paid,
    ['free', 'pro', 'enterprise'][1 + (hash(i, 5) % 3)::integer] as plan_name
from range(10000) as numbers(i)

-- name: tenants
insert into raw.tenants (tenant_id, source, name, plan, created_at, owner)
select tenant_id, 'bench', 'Company ' || i, plan_name, begun, 'Owner ' || i % 40
from lives

-- name: subscriptions
insert into raw.subscriptions (
    occurred_at, received_at, tenant_id, source, change_id, subscription_id, plan, interval, mrr_usd, seats, status
)
select begun, begun, tenant_id, 'bench', 'begun_' || i, 'subscription_' || i, plan_name, 'month', paid, 5 + i % 40, 'active'
from lives
union all
select left_at, left_at, tenant_id, 'bench', 'left_' || i, 'subscription_' || i, plan_name, 'month', paid, 5 + i % 40, 'canceled'
from lives
where left_at < make_timestamp($end_us)

-- name: people
insert into raw.people (tenant_id, person_id, source, name)
select tenant_id, 'user_' || i || '_' || n, 'bench', 'Person ' || n
from lives, range(3) as numbers(n)

-- name: drawn
-- What is used of a month: who uses how much follows a curve, who is fading keeps a third of it.
create or replace temp table drawn as
select *
from (
    select
        d.n,
        l.tenant_id,
        l.i as tenant,
        make_timestamp($first_us + d.n * $step_us) as occurred_at,
        hash(d.n, 3) % 1000 as luck,
        hash(d.n, 4) as kind,
        l.begun,
        l.left_at
    from (
        select n, floor(10000 * pow((hash(n, 2) % 1000000) / 1e6, 1.6))::bigint as tenant
        from range($from_row::bigint, $to_row::bigint) as numbers(n)
    ) as d
    join lives as l on l.i = d.tenant
)
where
    occurred_at >= begun and (left_at is null or occurred_at < left_at)
    and (left_at is null or occurred_at < left_at - interval 35 days or hash(n, 6) % 3 = 0)

-- name: events
insert into raw.events (occurred_at, received_at, tenant_id, source, event_id, event_type, user_id)
select
    occurred_at, occurred_at, tenant_id, 'bench', 'event_' || n, 'event_' || kind % 40,
    'user_' || tenant || '_' || kind // 40 % (2 + tenant % 20)
from drawn
where luck < 550

-- name: runs
insert into raw.runs (
    occurred_at, received_at, tenant_id, source, run_id, workflow_id, kind, status, duration_ms
)
select
    occurred_at, occurred_at, tenant_id, 'bench', 'run_' || n, 'workflow_' || kind % 12, 'workflow',
    case when kind % 100 < 94 then 'success' else 'failed' end, 100 + luck
from drawn
where luck between 550 and 899

-- name: llm_calls
insert into raw.llm_calls (
    occurred_at, received_at, tenant_id, source, call_id, user_id, feature, provider, model, input_tokens, output_tokens,
    cost_usd, status
)
select
    occurred_at, occurred_at, tenant_id, 'bench', 'call_' || n, 'user_' || tenant || '_' || kind % (2 + tenant % 20),
    'feature_' || kind % 6, 'provider', 'model', 200 + luck, 20 + luck, 0.001 * luck, 'success'
from drawn
where luck >= 900
