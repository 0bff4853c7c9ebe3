-- Several keys: the one that encrypts, former ones that may still open, and which server was given which.

-- Null for the one key that encrypts; when a rotation went over from it to another.
alter table key add column retired_at timestamptz;
create unique index key_current on key ((retired_at is null)) where retired_at is null;

-- What the additional data names beside the row: whoever wraps a data key anew has to know it.
alter table secret add column belongs_to text;
update secret set belongs_to = 'connection.client_secret' where id in (select client_secret_id from connection);
update secret set belongs_to = 'provider.client_secret' where id in (select client_secret_id from provider);
update secret set belongs_to = 'audit_chain.key' where id in (select key_id from audit_chain);
-- Nothing refers to these, so nothing opens them.
delete from secret where belongs_to is null;
alter table secret alter column belongs_to set not null;
create index secret_key on secret (key_id);

-- Servers that run: a rotation does not begin while one of them lacks the new key.
create table server (
    id         uuid primary key,
    -- For people: machine and process.
    name       text not null,
    key_ids    text[] not null,
    started_at timestamptz not null,
    -- By the database's clock, every few seconds; a server that was killed stops saying so.
    alive_at   timestamptz not null
);
