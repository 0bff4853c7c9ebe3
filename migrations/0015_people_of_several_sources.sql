-- People whom several sources know: in which order sources count, who was joined with whom and how it is undone, and
-- what of a deleted record can still be restored.

-- An attribute that several sources give holds as the first of them says. Two sources made at the same moment may get
-- one place; their ids decide then.
alter table source add column position integer not null default 0;
update source set position = placed.n
    from (select id, row_number() over (order by created_at, id) as n from source) placed where placed.id = source.id;

-- How people are joined without an administrator. One row.
create table people_rule (
    one     boolean primary key default true check (one),
    link_by text not null default 'off' check (link_by in ('off', 'user_name', 'email'))
);
insert into people_rule default values;

-- People are being merged anew, as the order of sources changed: in the order of their ids, everybody up to this one
-- has been. No row when there is nothing to do.
create table people_merge (
    one     boolean primary key default true check (one),
    up_to   uuid not null
);

-- More than one living record holds the person. A change of a record that is a person's only one asks for this in the
-- statement that writes the person, so that it needs no other.
alter table person add column several boolean not null default false;
create index person_several on person (id) where several;

-- What people are recognised by. The employee number has a column of its own: an index on the profile would have to be
-- written with each change of it. What is too long for either is none: an index row holds 2,700 bytes.
alter table person add column employee_number text check (octet_length(employee_number) <= 320);
update person set employee_number = profile #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}'
    where octet_length(profile #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}')
        between 1 and 320;
create index person_employee_number on person (employee_number) where employee_number is not null;
create function email_key(address text) returns text immutable parallel safe
    return case when octet_length(address) <= 320 then lower(normalize(address) collate "und-x-icu") end;
create index person_email on person (email_key(email));

-- The list of who is deleted, by name.
create index person_gone on person (sort_key, id) where gone;

-- Whoever was joined to another person: old addresses and log entries lead on by it, and undoing it gives the id back.
create table joined_person (
    id          uuid primary key,
    person_id   uuid not null references person (id) on delete cascade,
    -- The connections this person was assigned to.
    connections uuid[] not null,
    joined_at   timestamptz not null,
    joined_by   text not null
);
create index joined_person_to on joined_person (person_id);

-- With whom they came, to go back with them.
alter table record add column former_person_id uuid;
alter table assignment add column former_person_id uuid;
alter table link add column former_person_id uuid;

-- A deleted record keeps its resource for 30 days; afterwards only what recognises a person who comes back.
alter table record add column pruned_at timestamptz;
create index record_deleted on record (deleted_at) where deleted_at is not null and pruned_at is null;
