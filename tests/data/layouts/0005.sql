-- The store's tables as they are today; `data/migrations` leads older files here.
-- Facts hold UTC in `occurred_at`. A text that is not there is '', a number that is not there is NULL.
-- `attributes` holds every scalar that has no column (dotted keys), `lists` the arrays and empty objects.

create schema raw;
create schema control;

create table raw.events (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    event_id varchar not null,
    event_type varchar not null default '',
    user_id varchar not null default '',
    anonymous_id varchar not null default '',
    session_id varchar not null default '',
    entity_id varchar not null default '',
    project_id varchar not null default '',
    attributes variant,
    lists json
);

create table raw.runs (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    run_id varchar not null,
    user_id varchar not null default '',
    workflow_id varchar not null default '',
    workflow_name varchar not null default '',
    action_type varchar not null default '',
    kind varchar not null default '',
    status varchar not null default '',
    duration_ms double,
    error_code varchar not null default '',
    error_message varchar not null default '',
    request_id varchar not null default '',
    trace_id varchar not null default '',
    attributes variant,
    lists json
);

create table raw.llm_calls (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    call_id varchar not null,
    user_id varchar not null default '',
    feature varchar not null default '',
    tool varchar not null default '',
    command varchar not null default '',
    operation varchar not null default '',
    provider varchar not null default '',
    model varchar not null default '',
    input_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    cost_usd decimal(18, 9),
    price_version varchar not null default '',
    duration_ms double,
    status varchar not null default '',
    error_type varchar not null default '',
    cache_hit boolean,
    request_id varchar not null default '',
    trace_id varchar not null default '',
    attributes variant,
    lists json
);

create table raw.logs (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    log_id varchar not null,
    level varchar not null default '',
    message varchar not null default '',
    logger varchar not null default '',
    service varchar not null default '',
    host varchar not null default '',
    environment varchar not null default '',
    user_id varchar not null default '',
    project_id varchar not null default '',
    request_id varchar not null default '',
    trace_id varchar not null default '',
    span_id varchar not null default '',
    attributes variant,
    lists json
);

create table raw.spans (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    trace_id varchar not null,
    span_id varchar not null,
    parent_span_id varchar not null default '',
    service varchar not null default '',
    name varchar not null default '',
    kind varchar not null default '',
    duration_ms double,
    status varchar not null default '',
    http_method varchar not null default '',
    http_route varchar not null default '',
    http_status bigint,
    db_system varchar not null default '',
    db_statement varchar not null default '',
    rpc_method varchar not null default '',
    user_id varchar not null default '',
    request_id varchar not null default '',
    environment varchar not null default '',
    release varchar not null default '',
    attributes variant,
    lists json
);

-- `attributes` are the series' labels; `series` is their hash, so that one sample can be told from another.
create table raw.metrics (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    name varchar not null,
    series bigint not null,
    kind varchar not null default '',
    value double,
    unit varchar not null default '',
    service varchar not null default '',
    host varchar not null default '',
    attributes variant,
    lists json
);

create table raw.errors (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    error_id varchar not null,
    service varchar not null default '',
    environment varchar not null default '',
    release varchar not null default '',
    type varchar not null default '',
    message varchar not null default '',
    stacktrace varchar not null default '',
    handled boolean,
    fingerprint varchar not null default '',
    endpoint varchar not null default '',
    user_id varchar not null default '',
    trace_id varchar not null default '',
    attributes variant,
    lists json
);

create table raw.subscriptions (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    change_id varchar not null,
    subscription_id varchar not null default '',
    user_id varchar not null default '',
    plan varchar not null default '',
    interval varchar not null default '',
    mrr_usd decimal(18, 9),
    seats bigint,
    status varchar not null default '',
    renews_at timestamp,
    trial_ends_at timestamp,
    reason varchar not null default '',
    attributes variant,
    lists json
);

create table raw.costs (
    occurred_at timestamp not null,
    received_at timestamp not null,
    tenant_id varchar not null default '',
    source varchar not null,
    cost_id varchar not null,
    category varchar not null default '',
    service varchar not null default '',
    provider varchar not null default '',
    amount_usd decimal(18, 9),
    attributes variant,
    lists json
);

create table raw.tenants (
    tenant_id varchar not null,
    source varchar not null,
    name varchar not null default '',
    plan varchar not null default '',
    created_at timestamp,
    owner varchar not null default '',
    region varchar not null default '',
    timezone varchar not null default '',
    billing_day bigint,
    limits json,
    attributes variant,
    lists json
);

