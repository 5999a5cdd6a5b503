CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE annotations (
	id VARCHAR NOT NULL,
	demo BOOLEAN NOT NULL,
	tenant VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	text VARCHAR NOT NULL,
	start_at DATETIME NOT NULL,
	end_at DATETIME,
	author VARCHAR NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT pk_annotations PRIMARY KEY (id)
);
INSERT INTO "annotations" VALUES('9f2c61d04be7a853',0,'acme','outage','Payments down','2026-02-27 08:30:00.000000','2026-02-27 09:15:00.000000','local','2026-02-27 10:00:00.250000');
CREATE TABLE saved (
	id VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	shared BOOLEAN NOT NULL,
	form TEXT NOT NULL,
	changed_at DATETIME NOT NULL,
	CONSTRAINT pk_saved PRIMARY KEY (id)
);
INSERT INTO "saved" VALUES('31d8e0aa52c94b7f','search','Slow','local',1,'{"syntax":"kql","text":"duration_ms > 5000","title":"Slow","version":1}','2026-02-27 10:05:00.000000');
CREATE TABLE write_keys (
	id VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	tenant VARCHAR,
	secret_hash VARCHAR NOT NULL,
	author VARCHAR NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT pk_write_keys PRIMARY KEY (id)
);
CREATE TABLE outreach (
	number BIGINT NOT NULL,
	demo BOOLEAN NOT NULL,
	tenant VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	snoozed_until DATETIME,
	note TEXT NOT NULL,
	author VARCHAR NOT NULL,
	changed_at DATETIME NOT NULL,
	CONSTRAINT pk_outreach PRIMARY KEY (number)
);
CREATE TABLE hold_outs (
	number BIGINT NOT NULL,
	demo BOOLEAN NOT NULL,
	share FLOAT NOT NULL,
	author VARCHAR NOT NULL,
	changed_at DATETIME NOT NULL,
	CONSTRAINT pk_hold_outs PRIMARY KEY (number)
);
CREATE TABLE versions (
	subject VARCHAR NOT NULL,
	version BIGINT NOT NULL,
	CONSTRAINT pk_versions PRIMARY KEY (subject)
);
INSERT INTO "versions" VALUES('annotations',1);
INSERT INTO "versions" VALUES('saved',1);
INSERT INTO "versions" VALUES('write_keys',0);
INSERT INTO "versions" VALUES('outreach',0);
INSERT INTO "versions" VALUES('hold_outs',0);
