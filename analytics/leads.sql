-- Leads that were scored in the window, and what became of them up to the scope's present.

-- name: leads
with scored as (
    select
        r.tenant_id,
        coalesce(nullif(r.entity_id, ''), nullif(r."setting.lead", '')) as lead,
        epoch_us(r.occurred_at) as at_us,
        r.event_id,
        r."number.score" as score
    from events as r
    where r.event_type in $scored
),
leads as (
    select
        tenant_id,
        lead,
        min(at_us) as scored_us,
        min_by(score, (at_us, event_id)) as score,
        count(*) as times,
        var_pop(score) * count(*) as squares
    from scored
    where lead is not null and score is not null
    group by tenant_id, lead
),
outcomes as (
    select
        r.tenant_id,
        coalesce(nullif(r.entity_id, ''), nullif(r."setting.lead", '')) as lead,
        max(epoch_us(r.occurred_at)) filter (where r.event_type in $opportunity) as opportunity_us,
        max(epoch_us(r.occurred_at)) filter (where r.event_type in $won) as won_us
    from events_history as r
    where r.event_type in $opportunity or r.event_type in $won
    group by all
)
select
    l.tenant_id,
    l.lead,
    l.scored_us,
    l.score,
    l.times,
    l.squares,
    coalesce(o.opportunity_us >= l.scored_us, false) as opportunity,
    coalesce(o.won_us >= l.scored_us, false) as won
from leads as l
left join outcomes as o on o.tenant_id = l.tenant_id and o.lead = l.lead
order by l.tenant_id, l.lead
