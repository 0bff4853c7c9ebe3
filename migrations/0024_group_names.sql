-- Names of groups are compared as names of users are (scim::group_name_key): composed, without case, with single blanks
-- and none around them. Two that became one name keep the keys they have, so that nobody loses a group.
create function pg_temp.name_key(name text) returns text language sql as $$
    select normalize(replace(replace(
        lower(upper(lower(replace(
            normalize(trim(regexp_replace(name, '[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')), NFD),
        'ı', U&'\E000') collate "und-x-icu"))),
    'ς', 'σ'), U&'\E000', 'ı'), NFC)
$$;
do $$
declare
    row record;
begin
    for row in
        select id, key from (select id, display_name_key as old, pg_temp.name_key(display_name) as key from grp) g
        where old <> key
    loop
        begin
            update grp set display_name_key = row.key where id = row.id;
        exception when unique_violation then null;
        end;
    end loop;
end $$;
update zoom_group set name_key = pg_temp.name_key(display_name);
