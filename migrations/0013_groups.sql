-- Groups of the sources, who is in them, and what SCIM clients look for besides names.

create table grp (
    id               uuid primary key,
    source_id        uuid not null references source (id),
    display_name     text not null,
    display_name_key text not null,
    external_id      text,
    -- The resource without its members, without id and meta.
    resource         jsonb not null,
    version          bigint not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    deleted_at       timestamptz
);
-- RFC 7643 lets names repeat, and directories do so. The same name under the same externalId, or under none, is a
-- creation that a client sends again because it missed the answer.
create unique index grp_name on grp (source_id, display_name_key, coalesce(external_id, '')) where deleted_at is null;
create unique index grp_external_id on grp (source_id, external_id) where deleted_at is null and external_id is not null;
create index grp_deleted on grp (deleted_at) where deleted_at is not null;
create index grp_list on grp (source_id, id) where deleted_at is null;
-- The list that administrators look at.
create index grp_sort on grp (display_name_key, id);

-- A member is a record or a group of the same source. Rows stay when either is deleted, so that it can be restored with
-- its memberships; whoever reads looks only at what lives.
create table grp_member (
    group_id  uuid not null references grp (id) on delete cascade,
    member_id uuid not null,
    is_group  boolean not null,
    primary key (group_id, member_id)
);
create index grp_member_of on grp_member (member_id);

-- The e-mail addresses of a user, in lower case: Entra matches by emails[type eq "work"].value. A column and not an
-- index on an expression of `resource`, as that would make every update of a record write all its indexes.
create function scim_emails(resource jsonb) returns text[] language sql immutable parallel safe as $$
    select array(
        select distinct lower((element ->> 'value') collate "und-x-icu")
        from jsonb_array_elements(resource -> 'emails') element
        -- An index holds no more; a longer one is compared without it.
        where length(lower((element ->> 'value') collate "und-x-icu")) <= 320
    )
$$;
alter table record add column emails text[] not null generated always as (scim_emails(resource)) stored;
create index record_emails on record using gin (emails) where deleted_at is null;

-- The values of an attribute that no schema names, in whatever case it is written.
create function scim_elements(container jsonb, name text) returns setof jsonb
language sql immutable parallel safe as $$
    select item.value
    from jsonb_each(case jsonb_typeof(container) when 'object' then container else '{}' end) attribute
    cross join lateral jsonb_array_elements(
        case jsonb_typeof(attribute.value) when 'array' then attribute.value else jsonb_build_array(attribute.value) end
    ) item
    where lower(attribute.key) = lower(name)
$$;

-- What a path leads to in them: `sub`; without one their `value` (RFC 7643, section 2.4), or themselves without any.
create function scim_values(container jsonb, name text, sub text) returns setof jsonb
language sql immutable parallel safe as $$
    select coalesce(inside.value, item)
    from scim_elements(container, name) item
    left join lateral (
        select each.value from jsonb_each(case jsonb_typeof(item) when 'object' then item else '{}' end) each
        where lower(each.key) = lower(coalesce(sub, 'value')) limit 1
    ) inside on true
    where inside.value is not null or sub is null
$$;
