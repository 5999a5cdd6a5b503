-- What is called for: every connector, and services that are called by a general action such as a webhook
-- because they have no connector. The service is the domain of the address that the run names in an attribute.
-- A service has a connector where its name begins with the first word of an action in use ('hubspot' of
-- 'hubspot_contact'); words under four letters must be the whole name, or 'ai' would stand for 'airtable'.

-- name: requested
with called as (
    select
        tenant_id,
        action_type,
        case
            when action_type in $generic_actions
                then lower(regexp_extract(
                    coalesce(
                        nullif(cast("attributes.host" as varchar), ''),
                        nullif(cast("attributes.server.address" as varchar), ''),
                        nullif(cast("attributes.url" as varchar), ''),
                        nullif(cast("attributes.url.full" as varchar), ''),
                        ''
                    ),
                    '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#]+)',
                    1
                ))
            else ''
        end as host
    from runs
),
counted as (
    select
        tenant_id,
        action_type,
        regexp_extract(host, '([^.]+\.(?:co\.|com\.)?[a-z]+)$', 1) as domain,
        regexp_extract(host, '([^.]+)\.(?:co\.|com\.)?[a-z]+$', 1) as service,
        count(*) as executions
    from called
    group by all
),
words as (
    select distinct regexp_extract(lower(action_type), '^[a-z0-9]+') as word
    from counted
    where action_type not in $generic_actions
),
missing as (
    select distinct c.service
    from counted as c
    where c.service <> '' and not exists (
        select 1
        from words as w
        where w.word = c.service or (length(w.word) > 3 and starts_with(c.service, w.word))
    )
),
named as (
    select
        case
            when m.service is not null then c.domain
            when c.action_type = '' then 'no connector named'
            else c.action_type
        end as integration,
        m.service is null and c.action_type <> '' as has_connector,
        c.tenant_id,
        c.executions
    from counted as c
    left join missing as m on m.service = c.service
)
select
    integration,
    has_connector,
    sum(executions)::bigint as executions,
    sum(executions) / sum(sum(executions)) over () as share,
    count(distinct nullif(tenant_id, '')) as tenants
from named
group by integration, has_connector
order by has_connector or integration = 'no connector named', executions desc, integration
limit $most
