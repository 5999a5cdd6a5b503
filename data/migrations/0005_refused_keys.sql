-- Knows the key of a refused record, so that it goes when the record is read anew, and what has no time.
alter table control.quarantine add column key varchar not null default '';
update control.quarantine set key = coalesce(json_extract_string(text, '/_id'), json_extract_string(text, '/id'), '')
where source in (select source from control.syncs) and json_valid(text);
alter table control.syncs add column timeless bigint not null default 0;
-- Hours that differed because records of them were refused were never read again.
delete from control.sync_hours;
