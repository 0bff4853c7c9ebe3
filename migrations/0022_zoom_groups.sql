-- The groups that an import found in Zoom, and which groups of the directory they are.

create table zoom_group (
    connection_id uuid not null references connection (id) on delete cascade,
    zoom_id       text not null,
    id            uuid not null unique,
    display_name  text not null,
    name_key      text not null,
    last_run      uuid not null,
    -- A whole list no longer had it.
    gone_at       timestamptz,
    group_id      uuid references grp (id) on delete set null,
    primary key (connection_id, zoom_id)
);
create unique index zoom_group_linked on zoom_group (connection_id, group_id) where group_id is not null;
create index zoom_group_of on zoom_group (group_id) where group_id is not null;

-- The names of the groups an account is in; known of those that were read one by one.
alter table zoom_account add column groups text[];

alter table import_run drop constraint import_run_state_check;
alter table import_run add constraint import_run_state_check check (state in
    ('scanning', 'groups', 'matching', 'details', 'rematching', 'confirming', 'stopped', 'done', 'cancelled'));