create table raw.people (
    tenant_id varchar not null,
    person_id varchar not null,
    source varchar not null,
    name varchar not null default '',
    email varchar not null default '',
    role varchar not null default '',
    created_at timestamp,
    attributes variant,
    lists json
);

create table raw.identities (
    tenant_id varchar not null default '',
    alias varchar not null,
    person_id varchar not null,
    source varchar not null,
    since timestamp
);

create table raw.llm_price_history (
    tenant_id varchar not null default '',
    source varchar not null,
    call_id varchar not null,
    price_version varchar not null default '',
    cost_usd decimal(18, 9),
    replaced_at timestamp
);

-- One row: which layout this file has.
create table control.schema_version (version bigint not null, since timestamp not null);

-- What each table holds; `version` grows with every change, so that an answer knows when it is old.
create table control.tables (
    name varchar not null,
    version bigint not null default 0,
    rows bigint not null default 0,
    tenantless bigint not null default 0,
    first_at timestamp,
    last_at timestamp
);

-- Every key of `attributes` ever seen, by type: a key that is not here is answered without reading a column.
create table control.keys (
    table_name varchar not null,
    key varchar not null,
    type varchar not null,
    rows bigint not null,
    first_at timestamp,
    last_at timestamp
);

-- The ledger: one row a load, kept true in the transaction of every batch.
create table control.loads (
    load_id varchar not null,
    source varchar not null,
    name varchar not null,
    state varchar not null,
    started_at timestamp not null,
    finished_at timestamp,
    lines bigint not null default 0,
    rows bigint not null default 0,
    duplicates bigint not null default 0,
    quarantined bigint not null default 0,
    blank bigint not null default 0,
    bytes bigint not null default 0,
    first_at timestamp,
    last_at timestamp,
    sentence varchar not null default ''
);

-- What could not be read, whole, with the reason; `key` is by what its source tells it from every other, '' if nothing does.
create table control.quarantine (
    load_id varchar not null,
    source varchar not null,
    name varchar not null,
    line bigint not null,
    reason varchar not null,
    text varchar not null,
    quarantined_at timestamp not null,
    key varchar not null default ''
);

-- Weeks that were put in (tenant_id, occurred_at) order, and how many rows they had then.
create table control.sorted_weeks (table_name varchar not null, week timestamp not null, rows bigint not null);

-- How far each source that we pull from is read: `mark_at` is the head that every sync goes on from, `floor_at`
-- how far back history is in, `history_at` where it begins; written in the transaction of the rows it speaks of.
create table control.syncs (
    source varchar not null,
    mark_at timestamp,
    floor_at timestamp,
    history_at timestamp,
    history_records bigint not null default 0,
    history_read bigint not null default 0,
    records bigint not null default 0,
    paused boolean not null default false,
    failures bigint not null default 0,
    error varchar not null default '',
    note varchar not null default '',
    began_at timestamp,
    synced_at timestamp,
    reconciled_at timestamp,
    remapped boolean not null default false,
    timeless bigint not null default 0
);

-- What counting against a source found, hour by hour, where the counts still differ
-- although the hour was read again and all that came of it could be read.
create table control.sync_hours (
    source varchar not null,
    hour timestamp not null,
    source_records bigint not null,
    store_rows bigint not null
);
insert into control.schema_version values (5, timestamp '2026-01-01');
insert into control.tables (name) values
    ('events'), ('runs'), ('llm_calls'), ('logs'), ('spans'), ('metrics'), ('errors'),
    ('subscriptions'), ('costs'), ('tenants'), ('people'), ('identities'), ('llm_price_history');
insert into raw.events (occurred_at, received_at, source, event_id, attributes)
values (timestamp '2026-02-01', timestamp '2026-02-01', 'api', 'e1', {'plan': 'pro'}::variant);
insert into control.keys values ('events', 'plan', 'VARCHAR', 1, timestamp '2026-02-01', timestamp '2026-02-01');
update control.tables set rows = 1, version = 1, first_at = timestamp '2026-02-01', last_at = timestamp '2026-02-01' where name = 'events';
insert into control.syncs (source, mark_at) values ('logs', timestamp '2026-02-01');
insert into control.quarantine values ('l1', 'logs', 'logs', 0, 'outcome is not the end of a run', '{"_id":"d1","outcome":"zzz"}', timestamp '2026-02-01', 'd1');
insert into control.sync_hours values ('logs', timestamp '2026-01-31', 2, 1);
