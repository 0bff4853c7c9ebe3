-- The chain over the audit log: entries get a number and a hash over everything before them, behind the writers; signed
-- checkpoints tell what the chain once was, so that a cut tail shows.

-- The hashes are over the text as it was written. jsonb would write keys and numbers in its own way.
alter table audit_entry
    alter column before type json using before::text::json,
    alter column after type json using after::text::json,
    -- Keyed hash of the entry, made by the process that wrote it: what came past Rollcall has none that fits.
    add column mac bytea,
    -- The place in the chain; none until the entry is sealed.
    add column sequence bigint,
    -- Keyed hash of number, previous hash and entry.
    add column hash bytea,
    add constraint audit_entry_sequence unique (sequence),
    add constraint audit_entry_sealed check ((sequence is null) = (hash is null));
create index audit_entry_unsealed on audit_entry (id) where sequence is null;
-- The page filters by these.
create index audit_entry_actor on audit_entry (actor_name, at desc, id desc);
create index audit_entry_action on audit_entry (action, at desc, id desc);
create index audit_entry_target on audit_entry (target_id, at desc, id desc);

-- The chain itself, one row: where the key of its hashes is kept, and the last number and hash, signed.
create table audit_chain (
    singleton boolean primary key default true check (singleton),
    -- An envelope like other secrets: a change of the key-encryption key wraps it anew and changes no hash.
    key_id    uuid not null references secret (id),
    sequence  bigint not null,
    hash      bytea not null,
    signature bytea not null
);

create table audit_checkpoint (
    -- `seal`: the chain reached this. `prune`: everything up to this was removed by the retention.
    reason    text not null check (reason in ('seal', 'prune')),
    sequence  bigint not null,
    hash      bytea not null,
    at        timestamptz not null,
    signature bytea not null,
    primary key (reason, sequence)
);

-- The newest check that was started on the page, with its progress: any replica shows it.
create table audit_verification (
    singleton   boolean primary key default true check (singleton),
    started_at  timestamptz not null,
    started_by  text not null,
    -- A check whose process died does not say so; it just stops saying that it goes on.
    alive_at    timestamptz not null,
    finished_at timestamptz,
    checked     bigint not null,
    total       bigint not null,
    -- What was found, when it is finished.
    report      jsonb
);

-- Against mistakes: no statement changes or removes what is sealed. Somebody who may alter the table can switch this
-- off; then `rollcall audit verify` shows what was done.
create function audit_entry_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('rollcall.pruning', true) = 'on' then
        return old;
    end if;
    if tg_op = 'UPDATE' and old.sequence is null and (old.mac is null or old.mac = new.mac)
        and (old.id, old.at, old.actor_kind, old.actor_id, old.actor_name, old.action, old.target_kind, old.target_id,
             old.target_name, old.before::text, old.after::text)
            is not distinct from
            (new.id, new.at, new.actor_kind, new.actor_id, new.actor_name, new.action, new.target_kind, new.target_id,
             new.target_name, new.before::text, new.after::text)
    then
        return new;
    end if;
    raise exception 'entries of the audit log are not changed and not removed'
        using hint = 'Old entries are removed by the retention, see docs/audit.md.';
end
$$;
create trigger audit_entry_stays before update or delete on audit_entry
    for each row execute function audit_entry_stays();
create trigger audit_entry_stays_whole before truncate on audit_entry
    for each statement execute function audit_entry_stays();
