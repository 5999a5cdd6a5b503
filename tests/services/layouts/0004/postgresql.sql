CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.annotations (
    id character varying NOT NULL,
    demo boolean NOT NULL,
    tenant character varying NOT NULL,
    kind character varying NOT NULL,
    text character varying NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone,
    author character varying NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.hold_outs (
    number bigint NOT NULL,
    demo boolean NOT NULL,
    share double precision NOT NULL,
    author character varying NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.outreach (
    number bigint NOT NULL,
    demo boolean NOT NULL,
    tenant character varying NOT NULL,
    state character varying NOT NULL,
    owner character varying NOT NULL,
    snoozed_until timestamp with time zone,
    note text NOT NULL,
    author character varying NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.saved (
    id character varying NOT NULL,
    kind character varying NOT NULL,
    title character varying NOT NULL,
    owner character varying NOT NULL,
    shared boolean NOT NULL,
    form text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.versions (
    subject character varying NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.write_keys (
    id character varying NOT NULL,
    name character varying NOT NULL,
    tenant character varying,
    secret_hash character varying NOT NULL,
    author character varying NOT NULL,
    created_at timestamp with time zone NOT NULL
);
INSERT INTO public.alembic_version (version_num) VALUES ('0004');
INSERT INTO public.annotations (id, demo, tenant, kind, text, start_at, end_at, author, created_at) VALUES ('9f2c61d04be7a853', false, 'acme', 'outage', 'Payments down', '2026-02-27 08:30:00+00', '2026-02-27 09:15:00+00', 'local', '2026-02-27 10:00:00.25+00');
INSERT INTO public.saved (id, kind, title, owner, shared, form, changed_at) VALUES ('31d8e0aa52c94b7f', 'search', 'Slow', 'local', true, '{"syntax":"kql","text":"duration_ms > 5000","title":"Slow","version":1}', '2026-02-27 10:05:00+00');
INSERT INTO public.versions (subject, version) VALUES ('annotations', 1);
INSERT INTO public.versions (subject, version) VALUES ('saved', 1);
INSERT INTO public.versions (subject, version) VALUES ('write_keys', 0);
INSERT INTO public.versions (subject, version) VALUES ('outreach', 0);
INSERT INTO public.versions (subject, version) VALUES ('hold_outs', 0);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.annotations
    ADD CONSTRAINT pk_annotations PRIMARY KEY (id);
ALTER TABLE ONLY public.saved
    ADD CONSTRAINT pk_saved PRIMARY KEY (id);
ALTER TABLE ONLY public.versions
    ADD CONSTRAINT pk_versions PRIMARY KEY (subject);
ALTER TABLE ONLY public.write_keys
    ADD CONSTRAINT pk_write_keys PRIMARY KEY (id);
ALTER TABLE ONLY public.hold_outs
    ADD CONSTRAINT pk_hold_outs PRIMARY KEY (number);
ALTER TABLE ONLY public.outreach
    ADD CONSTRAINT pk_outreach PRIMARY KEY (number);
