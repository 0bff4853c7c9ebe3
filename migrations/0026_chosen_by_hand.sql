-- Whom somebody chose by hand is no exact match: no rule says so, and nobody confirms it as one.
alter table zoom_account drop constraint zoom_account_proposal_check;
alter table zoom_account add constraint zoom_account_proposal_check
    check (proposal in ('exact', 'partial', 'new', 'chosen'));
update zoom_account set proposal = 'chosen' where proposal = 'exact' and chosen_at is not null;
