-- Connections, their encrypted secrets, and who is assigned to them.

-- Which key-encryption keys have been used: a start with a wrong key is noticed before anything is written.
create table key (
    id         text primary key,
    -- A known text, encrypted under the key.
    check_text bytea not null,
    created_at timestamptz not null
);

-- Envelope encryption: a data key per secret, wrapped by the key-encryption key `key_id`. The additional data of both
-- layers names table, column and row, so a ciphertext moved elsewhere does not open.
create table secret (
    id          uuid primary key,
    key_id      text not null references key (id),
    wrapped_key bytea not null,
    ciphertext  bytea not null,
    -- The last characters, four at most, so that an administrator recognises what is stored.
    ends_in     text not null,
    created_at  timestamptz not null
);

create table connection (
    id                   uuid primary key,
    name                 text not null,
    name_key             text not null,
    description          text not null default '',
    scim_url             text not null,
    token_url            text not null,
    account_id           text not null,
    client_id            text not null,
    client_secret_id     uuid references secret (id),
    allow_create         boolean not null default true,
    allow_update         boolean not null default true,
    allow_disable        boolean not null default true,
    allow_deprovision    boolean not null default true,
    remove_action        text not null default 'disable' check (remove_action in ('disable', 'delete')),
    scope                text not null default 'assigned' check (scope in ('assigned', 'everyone')),
    enabled              boolean not null default false,
    -- The newest test, of exactly the settings that stand here: a change of the settings clears it.
    test                 jsonb,
    paused_until         timestamptz,
    -- Why it waits until then.
    paused_cause         jsonb,
    version              bigint not null default 1,
    created_at           timestamptz not null,
    updated_at           timestamptz not null,
    updated_by           text not null,
    constraint connection_name_key unique (name_key)
);

create table assignment (
    id            uuid primary key,
    connection_id uuid not null references connection (id) on delete cascade,
    person_id     uuid not null references person (id) on delete cascade,
    created_at    timestamptz not null,
    created_by    text not null,
    constraint assignment_person unique (connection_id, person_id)
);
create index assignment_by_person on assignment (person_id);
