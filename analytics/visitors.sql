-- Visitors one by one: how each goes through the pages, and all that one did. A visitor is an `anonymous_id`, which the
-- trail follows to the person that `identities` call it.

-- name: ways
with seen as (
    select
        r.tenant_id,
        r.anonymous_id,
        epoch_us(r.occurred_at) as at_us,
        r.source,
        r.event_id,
        r."setting.page" as page,
        r."setting.address" as address,
        r."setting.agent" as agent
    from events as r
    where r.anonymous_id <> ''
),
stepped as (
    select
        *,
        at_us - lag(at_us) over so_far as pause_us,
        lag(page) over so_far as page_before,
        count(*) over (
            partition by tenant_id, anonymous_id order by at_us
            range between 60000000 preceding and current row
        ) as in_a_minute
    from seen
    window so_far as (partition by tenant_id, anonymous_id order by at_us, source, event_id)
),
-- Pages that differ by their last number only go by it: /item/10 comes after /item/9.
compared as (
    select
        *,
        page <> '' and page_before <> '' and page <> page_before as onward,
        regexp_replace(page, '\d+\D*$', '') as stem,
        regexp_replace(page_before, '\d+\D*$', '') as stem_before,
        try_cast(regexp_extract(page, '(\d+)\D*$', 1) as double) as number,
        try_cast(regexp_extract(page_before, '(\d+)\D*$', 1) as double) as number_before
    from stepped
),
ordered as (
    select
        *,
        case when stem = stem_before and number <> number_before then number > number_before else page > page_before end
            as upwards
    from compared
)
select
    tenant_id,
    anonymous_id,
    count(*) as events,
    make_timestamp(min(at_us)) as first_at,
    make_timestamp(max(at_us)) as last_at,
    max(in_a_minute) as in_a_minute,
    count(distinct nullif(page, '')) as pages,
    count(*) filter (page <> '') as views,
    count(*) filter (onward) as steps,
    count(*) filter (onward and upwards) as upwards,
    avg(pause_us) / 1000 as pause_ms,
    stddev_pop(pause_us) / nullif(avg(pause_us), 0) as unsteady,
    coalesce(min(nullif(address, '')), '') as address,
    coalesce(min(nullif(agent, '')), '') as agent
from ordered
group by tenant_id, anonymous_id
having count(*) >= $fewest_events or bool_or(regexp_matches(lower(agent), $agents))
order by tenant_id, anonymous_id

-- name: longest
select
    r.tenant_id,
    coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as person,
    count(*) as events
from events as r
left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
where r.user_id <> '' or r.anonymous_id <> ''
group by all
order by bool_or(r.anonymous_id <> '') desc, events desc, r.tenant_id, person
limit 1

-- name: trail
select
    r.occurred_at,
    r.session_id,
    coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) as visitor,
    r.event_type,
    r."setting.page" as page,
    r."setting.campaign" as campaign
from events as r
left join identities as u on u.tenant_id = r.tenant_id and u.alias = r.user_id
left join identities as a on a.tenant_id = r.tenant_id and a.alias = r.anonymous_id
where
    r.tenant_id = $tenant
    and coalesce(u.person_id, a.person_id, nullif(r.user_id, ''), r.anonymous_id) = $person
order by r.occurred_at, r.source, r.event_id
limit $most
