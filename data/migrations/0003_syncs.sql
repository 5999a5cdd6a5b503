-- Remembers how far sources that are pulled from are read.
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
    remapped boolean not null default false
);

-- What counting against a source found, hour by hour, where the counts still differ after the hour was read again.
create table control.sync_hours (
    source varchar not null,
    hour timestamp not null,
    source_records bigint not null,
    store_rows bigint not null
);
