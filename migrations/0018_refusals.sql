-- What did not go well, for whoever has to look at it: which requests of a source are errors, which of them nothing has
-- followed, the operations of a bulk request, and the last time that a token was refused.

alter table scim_request
    -- It did not get what it asked for, and somebody may have to look at it. Not so when a client looks for a resource by
    -- its id and finds none.
    add column error           boolean not null default false,
    -- It is an error, and the same has not gone well since.
    add column open            boolean not null default false,
    -- A hash of what the error is about, to know the same again; null: nothing is the same.
    add column about           bigint,
    -- Of a bulk request: how many operations, how many of them failed, and each: [{"request", "status", ..}].
    add column bulk_operations smallint,
    add column bulk_failed     smallint,
    add column operations      jsonb;

-- Of what came before nobody knows what followed it: it stays open for the rest of its day.
update scim_request set error = true, open = true
where (status >= 400 or status is null)
    and not (status = 404 and method in ('GET', 'HEAD') and path ~ '^/+(Users|Groups)/+[^/]+/*$');

drop index scim_request_errors;
create index scim_request_errors on scim_request (source_id, at desc, id desc) where error;
create index scim_request_open on scim_request (source_id, at desc, id desc) where open;
create index scim_request_about on scim_request (source_id, about) where open;

alter table scim_token
    -- The last time that somebody who had the token whole was refused, at most once a minute.
    add column refused_at   timestamptz,
    add column refused_from text,
    add column refused_why  text,
    add constraint scim_token_refused_why check (refused_why in ('expired', 'revoked', 'elsewhere', 'read_only')),
    add constraint scim_token_refused check (num_nulls(refused_at, refused_from, refused_why) in (0, 3));
