-- Names for lists of people: their own and those of their tenants.

-- name: tenants
select tenant_id, coalesce(nullif(name, ''), tenant_id) as tenant
from tenants

-- name: people
select tenant_id, person_id as unit, name
from people
