-- The accounts that an import found, by user name: as long as the key by name is.
alter table zoom_account add column user_name_key text not null generated always as (left(lower(user_name), 200)) stored;
create index zoom_account_user_name on zoom_account (connection_id, user_name_key, id);
