-- Signing in by an identity provider: the providers, who is linked to whom, and what is under way.

create table provider (
    id               uuid primary key,
    -- Stands in addresses.
    slug             text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    kind             text not null check (kind in ('oidc', 'saml')),
    label            text not null,
    enabled          boolean not null default true,
    -- What is particular to the protocol; no secret.
    settings         jsonb not null,
    client_secret_id uuid references secret (id),
    -- SAML: the metadata as it came, from which the settings were read.
    metadata         text,
    groups_claim     text not null default 'groups',
    roles            jsonb not null default '[]',
    version          bigint not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    updated_by       text not null,
    last_sign_in_at  timestamptz,
    constraint provider_slug unique (slug),
    constraint provider_settings_kind check (settings ->> 'kind' = kind)
);

-- Whom a provider calls what. An e-mail links nobody, but for an open invitation, once.
create table admin_identity (
    provider_id  uuid not null references provider (id) on delete cascade,
    -- OIDC: issuer and sub. SAML: the entity id and the NameID.
    issuer       text not null,
    subject      text not null,
    admin_id     uuid not null references admin (id) on delete cascade,
    linked_at    timestamptz not null,
    last_used_at timestamptz not null,
    primary key (provider_id, issuer, subject)
);
create index admin_identity_admin on admin_identity (admin_id);

-- The provider whose groups give the role at each sign-in; null: it was given here.
alter table admin add column role_from uuid references provider (id) on delete set null;
-- An invitation that nobody has taken up yet.
alter table admin add column invited boolean not null default false;
-- Whoever was made before this had no way in but a link.
update admin set invited = true where last_sign_in_at is null;

-- A sign-in under way: from the click on the button until the provider's answer has been used, once.
create table sign_in_request (
    -- SHA-256 of the OIDC state or the SAML RelayState.
    state_hash   bytea primary key,
    provider_id  uuid not null references provider (id) on delete cascade,
    -- SHA-256 of the cookie of the browser that began.
    flow_hash    bytea not null,
    purpose      text not null check (purpose in ('sign_in', 'test')),
    -- What the answer is checked against, encrypted.
    pending      bytea not null,
    return_to    text not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    -- SAML: the answer arrives without the browser's cookie and waits here, encrypted, for the browser to bring the code.
    code_hash    bytea unique,
    result       bytea,
    code_expires_at timestamptz
);
create index sign_in_request_expires_at on sign_in_request (expires_at);

-- SAML assertions that have been used, until they are too old to be used anyway.
create table used_assertion (
    provider_id  uuid not null references provider (id) on delete cascade,
    assertion_id text not null,
    expires_at   timestamptz not null,
    primary key (provider_id, assertion_id)
);
create index used_assertion_expires_at on used_assertion (expires_at);

-- What a test sign-in brought back, for the administrator who asked, for a while.
create table sign_in_test (
    id         uuid primary key,
    admin_id   uuid not null references admin (id) on delete cascade,
    provider_id uuid not null references provider (id) on delete cascade,
    -- Encrypted: it holds everything the provider said of a person.
    outcome    bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
