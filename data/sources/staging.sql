-- name: seen
-- The records of this load so far: equal ones are told apart by how many came before.
create or replace temp table seen (code ubigint, occurred_at timestamp)

-- name: doubled
-- The records of the batch that are not the first of their content in this load, and which time it is.
create or replace temp table doubled as
with earlier as (
    select code, count(*) as times
    from seen
    where occurred_at between (select min(occurred_at) from staged) and (select max(occurred_at) from staged)
        and code in (select code from staged)
    group by code
),
several as (
    select code from earlier
    union all
    select code from staged where reason is null group by code having count(*) > 1
)
select n, times
from (
    select s.n, coalesce(e.times, 0) + row_number() over (partition by s.code order by s.n) as times
    from staged as s left join earlier as e using (code)
    where s.reason is null and s.code in (select code from several)
)
where times > 1

-- name: remember
insert into seen select code, occurred_at from staged where reason is null

-- name: rejects
create or replace temp table staged_rejects as
select line, reason, text from read_bad
union all
select line, reason, text from read_refused

-- name: unnumbered
create or replace temp table staged_unnumbered as
select
    0::bigint as line,
    reason,
    text,
    case when $pointer <> '' and json_valid(text)
        then coalesce(json_extract_string(text, $pointer), '') else '' end as key
from (select distinct reason, text from staged_rejects)
qualify key = '' or row_number() over (partition by key order by text) = 1

-- name: reasons
select reason, count(*) from staged_rejects group by reason
