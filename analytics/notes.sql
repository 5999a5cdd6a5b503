-- Notes, tasks and contacts of a CRM: events of such a type, with the text and the author among their attributes.

-- name: crm
select
    r.occurred_at as happened_at,
    case when r.event_type in $tasks then 'task' when r.event_type in $contacts then 'contact' else 'note' end as kind,
    coalesce(nullif(r."setting.text", ''), replace(r.event_type, '_', ' ')) as text,
    coalesce(nullif(r."setting.author", ''), r.user_id) as author,
    case
        when r.event_type not in $tasks then ''
        when lower(r."setting.state") in $done then 'done'
        else 'open'
    end as state,
    try_cast(nullif(r."setting.due", '') as timestamp) as due_at,
    coalesce(nullif(t.name, ''), r.tenant_id) as tenant,
    r.tenant_id
from events as r
left join tenants as t on t.tenant_id = r.tenant_id
where (r.event_type in $notes or r.event_type in $tasks or r.event_type in $contacts) and r.tenant_id <> ''
order by happened_at desc, text, tenant
limit $most
