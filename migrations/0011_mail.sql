-- Mail to be sent, and what became of it. A row is written in the transaction of what it tells of and carries ids: what
-- the mail says is read when it is sent. What it is about is gone: so is the mail.

create table mail (
    -- Stands in the Message-ID, so a mail that has to be sent twice is known as the same one.
    id          uuid primary key,
    kind        text not null check (kind in ('invitation')),
    admin_id    uuid not null references admin (id) on delete cascade,
    queued_at   timestamptz not null,
    -- The administrator who asked for it, as it was called then; none when it was somebody at the command line.
    queued_by   text,
    state       text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    -- How often it was taken up. Grows with each taking, so that what a former taker wants to record is refused.
    attempts    integer not null default 0,
    -- When it is taken up next; also while somebody sends it, in case they die. None when there is nothing to do.
    due_at      timestamptz,
    ended_at    timestamptz,
    -- Why the newest attempt did not succeed, in a sentence.
    problem     text,
    constraint mail_due check ((state = 'waiting') = (due_at is not null)),
    constraint mail_ended check ((state = 'waiting') = (ended_at is null)),
    -- One for a purpose: sending it again is the same row anew.
    constraint mail_invitation unique (kind, admin_id)
);
create index mail_due_at on mail (due_at) where due_at is not null;
-- For the cascade.
create index mail_admin on mail (admin_id);
