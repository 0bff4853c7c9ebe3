-- Joiners, marks and selectors that nobody sees count no more in the names of groups (scim::group_name_key). Two that
-- became one name keep the keys they have, so that nobody loses a group.
create function pg_temp.as_seen(key text) returns text language sql as $$
    select normalize(trim(regexp_replace(regexp_replace(key,
        '[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
        '', 'g'), ' +', ' ', 'g')), NFC)
$$;
do $$
declare
    row record;
begin
    for row in select id, key from (select id, display_name_key as old, pg_temp.as_seen(display_name_key) as key from grp) g
        where old <> key
    loop
        begin
            update grp set display_name_key = row.key where id = row.id;
        exception when unique_violation then null;
        end;
    end loop;
end $$;
update zoom_group set name_key = pg_temp.as_seen(name_key) where name_key <> pg_temp.as_seen(name_key);

-- Accounts know their groups by the same.
update zoom_account set groups = array(select pg_temp.as_seen(lower(name)) from unnest(groups) as n(name))
where groups is not null;
