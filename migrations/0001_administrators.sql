-- Who administers Rollcall, their sessions, and the one-time links that let an owner in.

create table admin (
    id              uuid primary key,
    email           text not null,
    -- The e-mail's uniqueness key: lower case, trimmed.
    email_key       text not null,
    name            text,
    role            text not null check (role in ('owner', 'admin', 'operator', 'auditor')),
    created_at      timestamptz not null,
    created_by      text not null,
    last_sign_in_at timestamptz,
    constraint admin_email_key unique (email_key)
);

-- A session is known by the SHA-256 of its id: whoever reads this table cannot use what stands in it.
create table session (
    id_hash      bytea primary key,
    -- For "sign out everywhere"; none before the sign-in.
    admin_id     uuid references admin (id) on delete cascade,
    data         jsonb not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    -- Idle end; created_at bounds the session absolutely.
    expires_at   timestamptz not null
);
create index session_admin on session (admin_id);
create index session_expires_at on session (expires_at);

create table setup_link (
    token_hash bytea primary key,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
