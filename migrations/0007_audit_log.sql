-- What administrators, tokens and the system did to Rollcall itself. Rows are written inside the transaction of the
-- change; sequence and hash are added behind the writers when the chain is sealed.

create table audit_entry (
    id          uuid primary key,
    at          timestamptz not null,
    actor_kind  text not null check (actor_kind in ('admin', 'token', 'system', 'command')),
    actor_id    uuid,
    actor_name  text not null,
    action      text not null,
    target_kind text not null,
    target_id   uuid,
    target_name text not null,
    before      jsonb,
    after       jsonb
);
create index audit_entry_at on audit_entry (at desc, id desc);
