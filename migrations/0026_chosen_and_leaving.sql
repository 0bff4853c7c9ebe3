-- Whom somebody chose by hand is no exact match: no rule says so, and nobody confirms it as one.
alter table zoom_account drop constraint zoom_account_proposal_check;
alter table zoom_account add constraint zoom_account_proposal_check
    check (proposal in ('exact', 'partial', 'new', 'chosen'));
update zoom_account set proposal = 'chosen' where proposal = 'exact' and chosen_at is not null;

-- Who loses the use of an account once the directory's say is carried out: these links go first.
create view leaver as
select l.connection_id, l.person_id
from link l join person p on p.id = l.person_id join connection c on c.id = l.connection_id
where l.zoom_id is not null and l.zoom_active is distinct from false
  and (p.state = 'deactivated' or p.gone
    or c.scope = 'assigned' and not exists (
        select from assignment a where a.connection_id = l.connection_id and a.person_id = l.person_id));
