-- How many people a source has, so that no page of their list has to count them: what came and went, a row for each
-- change, added up now and then. One row for all would make every create wait for the one before.
create table record_count (
    source_id uuid not null,
    people    bigint not null
);

create function count_added() returns trigger language plpgsql as $$
begin
    insert into record_count (source_id, people)
        select source_id, count(*) from added where deleted_at is null group by source_id;
    return null;
end
$$;

create function count_changed() returns trigger language plpgsql as $$
begin
    if old.deleted_at is null then
        insert into record_count (source_id, people) values (old.source_id, -1);
    end if;
    if tg_op = 'UPDATE' and new.deleted_at is null then
        insert into record_count (source_id, people) values (new.source_id, 1);
    end if;
    return null;
end
$$;

create trigger record_added after insert on record referencing new table as added
    for each statement execute function count_added();
create trigger record_removed after delete on record for each row execute function count_changed();
create trigger record_changed after update of deleted_at, source_id on record for each row
    when ((old.deleted_at is null) <> (new.deleted_at is null) or old.source_id <> new.source_id)
    execute function count_changed();

insert into record_count (source_id, people)
    select source_id, count(*) from record where deleted_at is null group by source_id;
