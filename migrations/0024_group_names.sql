-- Names of groups are compared as names of users are (scim::group_name_key): composed, without case, without the blanks
-- around them. Two that became one name keep the keys they have, so that nobody loses a group.
do $$
declare
    row record;
begin
    for row in
        select id, key from (
            select id, display_name_key as old,
                   replace(replace(lower(normalize(btrim(display_name), NFC) collate "und-x-icu"), 'ß', 'ss'), 'ς', 'σ') as key
            from grp) g
        where old <> key
    loop
        begin
            update grp set display_name_key = row.key where id = row.id;
        exception when unique_violation then null;
        end;
    end loop;
end $$;
update zoom_group set name_key =
    replace(replace(lower(normalize(btrim(display_name), NFC) collate "und-x-icu"), 'ß', 'ss'), 'ς', 'σ');
