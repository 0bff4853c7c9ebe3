-- What nothing of ours writes, and what reading counts on, the database refuses.

-- Times that no clock shows, such as infinity: nothing that reads them could reckon with them. Not validated: a log that was
-- altered must not keep a new version from starting. The check names what stands there.
alter table audit_entry add constraint audit_entry_at_possible
    check (at between '2000-01-01' and '9999-12-31') not valid;
alter table audit_checkpoint add constraint audit_checkpoint_at_possible
    check (at between '2000-01-01' and '9999-12-31') not valid;

-- Whoever may alter the tables may lift these rules. What is read is cut to what can be read: then no hash fits it.
create function readable(at timestamptz) returns timestamptz language sql immutable parallel safe
    return greatest(least(at, timestamptz '9999-12-31 00:00:00Z'), timestamptz '0001-01-01 00:00:00Z');

-- A session without anybody: there is none before the sign-in.
delete from session where admin_id is null;
alter table session alter column admin_id set not null;
