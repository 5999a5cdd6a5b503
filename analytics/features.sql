-- What was known of each tenant at cutoffs, which lie whole days of 24 hours apart. `back` is how many days a cutoff
-- lies before the last one. A row's `age` is the whole days from it to the last cutoff, its place the same counted in
-- steps of `$step` days, which cutoffs and blocks of four weeks are multiples of; `known` is the place of the moment at
-- which the row had happened and was received. At a cutoff a row counts if it was known by then.

-- name: seen
-- Per tenant and first cutoff that knows of it: how old the newest and the oldest use are, by people and by workflows.
with cuts as (
    select unnest($back)::bigint as back
),
rows_known as (
    select tenant_id, user_id <> '' as by_person, occurred_at, received_at
    from events_history
    where tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
    union all
    select tenant_id, user_id <> '' as by_person, occurred_at, received_at
    from llm_calls_history
    where tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
    union all
    select tenant_id, null as by_person, occurred_at, received_at
    from runs_history
    where tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
),
cells as (
    -- Beyond the oldest cutoff it is one when a row was known, and of a cell only its newest and oldest row count.
    select
        tenant_id,
        by_person,
        least(
            (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step,
            list_max($back)::bigint // $step
        ) as known,
        max(occurred_at) as newest_at,
        min(occurred_at) as oldest_at
    from rows_known
    group by all
),
aged as (
    select
        tenant_id,
        by_person,
        known,
        (epoch_us($window_end) - 1 - epoch_us(newest_at)) // $day_us as newest,
        (epoch_us($window_end) - 1 - epoch_us(oldest_at)) // $day_us as oldest
    from cells
)
select
    c.back,
    x.tenant_id,
    min(x.newest) filter (where x.by_person) as person_age,
    min(x.newest) filter (where x.by_person is null) as run_age,
    max(x.oldest) as first_age
from aged as x
asof join cuts as c on x.known * $step >= c.back
group by c.back, x.tenant_id
order by c.back, x.tenant_id

-- name: people
-- Per cutoff and tenant: how many people were active in each block of four weeks, on how many days, and since when
-- the person is silent who did the most in the three blocks before the newest.
with cuts as (
    select back, back // $step as cut from (select unnest($back)::bigint as back)
),
acts as (
    select tenant_id, user_id, occurred_at, received_at
    from events_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
    union all
    select tenant_id, user_id, occurred_at, received_at
    from llm_calls_history
    where
        tenant_id <> '' and user_id <> '' and occurred_at >= $since and occurred_at < $window_end
        and received_at < $window_end
),
aged as (
    select
        tenant_id,
        user_id,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us as age,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known
    from acts
),
cells as (
    select
        tenant_id,
        user_id,
        age // $step as place,
        known,
        count(*) as acts,
        min(age) as newest,
        bit_or(1::bigint << (age % $step)::integer) as days
    from aged
    group by all
),
aliases as (
    select tenant_id, alias, person_id, (epoch_us($window_end) - 1 - epoch_us(since)) // $day_us as known
    from identities
    where since is null or since < $window_end
),
named as (
    select x.*, a.person_id, a.known as named_since
    from cells as x
    left join aliases as a on a.tenant_id = x.tenant_id and a.alias = x.user_id
),
placed as (
    select
        c.back,
        x.tenant_id,
        case
            when x.named_since is null or x.named_since >= c.back then coalesce(x.person_id, x.user_id)
            else x.user_id
        end as person,
        (x.place - c.cut) * $step // 28 as block,
        x.acts,
        x.newest - c.back as newest
    from named as x
    join cuts as c on c.cut <= x.known and c.cut > x.place - 112 // $step
),
persons as (
    select
        back,
        tenant_id,
        person,
        bool_or(block = 0) as in_1,
        bool_or(block = 1) as in_2,
        bool_or(block = 2) as in_3,
        bool_or(block = 3) as in_4,
        coalesce(sum(acts) filter (where block = 0), 0) as acts,
        coalesce(sum(acts) filter (where block = 1), 0) as acts_2,
        coalesce(sum(acts) filter (where block > 0), 0) as acts_before,
        min(newest) as newest
    from placed
    group by back, tenant_id, person
),
seats as (
    select
        back,
        tenant_id,
        sum(acts)::bigint as actions,
        sum(acts_2)::bigint as actions_before,
        count(*) filter (where in_1) as people,
        count(*) filter (where in_2) as people_before,
        count(*) filter (where in_3) as people_3,
        count(*) filter (where in_4) as people_4,
        max_by(newest, (acts_before, person)) filter (where acts_before > 0) as champion_silent_days
    from persons
    group by back, tenant_id
),
tenant_days as (
    select tenant_id, place, known, bit_or(days) as days from cells group by tenant_id, place, known
),
days as (
    select
        c.back,
        x.tenant_id,
        bit_count(bit_or(x.days << ((x.place - c.cut) * $step)::integer) & 268435455) as active_days,
        bit_count(bit_or(x.days << ((x.place - c.cut) * $step)::integer) >> 28) as active_days_before
    from tenant_days as x
    join cuts as c on c.cut <= x.known and c.cut > x.place - 56 // $step
    group by c.back, x.tenant_id
)
select
    s.back,
    s.tenant_id,
    coalesce(d.active_days, 0)::bigint as active_days,
    coalesce(d.active_days_before, 0)::bigint as active_days_before,
    s.actions,
    s.actions_before,
    s.people,
    s.people_before,
    s.people_3,
    s.people_4,
    s.champion_silent_days
from seats as s
left join days as d on d.back = s.back and d.tenant_id = s.tenant_id
order by s.back, s.tenant_id

-- name: runs
-- Per cutoff and tenant: executions, failures and different workflows of the newest four weeks and of those before.
with cuts as (
    select back, back // $step as cut from (select unnest($back)::bigint as back)
),
cells as (
    select
        tenant_id,
        coalesce(nullif(workflow_id, ''), workflow_name) as workflow,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as executions,
        count(*) filter (where status in ('failed', 'timeout')) as failed,
        count(*) filter (where status in ('failed', 'timeout') or status = 'success') as judged
    from runs_history
    where
        tenant_id <> '' and occurred_at >= $since and occurred_at < $window_end and received_at < $window_end
    group by all
),
placed as (
    select
        c.back,
        x.tenant_id,
        x.workflow,
        (x.place - c.cut) * $step as age,
        x.executions,
        x.failed,
        x.judged
    from cells as x
    join cuts as c on c.cut <= x.known and c.cut > x.place - 56 // $step
),
workflows as (
    select
        back,
        tenant_id,
        sum(executions) filter (where age < 7) as executions_week,
        sum(executions) filter (where age < 28) as executions,
        sum(executions) filter (where age >= 28) as executions_before,
        sum(failed) filter (where age < 28) as failed,
        sum(failed) filter (where age >= 28) as failed_before,
        sum(judged) filter (where age < 28) as judged,
        sum(judged) filter (where age >= 28) as judged_before
    from placed
    group by back, tenant_id, workflow
)
select
    back,
    tenant_id,
    coalesce(sum(executions_week), 0)::bigint as executions_week,
    coalesce(sum(executions), 0)::bigint as executions,
    coalesce(sum(executions_before), 0)::bigint as executions_before,
    coalesce(sum(failed), 0)::bigint as failed,
    coalesce(sum(failed_before), 0)::bigint as failed_before,
    coalesce(sum(judged), 0)::bigint as judged,
    coalesce(sum(judged_before), 0)::bigint as judged_before,
    count(executions) as workflows,
    count(executions_before) as workflows_before
from workflows
group by back, tenant_id
order by back, tenant_id

-- name: kinds
-- Per cutoff and tenant: how many kinds of things people did, AI calls and hits of a limit, in both blocks.
with cuts as (
    select back, back // $step as cut from (select unnest($back)::bigint as back)
),
cells as (
    -- Of a kind it matters when its first row of a place was known; limits and calls are counted as they came in.
    select
        tenant_id,
        'person' as what,
        event_type as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        max((epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step) as known,
        count(*) as times
    from events_history
    where
        tenant_id <> '' and user_id <> '' and event_type not in $limits and occurred_at >= $since
        and occurred_at < $window_end and received_at < $window_end
    group by tenant_id, kind, place
    union all
    select
        tenant_id,
        'limit' as what,
        '' as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as times
    from events_history
    where
        tenant_id <> '' and event_type in $limits and occurred_at >= $since
        and occurred_at < $window_end and received_at < $window_end
    group by all
    union all
    select
        tenant_id,
        'call' as what,
        '' as kind,
        (epoch_us($window_end) - 1 - epoch_us(occurred_at)) // $day_us // $step as place,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step as known,
        count(*) as times
    from llm_calls_history
    where
        tenant_id <> '' and occurred_at >= $since and occurred_at < $window_end and received_at < $window_end
    group by all
),
counted as (
    -- Where a block is one place, kinds of it are different already: they need not be kept apart to be counted.
    select
        tenant_id,
        what,
        case when $step = 28 then '' else kind end as kind,
        place,
        known,
        count(*) as kinds,
        sum(times) as times
    from cells
    group by all
),
placed as (
    select
        c.back,
        x.tenant_id,
        x.what,
        sum(x.kinds) filter (where (x.place - c.cut) * $step < 28) as kinds,
        sum(x.kinds) filter (where (x.place - c.cut) * $step >= 28) as kinds_before,
        sum(x.times) filter (where (x.place - c.cut) * $step < 28) as times,
        sum(x.times) filter (where (x.place - c.cut) * $step >= 28) as times_before
    from counted as x
    join cuts as c on c.cut <= x.known and c.cut > x.place - 56 // $step
    group by c.back, x.tenant_id, x.what, x.kind
)
select
    back,
    tenant_id,
    coalesce(sum(case when $step = 28 then kinds else (kinds > 0)::bigint end) filter (where what = 'person'), 0)::bigint
        as features,
    coalesce(
        sum(case when $step = 28 then kinds_before else (kinds_before > 0)::bigint end) filter (where what = 'person'), 0
    )::bigint as features_before,
    coalesce(sum(times) filter (where what = 'call'), 0)::bigint as ai_calls,
    coalesce(sum(times_before) filter (where what = 'call'), 0)::bigint as ai_calls_before,
    coalesce(sum(times) filter (where what = 'limit'), 0)::bigint as limit_hits
from placed
group by back, tenant_id
order by back, tenant_id

-- name: contracts
-- Per moment and tenant: what its subscriptions, each at its last change before it, come to: the changes that were
-- received by then, or in hindsight all.
with moments as (
    select unnest($moments::timestamp[]) as moment
),
held as (
    select
        m.moment,
        s.tenant_id,
        s.subscription_id,
        min(s.occurred_at) as first_at,
        max_by((s.status, s.mrr_usd, s.seats, s."plan", s.renews_at, s.user_id = ''), (s.occurred_at, s.change_id)) as last
    from subscriptions as s
    join moments as m on s.occurred_at < m.moment and (s.received_at < m.moment or $in_hindsight)
    where s.tenant_id <> ''
    group by m.moment, s.tenant_id, s.subscription_id
),
flat as (
    select
        moment,
        tenant_id,
        first_at,
        last[1] in $live as is_live,
        last[1] in $late as is_late,
        case when last[1] in $paying and last[2] > 0 then last[2] else 0::decimal(18, 9) end as paid_usd,
        last[3] as seats,
        last[4] as held_plan,
        last[5] as renews_at,
        last[6] as of_tenant
    from held
)
select
    moment,
    tenant_id,
    min(first_at) as first_at,
    bool_or(is_live) as is_live,
    bool_or(is_late and paid_usd > 0) as past_due,
    sum(paid_usd)::double as mrr_usd,
    sum(seats) filter (where is_live and of_tenant)::double as seats,
    max_by(held_plan, (paid_usd, held_plan)) filter (where is_live and of_tenant) as held_plan,
    -- The tenant's own contract where it pays for one: the plan of one of its people may renew sooner, and is none.
    min(renews_at) filter (
        where is_live and paid_usd > 0 and renews_at >= moment and (of_tenant or not coalesce(pays_itself, false))
    ) as renews_at
from (
    select *, bool_or(of_tenant and is_live and paid_usd > 0) over (partition by moment, tenant_id) as pays_itself
    from flat
)
group by moment, tenant_id
order by moment, tenant_id

-- name: signed_up
select tenant_id, created_at from tenants where created_at < $window_end order by tenant_id
