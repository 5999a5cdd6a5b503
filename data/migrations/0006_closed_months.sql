-- Billing months that were closed are kept as they were billed.
create table raw.closed_months (
    tenant_id varchar not null,
    month varchar not null,
    line bigint not null,
    plan varchar not null default '',
    starts_at timestamp not null,
    ends_at timestamp not null,
    closed_at timestamp not null,
    closed_by varchar not null,
    messages bigint not null,
    executions bigint not null,
    execution_us bigint not null,
    tokens bigint not null,
    ai_cost_usd decimal(38, 9) not null,
    unpriced_calls bigint not null,
    active_users bigint not null,
    revenue_usd decimal(38, 9) not null,
    infrastructure_usd decimal(38, 9),
    why varchar not null default ''
);
insert into control.tables (name) values ('closed_months');
