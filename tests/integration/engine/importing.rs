//! Imports: who is in Zoom is read, matched, linked, and not touched before somebody says so.

use super::{ADA, ENTERPRISE, Engine, PATIENCE, user};
use directory::imports::{self, Choice, Filter, Which};
use directory::{Actor, Clock};
use model::import::settings::{AutoConfirm, Day, Schedule, Timetable};
use model::import::{Account, AccountsShown, Import, ImportCounts, ImportState, MatchAttribute, MatchRule, Proposal};
use model::link::{CauseKind, LinkState};
use model::log::Action;
use model::person::PersonState;
use model::sort::AccountsSort;
use model::source::LinkRule;
use model::{Cursor, PersonId};
use serde_json::json;
use simulator::{Fault, Operation, Rates};
use std::collections::HashSet;
use tokio::time::timeout;

/// Faster than any Zoom.
fn swift() -> provision::Options {
    provision::Options { allow_private_urls: true, calls_per_second: 5_000.0, ..provision::Options::default() }
}

impl Engine {
    /// Without a worker, and with a Zoom that does not mind how often it is asked.
    async fn for_import() -> Self {
        let engine = Self::idle().await;
        engine.zoom.configure(|options| {
            options.rates = Rates::unlimited();
        });
        engine
    }

    async fn begin_import(&self) {
        let mut tx = self.tx().await;
        imports::start(&mut tx, self.connection).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Carries the import out until it ends or stops.
    async fn carry_out(&self) -> Import {
        let run = provision::run_import(self.directory.clone(), swift(), self.connection);
        timeout(PATIENCE, run).await.unwrap().unwrap();
        imports::newest(&mut self.tx().await, self.connection).await.unwrap().unwrap()
    }

    async fn import(&self) -> Import {
        self.begin_import().await;
        let run = self.carry_out().await;
        assert_eq!(run.state, ImportState::Done, "{run:?}");
        run
    }

    async fn counts(&self) -> ImportCounts {
        imports::counts(&mut self.tx().await, self.connection).await.unwrap()
    }

    async fn accounts(&self, shown: Option<AccountsShown>) -> Vec<Account> {
        let filter = Filter { q: None, shown };
        let (mut tx, sort) = (self.tx().await, AccountsSort::Name);
        let page = imports::list(&mut tx, self.connection, &filter, sort, &Cursor::First, 10_000).await.unwrap();
        page.rows.into_iter().map(|listed| listed.account).collect()
    }

    async fn account_of(&self, user_name: &str) -> Account {
        let mut all = self.accounts(None).await;
        all.extend(self.accounts(Some(AccountsShown::Ignored)).await);
        all.into_iter().find(|account| account.user_name == user_name).unwrap()
    }

    async fn confirm(&self, shown: Option<AccountsShown>, activate: bool) -> imports::Confirmed {
        let mut tx = self.tx().await;
        let which = Which::All(Filter { q: None, shown });
        let terms = provision::import::terms(activate);
        let (done, _) = imports::confirm_step(&mut tx, self.connection, &which, None, &terms).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn begin_provisioning(&self) -> u64 {
        let mut tx = self.tx().await;
        let started = imports::begin(&mut tx, self.connection).await.unwrap();
        tx.commit().await.unwrap();
        started
    }

    async fn choose(&self, account: &Account, choice: Choice) {
        let mut tx = self.tx().await;
        assert_eq!(imports::choose(&mut tx, self.connection, &[account.id], choice).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    /// What Zoom was asked beside reading.
    fn writes(&self) -> Vec<Operation> {
        let reads = [Operation::ListUsers, Operation::GetUser, Operation::ListGroups];
        self.asked().into_iter().filter(|operation| !reads.contains(operation)).collect()
    }
}

fn named(account: &mut simulator::User, given: &str, family: &str) {
    account.given_name = Some(given.to_owned());
    account.family_name = Some(family.to_owned());
    account.display_name = Some(format!("{given} {family}"));
}

fn person(user_name: &str, given: &str, family: &str) -> serde_json::Value {
    let mut person = user(user_name);
    person["name"] = json!({ "givenName": given, "familyName": family });
    person
}

#[tokio::test]
async fn everybody_is_counted_linked_and_only_read_until_provisioning_is_started() {
    let mut engine = Engine::for_import().await;
    let mut exact = Vec::new();
    for n in 0..120 {
        let (mail, family) = (format!("p{n}@example.com"), format!("Family{n}"));
        engine.zoom.add_user(&mail, |account| named(account, "Pat", &family));
        exact.push(engine.push(person(&mail.to_uppercase(), "Pat", &family)).await.1);
    }
    for n in 0..9 {
        engine.zoom.add_user(&format!("old{n}@example.com"), |account| named(account, "Sam", &format!("Part{n}")));
        engine.push(person(&format!("sam{n}@example.com"), "Sam", &format!("Pärt{n}"))).await;
    }
    for n in 0..21 {
        engine.zoom.add_user(&format!("unknown{n}@example.com"), |account| named(account, "New", &format!("Face{n}")));
    }
    // Two of those who match are not quite the same in Zoom.
    engine.zoom.change_user("p7@example.com", |account| account.family_name = Some("Wrong".to_owned()));
    engine.zoom.change_user("p8@example.com", |account| account.active = false);

    let run = engine.import().await;
    assert_eq!((run.total, run.scanned, run.fresh, run.changed, run.gone), (Some(150), 150, 150, 0, 0));
    let counts = engine.counts().await;
    assert_eq!((counts.exact, counts.partial, counts.new, counts.linked), (120, 9, 21, 0));

    let done = engine.confirm(Some(AccountsShown::Exact), false).await;
    assert_eq!((done.exact, done.partial, done.new, done.left), (120, 0, 0, 0));
    assert_eq!(engine.counts().await.held, 120);
    let held = engine.link(exact[3]).await;
    assert_eq!(
        (held.state, held.cause.unwrap().kind, held.assigned),
        (LinkState::Skipped, CauseKind::NotStarted, true)
    );

    // The worker is there, people change, somebody presses Retry: nothing is due.
    engine.work();
    engine.retry(exact[3]).await;
    assert_eq!(engine.link(exact[3]).await.due_at, None);
    let (_, other) = engine.push_assigned(user("somebody.else@example.com")).await;
    engine.in_state(other, LinkState::InSync).await;
    assert_eq!(engine.writes(), [Operation::CreateUser], "the one who is not of the import");

    engine.zoom.clear_journal();
    assert_eq!(engine.begin_provisioning().await, 120);
    for person in &exact {
        engine.in_state(*person, LinkState::InSync).await;
    }
    let mut writes = engine.writes();
    writes.sort_by_key(|operation| format!("{operation:?}"));
    let updates = [Operation::UpdateUser, Operation::UpdateUser];
    assert!(
        writes == [Operation::ActivateUser, Operation::UpdateUser]
            || writes == [&[Operation::ActivateUser], &updates[..]].concat(),
        "only the differences are sent: {writes:?}"
    );
    let log = engine.log(Some(exact[7])).await;
    assert_eq!(log[0].action, Action::Update);
    let entry = engine.newest(exact[7]).await;
    let family = entry.details.modified.iter().find(|property| property.name == "name.familyName").unwrap();
    assert_eq!((family.old.as_deref(), family.new.as_deref()), (Some("Wrong"), Some("Family7")));
    assert!(engine.account("p8@example.com").active);
}

#[tokio::test]
async fn new_people_are_staged_in_a_source_of_their_own_and_keep_their_accounts() {
    let mut engine = Engine::for_import().await;
    engine.zoom.add_user("grace@example.com", |account| {
        named(account, "Grace", "Hopper");
        account.enterprise.insert("employeeNumber".to_owned(), json!("N7"));
    });
    engine.zoom.add_user("nameless@example.com", |_| ());
    engine.import().await;
    assert_eq!(engine.confirm(Some(AccountsShown::New), false).await.new, 2);

    let mut tx = engine.tx().await;
    let grace = directory::people::by_name(&mut tx, "grace@example.com").await.unwrap().unwrap();
    let shown = directory::people::get(&mut tx, grace).await.unwrap();
    assert_eq!(shown.summary.state, PersonState::Staged);
    assert_eq!(shown.summary.sources, ["Zoom import: Zoom"]);
    assert_eq!(shown.profile[ENTERPRISE]["employeeNumber"], "N7", "the details were read");
    drop(tx);

    engine.begin_provisioning().await;
    engine.work();
    engine
        .link_until(grace, |link| {
            link.cause.as_ref().is_some_and(|cause| cause.kind != CauseKind::NotStarted) && link.due_at.is_none()
        })
        .await;
    assert!(engine.writes().is_empty(), "who is staged keeps the account as it is");

    let mut tx = engine.tx().await;
    assert_eq!(imports::activate(&mut tx, &[grace], None).await.unwrap(), 1);
    tx.commit().await.unwrap();
    engine.in_state(grace, LinkState::InSync).await;
    assert!(engine.writes().is_empty(), "the directory says what Zoom says");
}

#[tokio::test]
async fn somebody_decides_and_the_next_import_leaves_it_so() {
    let engine = Engine::for_import().await;
    for mail in ["one@example.com", "two@example.com", "room@example.com"] {
        engine.zoom.add_user(mail, |account| named(account, "John", "Smith"));
    }
    let (_, john) = engine.push(person("john.smith@corp.example", "John", "Smith")).await;
    engine.import().await;
    let one = engine.account_of("one@example.com").await;
    assert_eq!((one.proposal, one.person), (Some(Proposal::Partial), None));
    assert_eq!(one.why.map(|why| (why.people, why.accounts)), Some((1, 3)));
    let left = engine.confirm(None, true).await;
    assert_eq!((left.left, left.exact + left.partial + left.new), (3, 0), "what is not decided is left");

    let one = engine.account_of("one@example.com").await;
    engine.choose(&one, Choice::Person(john)).await;
    engine.choose(&engine.account_of("two@example.com").await, Choice::New).await;
    engine.choose(&engine.account_of("room@example.com").await, Choice::Ignore).await;
    engine.import().await;
    let counts = engine.counts().await;
    assert_eq!((counts.exact, counts.chosen, counts.partial, counts.new, counts.ignored), (0, 1, 0, 1, 1));
    assert_eq!(engine.confirm(Some(AccountsShown::Exact), true).await.linked(), 0, "no rule says so");
    let done = engine.confirm(None, true).await;
    assert_eq!((done.chosen, done.new, done.left), (1, 1, 0));
    assert_eq!(engine.link(john).await.zoom_id, Some(one.zoom_id));

    let room = engine.account_of("room@example.com").await;
    engine.choose(&room, Choice::Undo).await;
    engine.import().await;
    assert_eq!(engine.account_of("room@example.com").await.proposal, Some(Proposal::New));
    // Who has an account gets no second one.
    let mut tx = engine.tx().await;
    let refused = imports::choose(&mut tx, engine.connection, &[room.id], Choice::Person(john)).await;
    assert!(matches!(refused, Err(directory::Error::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn who_goes_away_is_gone_and_who_changes_is_counted() {
    let engine = Engine::for_import().await;
    for n in 0..150 {
        engine.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    let (_, linked) = engine.push(user("p3@example.com")).await;
    engine.import().await;
    engine.confirm(Some(AccountsShown::Exact), false).await;
    engine.zoom.remove_user("p3@example.com");
    engine.zoom.remove_user("p4@example.com");
    engine.zoom.change_user("p5@example.com", |account| account.display_name = Some("Renamed".to_owned()));
    engine.zoom.add_user("p200@example.com", |_| ());
    let run = engine.import().await;
    assert_eq!((run.scanned, run.fresh, run.changed, run.gone), (149, 1, 1, 2));
    let gone = engine.accounts(Some(AccountsShown::Gone)).await;
    assert_eq!(gone.iter().map(|account| account.person.clone().unwrap().id).collect::<Vec<PersonId>>(), [linked]);
    assert!(engine.accounts(None).await.iter().all(|account| account.user_name != "p4@example.com"));
}

#[tokio::test]
async fn a_list_that_lies_is_said_and_nobody_is_gone_because_of_it() {
    let engine = Engine::for_import().await;
    for n in 0..3 {
        engine.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    engine.import().await;
    let users = engine.zoom.users();
    let body = |total: u32, ids: &[&str]| {
        let all: Vec<_> = ids.iter().map(|id| json!({ "id": id, "userName": format!("{id}@example.com") })).collect();
        json!({ "totalResults": total, "Resources": all }).to_string()
    };
    // The same one twice on one page, one without an id, and a total that never comes.
    let id = users[0].id.clone();
    let odd = body(500, &[&id, &id, "..", "other"]);
    engine.zoom.inject(Fault::answer(200, odd).on(Operation::ListUsers));
    engine.zoom.inject(Fault::answer(200, body(500, &[])).on(Operation::ListUsers).always());
    let run = engine.import().await;
    assert_eq!((run.scanned, run.gone), (2, 0));
    let said = run.notes.join(" ");
    assert!(
        said.contains("500") && said.contains("Nobody is taken to be gone") && said.contains("without a usable id"),
        "{said}"
    );
    // The other one was asked for by itself, and is not there.
    assert_eq!(engine.accounts(None).await.len(), 3, "nothing is lost and nothing doubled");
}

#[tokio::test]
async fn being_asked_to_wait_is_waited_for() {
    let engine = Engine::for_import().await;
    for n in 0..250 {
        engine.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    engine.zoom.inject(
        Fault::answer(429, json!({ "code": 429, "message": "You have reached the maximum per-second rate limit for this API. Try again later." }).to_string())
            .header("Retry-After", "1")
            .on(Operation::ListUsers)
            .about("startIndex=100"),
    );
    let run = engine.import().await;
    assert_eq!((run.scanned, run.cause), (250, None));
}

#[tokio::test]
async fn credentials_that_die_stop_it_and_it_is_resumed_where_it_was() {
    let engine = Engine::for_import().await;
    for n in 0..350 {
        engine.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    let dead = json!({ "code": 4700, "message": "Invalid access token, does not contain scopes:[scim2:admin]." });
    engine.zoom.inject(Fault::answer(400, dead.to_string()).on(Operation::ListUsers).about("startIndex=199"));
    engine.begin_import().await;
    let run = engine.carry_out().await;
    assert_eq!((run.state, run.scanned), (ImportState::Stopped, 199));
    assert!(run.cause.is_some());
    assert_eq!(engine.counts().await.new, 0, "nothing was matched yet");

    let mut tx = engine.tx().await;
    imports::resume(&mut tx, engine.connection).await.unwrap();
    tx.commit().await.unwrap();
    engine.zoom.clear_journal();
    let run = engine.carry_out().await;
    assert_eq!((run.state, run.scanned, run.cause), (ImportState::Done, 350, None));
    let lists = engine.zoom.requests(Operation::ListUsers);
    assert!(lists.len() <= 4, "it did not begin anew: {}", lists.len());
}

#[tokio::test]
async fn a_process_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let engine = Engine::for_import().await;
    for n in 0..900 {
        engine.zoom.add_user(&format!("p{n}@example.com"), |_| ());
    }
    engine.push(user(ADA)).await;
    engine.begin_import().await;
    // Several die, each after it has kept something, while accounts come and go.
    for round in 0..4 {
        let mut heard = engine.directory.listen();
        let before = imports::newest(&mut engine.tx().await, engine.connection).await.unwrap().unwrap();
        let run = tokio::spawn(provision::run_import(engine.directory.clone(), swift(), engine.connection));
        timeout(PATIENCE, async {
            loop {
                let now = imports::newest(&mut engine.tx().await, engine.connection).await.unwrap().unwrap();
                if now.scanned > before.scanned + 100 || !now.state.runs() || now.state != before.state {
                    return;
                }
                let _ = heard.recv().await;
            }
        })
        .await
        .unwrap();
        run.abort();
        let _ = run.await;
        free_lease(&engine).await;
        engine.zoom.remove_user(&format!("p{}@example.com", round * 40));
        engine.zoom.add_user(&format!("late{round}@example.com"), |_| ());
    }
    let run = engine.carry_out().await;
    assert_eq!(run.state, ImportState::Done);
    let found: Vec<Account> = engine.accounts(None).await;
    let names: HashSet<String> = found.iter().map(|account| account.user_name.clone()).collect();
    assert_eq!(names.len(), found.len(), "nobody twice");
    for n in (0..900).filter(|n| ![0, 40, 80, 120].contains(n)) {
        assert!(names.contains(&format!("p{n}@example.com")), "p{n} was there all the time");
    }
}

/// As after the lease's end: the dead process cannot give it up.
async fn free_lease(engine: &Engine) {
    engine.database.change("update lease set until = clock_timestamp()").await;
}

/// What starting would change is shown against what Zoom has now, and whoever left is proposed no more.
#[tokio::test]
async fn another_import_looks_at_who_waits_to_be_started() {
    let engine = Engine::for_import().await;
    engine.push(person(ADA, "Ada", "Lovelace")).await;
    let (record, _) = engine.push(person("grace@example.com", "Grace", "Hopper")).await;
    for (name, given, family) in [(ADA, "Ada", "Lovelace"), ("grace@example.com", "Grace", "Hopper")] {
        engine.zoom.add_user(name, |account| named(account, given, family));
    }
    engine.zoom.add_user("new@example.com", |account| named(account, "New", "Comer"));
    engine.import().await;
    let mut tx = engine.tx().await;
    directory::records::delete(&mut tx, engine.source, record).await.unwrap();
    tx.commit().await.unwrap();
    let grace = engine.account_of("grace@example.com").await;
    assert_eq!((grace.proposal, grace.person), (None, None), "she left");
    assert_eq!((engine.confirm(None, false).await.linked(), engine.counts().await.unmatched), (2, 1));

    engine.zoom.change_user(ADA, |account| {
        named(account, "Ada", "Byron");
        account.enterprise.insert("employeeNumber".to_owned(), json!("17"));
        account.active = false;
    });
    engine.import().await;
    let number = "select last_sent ->> 'employeeNumber' from link where last_sent ? 'employeeNumber'";
    assert_eq!(engine.database.texts(number).await, ["17"], "what only its own answer shows");
    let sent = "select zoom_active || ' ' || (last_sent ->> 'name.familyName') from link where zoom_active is not true";
    assert_eq!(engine.database.texts(sent).await, ["false Byron"]);

    // No list shows that it has gone; the next import reads it once more by itself.
    engine.zoom.change_user(ADA, |account| account.enterprise.clear());
    engine.import().await;
    assert!(engine.database.texts(number).await.is_empty());

    let linked = engine.accounts(Some(AccountsShown::Held)).await;
    let new = linked.iter().find(|account| account.user_name == "new@example.com").unwrap().id;
    let mut tx = engine.tx().await;
    imports::unlink(&mut tx, engine.connection, &[new]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(engine.account_of("new@example.com").await.proposal, None, "whose person is there is nobody new");
    engine.import().await;
    assert_eq!(engine.account_of("new@example.com").await.proposal, Some(Proposal::Exact));
}

/// Whoever was made a new person by hand and unlinked again is matched like anybody.
#[tokio::test]
async fn who_was_made_a_person_by_hand_and_is_unlinked_is_matched_again() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user(ADA, |account| named(account, "Ada", "Lovelace"));
    engine.push(person(ADA, "Ada", "Lovelace")).await;
    engine.import().await;
    let ada = engine.account_of(ADA).await;
    engine.choose(&ada, Choice::New).await;
    assert_eq!(engine.confirm(None, false).await.new, 1);
    let mut tx = engine.tx().await;
    assert_eq!(imports::unlink(&mut tx, engine.connection, &[ada.id]).await.unwrap(), 1);
    tx.commit().await.unwrap();
    engine.import().await;
    let ada = engine.account_of(ADA).await;
    assert_eq!((ada.proposal, ada.person, ada.why.unwrap().people), (Some(Proposal::Partial), None, 2));
}

/// Of a crowd that is started, or that a new setting makes due, those lose access first who are to lose it.
#[tokio::test]
async fn who_is_to_lose_access_goes_first() {
    let engine = Engine::for_import().await;
    let mut records = Vec::new();
    for n in 0..4 {
        let (mail, family) = (format!("p{n}@example.com"), format!("Family{n}"));
        engine.zoom.add_user(&mail, |account| named(account, "Old", &family));
        records.push(engine.push(person(&mail, "Pat", &family)).await);
    }
    engine.import().await;
    engine.confirm(None, false).await;
    let (record, leaver) = records[2];
    let mut tx = engine.tx().await;
    directory::records::delete(&mut tx, engine.source, record).await.unwrap();
    tx.commit().await.unwrap();
    let leaving = engine.accounts(Some(AccountsShown::Leaving)).await;
    assert_eq!(leaving.iter().map(|account| account.person.clone().unwrap().id).collect::<Vec<_>>(), [leaver]);
    assert_eq!(engine.begin_provisioning().await, 4);
    let due = async || {
        let mut tx = engine.tx().await;
        let due = directory::links::due(&mut tx, engine.connection, 10, &[]).await.unwrap();
        (due.len(), due[0].person_id)
    };
    assert_eq!(due().await, (4, leaver));
    engine.database.change("update link set due_at = null, priority = 9").await;
    let mut tx = engine.tx().await;
    let settings = directory::connections::get(&mut tx, engine.connection).await.unwrap();
    let actions = model::connection::Actions { deprovision: !settings.actions.deprovision, ..settings.actions };
    directory::connections::set_rules(&mut tx, engine.connection, settings.version, actions, settings.scope)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(due().await, (4, leaver));
}

#[tokio::test]
async fn a_cancelled_import_ends_and_another_begins() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user(ADA, |_| ());
    engine.begin_import().await;
    let mut tx = engine.tx().await;
    let second = imports::start(&mut tx, engine.connection).await;
    assert!(matches!(second, Err(directory::Error::Refused(_))), "{second:?}");
    drop(tx);
    let mut tx = engine.tx().await;
    imports::cancel(&mut tx, engine.connection).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(engine.carry_out().await.state, ImportState::Cancelled);
    assert_eq!(engine.import().await.scanned, 1);
}

/// The rules say whose an account is: here the employee number alone, which the list leaves out.
#[tokio::test]
async fn the_rules_of_the_connection_decide() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user("ada@example.com", |account| {
        named(account, "Ada", "Lovelace");
        account.enterprise.insert("employeeNumber".to_owned(), json!("17"));
    });
    let mut grace = person("grace@example.com", "Grace", "Hopper");
    grace[ENTERPRISE] = json!({ "employeeNumber": "17" });
    let (_, grace) = engine.push(grace).await;
    engine.push(person("ada@example.com", "Ada", "Lovelace")).await;
    let mut tx = engine.tx().await;
    let by_number = MatchRule { all_of: vec![MatchAttribute::EmployeeNumber], exact: true };
    imports::set_rules(&mut tx, engine.connection, 0, vec![by_number]).await.unwrap();
    tx.commit().await.unwrap();
    engine.import().await;
    let account = engine.account_of("ada@example.com").await;
    assert_eq!((account.proposal, account.person.map(|person| person.id)), (Some(Proposal::Exact), Some(grace)));
}

#[tokio::test]
async fn settings_made_from_an_old_page_are_refused_and_so_are_rules_that_mislead() {
    let engine = Engine::for_import().await;
    let mut tx = engine.tx().await;
    let usual = MatchRule::usual();
    imports::set_rules(&mut tx, engine.connection, 0, usual.clone()).await.unwrap();
    let stale = imports::set_rules(&mut tx, engine.connection, 0, usual).await;
    assert!(matches!(stale, Err(directory::Error::Stale(_))), "{stale:?}");
    let refused = imports::set_rules(&mut tx, engine.connection, 1, Vec::new()).await;
    assert!(matches!(refused, Err(directory::Error::Refused(_))), "{refused:?}");
}

/// Exact matches and new people confirm themselves; whoever is partial, ignored or decided on by hand is left.
#[tokio::test]
async fn what_may_confirm_itself_does_and_nothing_is_sent() {
    let mut engine = Engine::for_import().await;
    for (account, given, family) in [
        ("ada@example.com", "Ada", "Lovelace"),
        ("g.hopper@old.example", "Grace", "Hopper"),
        ("noah@example.com", "Noah", "Brandt"),
        ("room@example.com", "Pier", "Four"),
        ("mary@example.com", "Mary", "Jackson"),
    ] {
        engine.zoom.add_user(account, |user| named(user, given, family));
    }
    let (_, ada) = engine.push(person("ada@example.com", "Ada", "Lovelace")).await;
    let (_, grace) = engine.push(person("grace@example.com", "Grace", "Hopper")).await;
    engine.import().await;
    let (room, mary) = (engine.account_of("room@example.com").await, engine.account_of("mary@example.com").await);
    engine.choose(&room, Choice::Ignore).await;
    engine.choose(&mary, Choice::New).await;
    let mut tx = engine.tx().await;
    let confirm = AutoConfirm { exact: true, new: true, ..AutoConfirm::default() };
    let never = Timetable { schedule: Schedule::Never, minute: 0, day: Day::Monday };
    imports::set(&mut tx, engine.connection, 0, confirm, never, 500).await.unwrap();
    tx.commit().await.unwrap();
    let run = engine.import().await;
    assert_eq!(run.confirmed, 2);
    let counts = engine.counts().await;
    assert_eq!((counts.held, counts.partial, counts.ignored, counts.new), (2, 1, 1, 1), "{counts:?}");
    let held = engine.accounts(Some(AccountsShown::Held)).await;
    let noah = held.iter().find(|account| account.user_name == "noah@example.com").unwrap();
    assert_eq!(noah.person.as_ref().unwrap().state, PersonState::Staged);
    assert_eq!(engine.account_of("g.hopper@old.example").await.person.unwrap().id, grace);
    engine.work();
    engine.in_state(ada, LinkState::Skipped).await;
    assert_eq!(engine.writes(), [], "nothing is sent before provisioning is started");
}

/// The time has come once, for one import; the next one is a day later.
#[tokio::test]
async fn an_import_begins_at_its_time() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user("ada@example.com", |_| ());
    // A Monday.
    let clock = Clock::manual("2026-11-30T10:00:00Z".parse().unwrap());
    let directory = engine.database.open(clock.clone()).await;
    let mut tx = directory.begin(Actor::System).await.unwrap();
    let daily = Timetable { schedule: Schedule::Daily, minute: 150, day: Day::Monday };
    imports::set(&mut tx, engine.connection, 0, AutoConfirm::default(), daily, 500).await.unwrap();
    tx.commit().await.unwrap();
    imports::start_due(&directory).await.unwrap();
    assert!(imports::newest(&mut engine.tx().await, engine.connection).await.unwrap().is_none(), "not yet");

    clock.advance(chrono::Duration::hours(17));
    let (one, other) = tokio::join!(imports::start_due(&directory), imports::start_due(&directory));
    one.and(other).unwrap();
    let run = engine.carry_out().await;
    assert_eq!((run.state, run.scanned, run.started_by.as_str()), (ImportState::Done, 1, "Schedule"));
    let mut tx = engine.tx().await;
    let next = imports::settings(&mut tx, engine.connection).await.unwrap().next_at.unwrap();
    assert_eq!(next.to_rfc3339(), "2026-12-02T02:30:00+00:00");
    assert_eq!(imports::history(&mut tx, engine.connection, 9).await.unwrap().len(), 1);
}

/// Groups are listed with the members that accounts tell of, and linked to those of the directory; who may not read them
/// imports all the same.
#[tokio::test]
async fn groups_are_found_counted_and_linked() {
    let engine = Engine::for_import().await;
    let ada = engine.zoom.add_user("ada@example.com", |_| ());
    let grace = engine.zoom.add_user("grace@example.com", |_| ());
    engine.zoom.add_group("Analysts", |group| group.members.extend([ada.id.clone(), grace.id.clone()]));
    engine.zoom.add_group("Pilots", |group| _ = group.members.insert(grace.id.clone()));
    for n in 0..250 {
        engine.zoom.add_group(&format!("Team {n}"), |_| ());
    }
    let mut tx = engine.tx().await;
    let mut make = async |name: &str| {
        let schema = "urn:ietf:params:scim:schemas:core:2.0:Group";
        let group = serde_json::from_value(json!({ "schemas": [schema], "displayName": name })).unwrap();
        directory::groups::create(&mut tx, engine.source, &group, &[]).await.unwrap().id
    };
    let (analysts, flyers) = (make("ANALYSTS").await, make("Fl\u{fd}ers").await);
    tx.commit().await.unwrap();
    engine.import().await;

    let mut tx = engine.tx().await;
    let found = imports::groups(&mut tx, engine.connection).await.unwrap();
    let default = found.len() - 252;
    assert!(default <= 1, "all pages were read: {}", found.len());
    let of = |name: &str| found.iter().find(|group| group.display_name == name).unwrap().clone();
    assert_eq!((of("Analysts").accounts, of("Pilots").accounts, of("Team 7").accounts), (2, 1, 0));
    assert_eq!(of("Analysts").group.map(|group| group.id), Some(analysts), "the one of that name");
    assert!(!of("Analysts").linked && of("Pilots").group.is_none());

    for (part, count) in [("analyst", 1), ("ST", 1), ("fl\u{fd}", 1), ("%", 0)] {
        let free = imports::free_groups(&mut tx, engine.connection, part, 9).await.unwrap();
        assert_eq!(free.len(), count, "{part}");
    }
    imports::link_group(&mut tx, engine.connection, of("Pilots").id, Some(flyers)).await.unwrap();
    let twice = imports::link_group(&mut tx, engine.connection, of("Analysts").id, Some(flyers)).await;
    assert!(matches!(twice, Err(directory::Error::Refused(_))), "{twice:?}");
    let free = imports::free_groups(&mut tx, engine.connection, "", 9).await.unwrap();
    assert_eq!(free.iter().map(|group| group.id).collect::<Vec<_>>(), [analysts]);
    tx.commit().await.unwrap();

    engine.zoom.configure(|options| options.account.rights.group_read = false);
    let run = engine.import().await;
    assert!(run.notes.iter().any(|note| note.starts_with("Zoom's groups could not be read.")), "{:?}", run.notes);
    engine.zoom.configure(|options| options.account.rights.group_read = true);
    let scopes = json!({ "code": 4711, "message": "Invalid access token, does not contain scopes:[group:read]." });
    engine.zoom.inject(Fault::answer(400, scopes.to_string()).on(Operation::ListGroups));
    let run = engine.import().await;
    assert!(run.notes.iter().any(|note| note.starts_with("Zoom's groups could not be read.")), "{:?}", run.notes);
    let still = imports::groups(&mut engine.tx().await, engine.connection).await.unwrap();
    assert_eq!(still.len(), found.len(), "nothing is gone because of that");
    assert!(still.iter().any(|group| group.display_name == "Pilots" && group.linked));
}

/// A rule of the sources may say that a new account is a person who is there already: nobody is made, and nobody who is
/// active becomes staged by it.
#[tokio::test]
async fn whom_a_rule_of_the_sources_joins_stays_active() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user("ada@example.com", |account| named(account, "Ada", "Lovelace"));
    let (_, ada) = engine.push(person("ada@example.com", "Ada", "Lovelace")).await;
    let mut tx = engine.tx().await;
    directory::people::rule::set(&mut tx, LinkRule::UserName).await.unwrap();
    tx.commit().await.unwrap();
    engine.import().await;
    let account = engine.account_of("ada@example.com").await;
    engine.choose(&account, Choice::New).await;
    let done = engine.confirm(None, false).await;
    assert_eq!((done.new, done.exact), (0, 1), "{done:?}");
    let shown = directory::people::get(&mut engine.tx().await, ada).await.unwrap();
    assert_eq!(shown.summary.state, PersonState::Active);
    assert_eq!(engine.accounts(Some(AccountsShown::Held)).await[0].person.as_ref().unwrap().id, ada);
}

/// Whose person was chosen for another account is nobody's yet, and no stranger: not now, and not after another import.
#[tokio::test]
async fn an_account_whose_person_is_chosen_elsewhere_is_left_undecided() {
    let engine = Engine::for_import().await;
    engine.zoom.add_user("ada@example.com", |account| named(account, "Ada", "Lovelace"));
    engine.zoom.add_user("al@old.example", |account| named(account, "A", "L"));
    engine.zoom.add_user("other@old.example", |account| named(account, "O", "L"));
    let (_, ada) = engine.push(person("ada@example.com", "Ada", "Lovelace")).await;
    engine.import().await;
    engine.choose(&engine.account_of("al@old.example").await, Choice::Person(ada)).await;
    let undecided = async || {
        let account = engine.account_of("ada@example.com").await;
        assert_eq!((account.proposal, account.person), (Some(Proposal::Partial), None));
        assert!(account.why.unwrap().elsewhere);
    };
    undecided().await;
    engine.import().await;
    undecided().await;
    let other = engine.account_of("other@old.example").await;
    let mut tx = engine.tx().await;
    let taken = imports::choose(&mut tx, engine.connection, &[other.id], Choice::Person(ada)).await;
    assert!(matches!(taken, Err(directory::Error::Refused(_))), "{taken:?}");
    drop(tx);
    let done = engine.confirm(None, false).await;
    assert_eq!((done.chosen, done.new, done.left), (1, 1, 1), "{done:?}");
}
