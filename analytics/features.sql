-- What was known of each tenant at cutoffs, which lie whole days of 24 hours apart. `back` is how many days a cutoff
-- lies before the last one. A row's `age` is the whole days from it to the last cutoff, its place the same counted in
-- steps of `$step` days, which cutoffs and blocks of four weeks are multiples of; `known` is the place of the moment at
-- which the row had happened and was received. At a cutoff a row counts if it was known by then.

-- name: seen
-- Per tenant and first cutoff that knows of it: how old the newest use is, by people, by workflows and by calls of AI models,
-- whoever made them, and the oldest of any.
-- What the oldest cutoff, `$oldest`, knows already is most of the rows: by the tenant alone, without a `filter`, they are
-- grouped three times as fast.
with cuts as (
    select unnest($back)::bigint as back
),
rows_known as (
    select tenant_id, user_id <> '' as by_person, false as is_call, occurred_at, received_at
    from events_history
    where
        tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
        and (occurred_at >= $oldest or received_at >= $oldest)
    union all
    select tenant_id, user_id <> '' as by_person, true as is_call, occurred_at, received_at
    from llm_calls_history
    where
        tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
        and (occurred_at >= $oldest or received_at >= $oldest)
    union all
    select tenant_id, null as by_person, false as is_call, occurred_at, received_at
    from runs_history
    where
        tenant_id <> '' and occurred_at < $window_end and received_at < $window_end
        and (occurred_at >= $oldest or received_at >= $oldest)
),
cells as (
    -- Of a cell only its newest and oldest row count.
    select
        tenant_id,
        (epoch_us($window_end) - 1 - epoch_us(greatest(occurred_at, received_at))) // $day_us // $step * $step as known,
        max(case when by_person then occurred_at end) as person_at,
        max(case when by_person is null then occurred_at end) as run_at,
        max(case when is_call then occurred_at end) as call_at,
        min(occurred_at) as oldest_at
    from rows_known
    group by tenant_id, known
    union all
    select
        tenant_id,
        list_max($back) as known,
        max(case when user_id <> '' then occurred_at end) as person_at,
        null as run_at,
        null as call_at,
        min(occurred_at) as oldest_at
    from events_history
    where tenant_id <> '' and occurred_at < $oldest and received_at < $oldest
    group by tenant_id
    union all
    select
        tenant_id,
        list_max($back) as known,
        max(case when user_id <> '' then occurred_at end) as person_at,
        null as run_at,
        max(occurred_at) as call_at,
        min(occurred_at) as oldest_at
    from llm_calls_history
    where tenant_id <> '' and occurred_at < $oldest and received_at < $oldest
    group by tenant_id
    union all
    select
        tenant_id,
        list_max($back) as known,
        null as person_at,
        max(occurred_at) as run_at,
        null as call_at,
        min(occurred_at) as oldest_at
    from runs_history
    where tenant_id <> '' and occurred_at < $oldest and received_at < $oldest
    group by tenant_id
),
aged as (
    select
        tenant_id,
        known::bigint as known,
        (epoch_us($window_end) - 1 - epoch_us(person_at)) // $day_us as person_age,
        (epoch_us($window_end) - 1 - epoch_us(run_at)) // $day_us as run_age,
        (epoch_us($window_end) - 1 - epoch_us(call_at)) // $day_us as call_age,
        (epoch_us($window_end) - 1 - epoch_us(oldest_at)) // $day_us as first_age
    from cells
)
select
    c.back,
    x.tenant_id,
    min(x.person_age) as person_age,
    min(x.run_age) as run_age,
    min(x.call_age) as call_age,
    max(x.first_age) as first_age
from aged as x
asof join cuts as c on x.known >= c.back
group by c.back, x.tenant_id
order by c.back, x.tenant_id

-- name: contracts
-- Per moment and tenant: what its subscriptions, each at its last change before it, come to: the changes that were
-- received by then, or in hindsight all.
with moments as (
    select unnest($moments::timestamp[]) as moment
),
changes as (
    -- `until`: when it was known that a later change takes its place.
    select
        *,
        min(known_at) over (
            partition by tenant_id, subscription_id order by occurred_at, change_id
            rows between 1 following and unbounded following
        ) as until
    from (
        select
            tenant_id,
            subscription_id,
            change_id,
            occurred_at,
            case when $in_hindsight then occurred_at else greatest(occurred_at, received_at) end as known_at,
            status in $live as is_live,
            status in $late as is_late,
            case when status in $paying and mrr_usd > 0 then mrr_usd else 0::decimal(18, 9) end as paid_usd,
            seats,
            "plan" as held_plan,
            renews_at,
            user_id = '' as of_tenant
        from subscriptions
        where tenant_id <> ''
    )
),
known as (
    select m.moment, c.*, c.until is null or c.until >= m.moment as holds
    from changes as c
    join moments as m on c.known_at < m.moment
)
select
    moment,
    tenant_id,
    min(occurred_at) as first_at,
    bool_or(is_live) filter (where holds) as is_live,
    bool_or(is_late and paid_usd > 0) filter (where holds) as past_due,
    sum(paid_usd) filter (where holds)::double as mrr_usd,
    sum(seats) filter (where holds and is_live and of_tenant)::double as seats,
    max_by(held_plan, (paid_usd, held_plan)) filter (where holds and is_live and of_tenant) as held_plan,
    -- The tenant's own contract where it pays for one: the plan of one of its people may renew sooner, and is none.
    case
        when bool_or(holds and of_tenant and is_live and paid_usd > 0)
            then min(renews_at) filter (where holds and of_tenant and is_live and paid_usd > 0 and renews_at >= moment)
        else min(renews_at) filter (where holds and is_live and paid_usd > 0 and renews_at >= moment)
    end as renews_at
from known
group by moment, tenant_id
order by moment, tenant_id

-- name: signed_up
select tenant_id, created_at from tenants where created_at < $window_end order by tenant_id
