-- What a SCIM token may do and from where, the warnings before it ends, and what its source sent with it.

alter table scim_token
    -- Reads only: whatever would change something is refused.
    add column read_only      boolean not null default false,
    -- Networks (CIDR) it may be used from; none: from everywhere.
    add column ranges         text[] not null default '{}',
    -- The token this one took the place of, while both were in force.
    add column replaces       uuid references scim_token (id),
    -- Of the last use, as old as `last_used_at`: the client's address, and what it was recognised as.
    add column last_used_from text,
    add column last_client    text;
create index scim_token_replaces on scim_token (replaces) where replaces is not null;

-- A mail for each administrator, token and distance to the end: its row stays, so that each warning goes once.
alter table mail
    add column token_id uuid references scim_token (id) on delete cascade,
    -- How many days before the end.
    add column days     smallint,
    drop constraint mail_kind_check,
    add constraint mail_kind_check check (kind in ('invitation', 'token_expiry')),
    add constraint mail_of_token check ((kind = 'token_expiry') = (token_id is not null and days is not null)),
    drop constraint mail_invitation;
create unique index mail_invitation on mail (admin_id) where kind = 'invitation';
create unique index mail_token_expiry on mail (token_id, days, admin_id) where kind = 'token_expiry';

-- What a source sent and what it was answered, for a week. Written behind the answers, in batches.
create table scim_request (
    id          uuid primary key,
    source_id   uuid not null references source (id) on delete cascade,
    token_id    uuid references scim_token (id) on delete set null,
    at          timestamptz not null,
    method      text not null,
    -- Below `/scim/v2`, as it was sent.
    path        text not null,
    query       text not null,
    -- Null: the client hung up before the answer.
    status      smallint,
    duration_ms integer not null,
    client      text,
    address     text not null,
    -- Action and target of the audit entries it left: [{"action", "target_kind", "target_id", "target_name"}].
    changes     jsonb not null,
    scim_type   text,
    -- The error's sentence.
    detail      text,
    -- Those that a client is told by, and that change an answer: [["accept", "..."]].
    headers     jsonb not null,
    -- Bodies with secrets removed. Text, as a body need not be JSON, and is cut when it is long.
    request     text,
    request_cut boolean not null,
    answer      text,
    answer_cut  boolean not null
);
create index scim_request_list on scim_request (source_id, at desc, id desc);
create index scim_request_errors on scim_request (source_id, at desc, id desc) where status >= 400 or status is null;
create index scim_request_at on scim_request (at);

-- How many requests came in an hour. Also those of which nothing else was kept: too many at once, or (without a source)
-- with a token that opens nothing.
create table scim_request_count (
    hour      timestamptz not null,
    source_id uuid references source (id) on delete cascade,
    requests  bigint not null,
    errors    bigint not null,
    untraced  bigint not null,
    last_at   timestamptz not null,
    constraint scim_request_count_hour unique nulls not distinct (hour, source_id)
);
