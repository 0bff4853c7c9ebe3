-- Links: a person's account on a connection, what it should be and what it is. And who drains which connection.

create table link (
    connection_id uuid not null references connection (id) on delete cascade,
    person_id     uuid not null references person (id) on delete cascade,
    zoom_id       text,
    -- What Zoom was last told, by attribute; what Zoom cannot give back is compared with this.
    last_sent     jsonb,
    -- Whether the account was active when Zoom last answered; none when unknown.
    zoom_active   boolean,
    -- A create was begun and its answer has not been recorded: look before creating.
    creating      boolean not null default false,
    -- Marking a link due raises `wanted`; the engine records which revision it reached.
    wanted        bigint not null default 1,
    reached       bigint not null default 0,
    state         text not null default 'pending' check (state in ('in_sync', 'pending', 'blocked', 'failing', 'skipped')),
    cause         jsonb,
    attempts      integer not null default 0,
    -- When the engine looks at it; none when there is nothing to do.
    due_at        timestamptz,
    -- 0 leavers, 5 changes, 9 bulk: leavers overtake a backlog.
    priority      smallint not null default 5,
    -- When the oldest change not yet in Zoom was made, for the latency.
    changed_at    timestamptz not null,
    updated_at    timestamptz not null,
    primary key (connection_id, person_id),
    constraint link_zoom_id unique (connection_id, zoom_id)
) with (fillfactor = 70);
create index link_due on link (connection_id, priority, due_at) where due_at is not null;
create index link_person on link (person_id);
create index link_state on link (connection_id, state);

create table lease (
    connection_id uuid primary key references connection (id) on delete cascade,
    owner         uuid not null,
    until         timestamptz not null,
    -- Grows with each taking: what an old owner records is refused.
    epoch         bigint not null
);
