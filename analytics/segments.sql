-- Segments of customers: what each tenant's row says of it now, and which fields of their own tenants carry.

-- name: own
select t.tenant_id, t."setting.field" as segment
from tenants as t
order by t.tenant_id

-- name: fields
-- Fields with few enough values: a segment of one tells nothing.
select key, count(distinct value) as choices, count(*) as tenants, min(value ->> '$') as example
from (
    select key, held -> ('/' || replace(replace(key, '~', '~0'), '/', '~1')) as value
    from (
        select held, unnest(json_keys(held)) as key
        from (select cast(attributes as json) as held from tenants) as carried
    ) as named
) as told
where json_type(value) not in ('OBJECT', 'ARRAY', 'NULL')
group by key
having count(distinct value) <= $most
order by key
