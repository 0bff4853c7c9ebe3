-- Joiners, marks and selectors that nobody sees count no more in the names of groups (scim::group_name_key). Groups that
-- were told apart and now have one name keep it, as twins, until they are renamed: nobody loses a group. SQL and Rust
-- differ in a mark behind such a character behind U+0345, which is in no name.
create or replace function pg_temp.name_key(name text) returns text language sql as $$
    select normalize(replace(replace(
        lower(upper(lower(replace(
            normalize(trim(regexp_replace(regexp_replace(name,
                '[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
                '', 'g'), '[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')), NFD),
        'ı', U&'\E000') collate "und-x-icu"))),
    'ς', 'σ'), U&'\E000', 'ı'), NFC)
$$;

-- Null, but for a group whose name another one had first.
alter table grp add column name_twin uuid;
drop index grp_name;
create unique index grp_name on grp (source_id, display_name_key, coalesce(external_id, ''), coalesce(name_twin, '00000000-0000-0000-0000-000000000000'))
    where deleted_at is null;

do $$
declare
    row record;
begin
    for row in
        select id, key from (select id, display_name_key as old, pg_temp.name_key(display_name) as key from grp) g
        where old <> key order by id
    loop
        begin
            update grp set display_name_key = row.key where id = row.id;
        exception when unique_violation then
            update grp set display_name_key = row.key, name_twin = row.id where id = row.id;
        end;
    end loop;
end $$;
update zoom_group set name_key = pg_temp.name_key(display_name) where name_key <> pg_temp.name_key(display_name);

-- Accounts know their groups by the same.
update zoom_account set groups = array(select pg_temp.name_key(name) from unnest(groups) as n(name))
where groups is not null;
