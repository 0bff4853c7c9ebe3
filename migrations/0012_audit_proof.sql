-- What the audit log says of itself is signed, all of it: nothing of it is made good afterwards.

-- An entry has its keyed hash from the moment it is written, or never: one that was written without is no proof.
create or replace function audit_entry_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('rollcall.pruning', true) = 'on' then
        return old;
    end if;
    if tg_op = 'UPDATE' and old.sequence is null
        and (old.id, old.at, old.actor_kind, old.actor_id, old.actor_name, old.action, old.target_kind, old.target_id,
             old.target_name, old.before::text, old.after::text, old.mac)
            is not distinct from
            (new.id, new.at, new.actor_kind, new.actor_id, new.actor_name, new.action, new.target_kind, new.target_id,
             new.target_name, new.before::text, new.after::text, new.mac)
    then
        return new;
    end if;
    raise exception 'entries of the audit log are not changed and not removed'
        using hint = 'Old entries are removed by the retention, see docs/audit.md.';
end
$$;

-- Keyed hash of what the newest check found, so that nobody writes there that all is well.
alter table audit_verification add column mac bytea;
