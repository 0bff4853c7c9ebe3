-- Importing who is already in Zoom: runs, the accounts they found with what is proposed for each, and links that wait
-- for an administrator to start their provisioning.

alter table source drop constraint source_kind_check;
alter table source add constraint source_kind_check check (kind in ('scim', 'manual', 'import'));
-- The source that holds the people an import of this connection made.
alter table source add column connection_id uuid unique references connection (id) on delete set null;

create table import_run (
    id             uuid primary key,
    connection_id  uuid not null references connection (id) on delete cascade,
    -- What it is doing; `stopped` can be resumed, the last two are its end.
    state          text not null check (state in ('scanning', 'matching', 'details', 'rematching', 'stopped', 'done', 'cancelled')),
    -- Where a stopped one goes on.
    stopped_in     text,
    -- Why it stopped, or what it waits for.
    cause          jsonb,
    -- The next place in Zoom's list, from 1, and how often the list has been begun.
    next_index     bigint not null default 1,
    pass           integer not null default 1,
    -- What Zoom says that the list has; none before the first page.
    total          bigint,
    scanned        bigint not null default 0,
    fresh          bigint not null default 0,
    changed        bigint not null default 0,
    gone           bigint not null default 0,
    details_wanted bigint not null default 0,
    details_read   bigint not null default 0,
    -- What was odd about the list, each once.
    notes          jsonb not null default '[]',
    started_at     timestamptz not null,
    started_by     text not null,
    ended_at       timestamptz
);
create index import_run_history on import_run (connection_id, started_at desc, id desc);
-- One at a time.
create unique index import_run_open on import_run (connection_id) where ended_at is null;

create table zoom_account (
    connection_id uuid not null references connection (id) on delete cascade,
    zoom_id       text not null,
    -- The row's own id, for lists and forms: Zoom's may have any character.
    id            uuid not null unique,
    user_name     text not null,
    display_name  text not null,
    active        boolean,
    user_type     text,
    -- What Zoom shows of it, by Zoom's attribute names.
    attributes    jsonb not null,
    -- Whether it was read by itself, with what the list leaves out.
    detailed_at   timestamptz,
    first_run     uuid not null,
    last_run      uuid not null,
    -- A whole list no longer had it.
    gone_at       timestamptz,
    -- What is proposed while it is not linked; none before it was matched.
    proposal      text check (proposal in ('exact', 'partial', 'new')),
    person_id     uuid references person (id) on delete set null,
    -- The attributes of the rule that matched, and how many people or accounts it could be instead.
    why           jsonb,
    -- An administrator decided: the next matching leaves it so.
    chosen_at     timestamptz,
    chosen_by     text,
    ignored_at    timestamptz,
    ignored_by    text,
    sort_key      text not null,
    search        text not null,
    primary key (connection_id, zoom_id)
);
create index zoom_account_list on zoom_account (connection_id, sort_key, id);
create index zoom_account_proposal on zoom_account (connection_id, proposal, sort_key, id);
create index zoom_account_person on zoom_account (person_id) where person_id is not null;
create index zoom_account_search on zoom_account using gin (search gin_trgm_ops);

-- Linked by an import, and not to be touched in Zoom before an administrator starts it: never due.
alter table link add column held boolean not null default false;
create index link_held on link (connection_id, person_id) where held;
