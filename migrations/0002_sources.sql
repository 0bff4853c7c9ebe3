-- Identity sources and the SCIM tokens that open them.

create table source (
    id         uuid primary key,
    name       text not null,
    -- Names differ in more than case.
    name_key   text not null,
    kind       text not null check (kind in ('scim', 'manual')),
    created_at timestamptz not null,
    created_by text not null,
    constraint source_name_key unique (name_key)
);

create table scim_token (
    id           uuid primary key,
    source_id    uuid not null references source (id),
    name         text not null,
    -- The readable part after `rc_scim_`: finds the row. The secret part is kept as SHA-256 only.
    public_id    text not null,
    secret_hash  bytea not null,
    created_at   timestamptz not null,
    created_by   text not null,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    -- Written at most once a minute, so that reading a list costs no write.
    last_used_at timestamptz,
    constraint scim_token_public_id unique (public_id)
);
create index scim_token_source on scim_token (source_id);
