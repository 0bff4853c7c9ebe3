-- A mail that tells a person that an import made them active.

alter table mail
    alter column admin_id drop not null,
    add column connection_id uuid references connection (id) on delete cascade,
    add column person_id uuid references person (id) on delete cascade,
    drop constraint mail_kind_check,
    add constraint mail_kind_check check (kind in ('invitation', 'token_expiry', 'activation')),
    add constraint mail_of_person check ((kind = 'activation') = (person_id is not null and connection_id is not null)),
    add constraint mail_of_admin check ((kind = 'activation') = (admin_id is null));
create unique index mail_activation on mail (person_id, connection_id) where kind = 'activation';
-- For the cascade.
create index mail_connection on mail (connection_id) where connection_id is not null;
