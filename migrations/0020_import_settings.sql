-- How a connection imports: its match rules, what confirms itself, when an import begins by itself.

create table import_setting (
    connection_id   uuid primary key references connection (id) on delete cascade,
    rules           jsonb not null,
    confirm_exact   boolean not null,
    confirm_partial boolean not null,
    confirm_new     boolean not null,
    activate        boolean not null,
    schedule        text not null check (schedule in ('never', 'hourly', 'daily', 'weekly')),
    -- Minutes after midnight, in UTC.
    at_minute       smallint not null check (at_minute between 0 and 1439),
    at_day          text not null,
    -- How many accounts an import reads one by one.
    details         integer not null check (details between 0 and 100000),
    next_at         timestamptz,
    version         bigint not null default 1
);
create index import_setting_next on import_setting (next_at) where next_at is not null;

alter table import_run drop constraint import_run_state_check;
alter table import_run add constraint import_run_state_check
    check (state in ('scanning', 'matching', 'details', 'rematching', 'confirming', 'stopped', 'done', 'cancelled'));
-- Confirmed by itself.
alter table import_run add column confirmed bigint not null default 0;
-- Since when it reads without a break, and how far it was then: how fast it is.
alter table import_run add column reading_since timestamptz;
update import_run set reading_since = started_at;
alter table import_run alter column reading_since set not null;
alter table import_run add column read_before bigint not null default 0;
