-- Remembers which closed weeks were put in tenant order, and prices that re-pricing replaced.
create table control.sorted_weeks (table_name varchar not null, week timestamp not null, rows bigint not null);

create table raw.llm_price_history (
    tenant_id varchar not null default '',
    source varchar not null,
    call_id varchar not null,
    price_version varchar not null default '',
    cost_usd decimal(18, 9),
    replaced_at timestamp
);

insert into control.tables (name) values ('llm_price_history');
