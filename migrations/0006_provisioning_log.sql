-- The provisioning log: one row per operation, a partition a month (made ahead by the server).

create table log_entry (
    id            uuid not null,
    at            timestamptz not null,
    connection_id uuid not null,
    person_id     uuid,
    identity      text not null,
    user_name     text not null,
    action        text not null check (action in ('create', 'update', 'disable', 'enable', 'delete', 'other')),
    source        text not null,
    target        text not null,
    status        text not null check (status in ('success', 'failure', 'skipped', 'warning')),
    duration_ms   integer not null,
    -- From the source's change to Zoom's answer; none when nothing reached Zoom.
    latency_ms    bigint,
    summary       text not null,
    details       jsonb not null,
    primary key (at, id)
) partition by range (at);
create index log_entry_connection on log_entry (connection_id, at desc, id desc);
create index log_entry_person on log_entry (person_id, at desc, id desc);
create index log_entry_status on log_entry (status, at desc, id desc);
create index log_entry_id on log_entry (id);
