-- People, and the records the sources keep of them.

create table person (
    id           uuid primary key,
    state        text not null check (state in ('staged', 'active', 'deactivated')),
    -- No source knows the person any more.
    gone         boolean not null default false,
    user_name    text not null,
    display_name text not null,
    email        text,
    department   text,
    title        text,
    -- The merged SCIM attributes.
    profile      jsonb not null,
    -- Grows with every change that could alter what an account should be.
    revision     bigint not null default 1,
    -- What the list is sorted by: the folded display name; the id makes it unique.
    sort_key     text not null,
    -- What the search looks in: folded display name, user name, e-mail, department.
    search       text not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create index person_sort on person (sort_key, id);
-- Part of a word, anywhere in it: trigrams answer that without reading every row.
create extension if not exists pg_trgm;
create index person_search on person using gin (search gin_trgm_ops);

create table record (
    id            uuid primary key,
    source_id     uuid not null references source (id),
    person_id     uuid not null references person (id),
    user_name     text not null,
    -- NFC and case-folded: the uniqueness key of RFC 7643's case-insensitive userName.
    user_name_key text not null,
    external_id   text,
    active        boolean not null,
    -- The resource whole, as the source sees it, without id and meta.
    resource      jsonb not null,
    version       bigint not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    deleted_at    timestamptz
);
-- A deleted record gives its names free.
create unique index record_user_name on record (source_id, user_name_key) where deleted_at is null;
create unique index record_external_id on record (source_id, external_id) where deleted_at is null and external_id is not null;
-- A user who is made again is found by the name they left under.
create index record_left on record (source_id, user_name_key) where deleted_at is not null;
-- The list a SCIM client pages through.
create index record_list on record (source_id, id) where deleted_at is null;
create index record_person on record (person_id);
