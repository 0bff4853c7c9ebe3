//! An import under way: reading Zoom's list, matching it, reading details, confirming. It makes reading calls only, at the pace of the
//! connection and under its lease, and keeps each step as it comes: after a crash it goes on where it was.

use super::Shared;
use super::account::Account;
use super::drain::Halt;
use super::hold::Hold;
use crate::attributes::{self as zoom, Attributes};
use crate::import::matching::Matcher;
use crate::import::scan::{self, Next, Odd, Scan};
use crate::zoom::error::{Failure, Kind, Reach};
use crate::zoom::wire::User;
use directory::imports::{self, Found, FoundGroup, MOST_GROUPS, Place, Progress, Run};
use directory::leases;
use model::connection::Connection;
use model::import::ImportState;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows read or written at a time while matching.
const BATCH: i64 = 1_000;
/// What a list shows of an account, beside whether it is active. What it leaves out stays as it was read before.
const IN_LIST: &[&str] = &[
    zoom::USER_NAME,
    zoom::EMAIL,
    zoom::GIVEN_NAME,
    zoom::FAMILY_NAME,
    zoom::DISPLAY_NAME,
    zoom::USER_TYPE,
    zoom::DEPARTMENT,
];

pub(super) struct Importing<'a> {
    shared: &'a Shared,
    connection: &'a Connection,
    account: &'a Account,
    hold: &'a Hold,
    /// The drain ends: so does this, after the step that is under way.
    halting: &'a AtomicBool,
}

/// How a stage went on.
enum Stage {
    /// To the next one.
    On,
    /// The run is not what it was: somebody cancelled it, or it stopped.
    Over,
    Halt(Halt),
}

impl<'a> Importing<'a> {
    pub(super) const fn new(
        shared: &'a Shared,
        connection: &'a Connection,
        account: &'a Account,
        hold: &'a Hold,
        halting: &'a AtomicBool,
    ) -> Self {
        Self { shared, connection, account, hold, halting }
    }

    /// Goes on with the import of the connection to its end; none when there is none, or it has ended.
    pub(super) async fn run(&self) -> directory::Result<Option<Halt>> {
        loop {
            let mut tx = self.shared.begin().await?;
            let Some(run) = imports::run(&mut tx, self.connection.id).await? else { return Ok(None) };
            drop(tx);
            let stage = match run.state {
                ImportState::Scanning => self.scan(&run).await?,
                ImportState::Groups => self.groups(&run).await?,
                ImportState::Matching | ImportState::Rematching => self.matching(&run).await?,
                ImportState::Details => self.details(&run).await?,
                ImportState::Confirming => self.confirming(&run).await?,
                ImportState::Stopped | ImportState::Done | ImportState::Cancelled => return Ok(None),
            };
            match stage {
                Stage::On => {}
                Stage::Over if self.hold.runs() => {}
                Stage::Over => return Ok(Some(Halt::Lost)),
                Stage::Halt(halt) => return Ok(Some(halt)),
            }
        }
    }

    /// Reads the list from where it was left to its end.
    async fn scan(&self, run: &Run) -> directory::Result<Stage> {
        let mut scan = Scan::resume(u64::try_from(run.next_index).unwrap_or(1), run.pass);
        let mut seen = u64::try_from(run.scanned).unwrap_or_default();
        loop {
            if let Err(halt) = self.gate().await {
                return Ok(Stage::Halt(halt));
            }
            let start = scan.next;
            let listing = match self.account.zoom.list(start, scan::PAGE).await.result {
                Ok(listing) => listing,
                Err(failure) => return self.trouble(run, &failure).await,
            };
            self.account.went_well(self.shared.directory.now());
            let entries = listing.resources.len() + listing.unreadable;
            let page = found(listing.resources);
            let mut tx = self.shared.begin().await?;
            let Some(kept) = imports::keep_page(&mut tx, &self.hold.lease, run, &page, IN_LIST).await? else {
                return Ok(Stage::Over);
            };
            let new = u64::try_from(kept.new).unwrap_or_default();
            let ids: Vec<String> = page.into_iter().map(|account| account.zoom_id).collect();
            let entries = u64::try_from(entries).unwrap_or(u64::MAX);
            let (next, odd) =
                scan.take(&scan::Page { start, total: listing.total, ids: &ids, entries, new, seen: seen + new });
            let unreadable = (listing.unreadable > 0)
                .then(|| "Zoom's list has entries without a usable id. They were left out.".to_owned());
            let place = Place {
                next_index: i64::try_from(scan.next).unwrap_or(i64::MAX),
                pass: scan.pass,
                total: i64::try_from(listing.total).unwrap_or(i64::MAX),
                note: odd.map(Odd::text).or(unreadable),
            };
            if next == Next::Back {
                drop(tx);
                let mut tx = self.shared.begin().await?;
                if !imports::go_back(&mut tx, &self.hold.lease, run, &place).await? {
                    return Ok(Stage::Over);
                }
                tx.commit().await?;
                continue;
            }
            seen += new;
            imports::go_on(&mut tx, run, &kept, &place).await?;
            if next == Next::End {
                let whole = !odd.is_some_and(Odd::is_incomplete);
                let ours = imports::scanned(&mut tx, &self.hold.lease, run, whole).await?;
                tx.commit().await?;
                return Ok(if ours { Stage::On } else { Stage::Over });
            }
            tx.commit().await?;
        }
    }

    /// Reads the list of groups, which is short: begun anew after a restart. An account without it, or a role that may not
    /// read it, is no reason to end.
    async fn groups(&self, run: &Run) -> directory::Result<Stage> {
        let mut scan = Scan::resume(1, 1);
        let mut found: BTreeMap<String, FoundGroup> = BTreeMap::new();
        let (whole, note) = loop {
            if let Err(halt) = self.gate().await {
                return Ok(Stage::Halt(halt));
            }
            let start = scan.next;
            let listing = match self.account.zoom.list_groups(start, scan::PAGE).await.result {
                Ok(listing) => listing,
                Err(failure) if says_no_groups(failure.kind) => {
                    let cause = failure.cause("");
                    break (false, Some(format!("Zoom's groups could not be read. {} {}", cause.happened, cause.why)));
                }
                Err(failure) => return self.trouble(run, &failure).await,
            };
            self.account.went_well(self.shared.directory.now());
            let entries = (listing.resources.len() + listing.unreadable) as u64;
            let ids: Vec<String> = listing.resources.iter().map(|group| group.id.clone()).collect();
            let page = listing.resources.into_iter().map(|group| {
                let display_name = group.display_name;
                (group.id.clone(), FoundGroup { zoom_id: group.id, display_name })
            });
            let page: BTreeMap<String, FoundGroup> = page.collect();
            let new = page.keys().filter(|id| !found.contains_key(*id)).count() as u64;
            let seen = found.len() as u64 + new;
            let (next, odd) = scan.take(&scan::Page { start, total: listing.total, ids: &ids, entries, new, seen });
            if next != Next::Back {
                found.extend(page);
            }
            let incomplete = odd.filter(|odd| odd.is_incomplete());
            if next == Next::End || seen > MOST_GROUPS.unsigned_abs() {
                let whole = next == Next::End && incomplete.is_none();
                break (whole, (!whole).then(|| "Zoom's list of groups may not be whole.".to_owned()));
            }
        };
        let found: Vec<FoundGroup> = found.into_values().collect();
        let mut tx = self.shared.begin().await?;
        let ours = imports::keep_groups(&mut tx, &self.hold.lease, run, &found, whole).await?
            && imports::advance(&mut tx, &self.hold.lease, run, ImportState::Matching).await?;
        if let Some(note) = note.filter(|_| ours) {
            imports::note(&mut tx, run, &note).await?;
        }
        tx.commit().await?;
        Ok(if ours { Stage::On } else { Stage::Over })
    }

    /// Proposes whose each account is. Nothing is called, and the same comes out however often it is done.
    async fn matching(&self, run: &Run) -> directory::Result<Stage> {
        let mut tx = self.shared.begin().await?;
        let mut matcher = Matcher::new(imports::settings(&mut tx, self.connection.id).await?.rules);
        drop(tx);
        let mut after: Option<String> = None;
        loop {
            let mut tx = self.shared.begin().await?;
            let accounts = imports::accounts(&mut tx, self.connection.id, after.as_deref(), BATCH).await?;
            let Some((last, _)) = accounts.last() else { break };
            after = Some(last.clone());
            for (zoom_id, attributes) in &accounts {
                matcher.account(zoom_id, &Attributes::from_json(attributes));
            }
        }
        let mut after = None;
        loop {
            let mut tx = self.shared.begin().await?;
            let people = imports::people(&mut tx, self.connection.id, after, BATCH).await?;
            let Some(last) = people.last() else { break };
            after = Some(last.id);
            for person in &people {
                matcher.person(person.id, &person.user_name, &person.profile);
            }
        }
        let proposed = matcher.propose();
        for batch in proposed.chunks(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
            if let Err(halt) = self.may_go_on() {
                return Ok(Stage::Halt(halt));
            }
            let mut tx = self.shared.begin().await?;
            if !imports::propose(&mut tx, &self.hold.lease, run, batch).await? {
                return Ok(Stage::Over);
            }
            tx.commit().await?;
        }
        let mut tx = self.shared.begin().await?;
        let ours = match run.state {
            ImportState::Matching => imports::want_details(&mut tx, &self.hold.lease, run).await?.is_some(),
            _ => imports::conclude(&mut tx, &self.hold.lease, run).await?,
        };
        tx.commit().await?;
        Ok(if ours { Stage::On } else { Stage::Over })
    }

    /// Reads accounts one by one, as many as the budget allows.
    async fn details(&self, run: &Run) -> directory::Result<Stage> {
        let left = run.details_wanted - run.details_read;
        let mut tx = self.shared.begin().await?;
        let wanted = imports::to_detail(&mut tx, self.connection.id, run, left.max(0)).await?;
        drop(tx);
        for zoom_id in wanted {
            if let Err(halt) = self.gate().await {
                return Ok(Stage::Halt(halt));
            }
            let detail = match self.account.zoom.get(&zoom_id).await.result {
                Ok(user) => found(vec![user]).pop(),
                Err(failure) if failure.reach() == Reach::Account => None,
                Err(failure) => return self.trouble(run, &failure).await,
            };
            self.account.went_well(self.shared.directory.now());
            let mut tx = self.shared.begin().await?;
            let (lease, detail) = (&self.hold.lease, detail.as_ref());
            if !imports::keep_detail(&mut tx, lease, run, &zoom_id, detail, IN_LIST).await? {
                return Ok(Stage::Over);
            }
            tx.commit().await?;
        }
        let mut tx = self.shared.begin().await?;
        let ours = imports::advance(&mut tx, &self.hold.lease, run, ImportState::Rematching).await?;
        tx.commit().await?;
        Ok(if ours { Stage::On } else { Stage::Over })
    }

    /// Confirms what confirms itself. Nothing is called; begun once more after a restart, it passes over what is linked.
    async fn confirming(&self, run: &Run) -> directory::Result<Stage> {
        let mut after = None;
        loop {
            if let Err(halt) = self.may_go_on() {
                return Ok(Stage::Halt(halt));
            }
            let mut tx = self.shared.begin().await?;
            let terms = crate::import::terms;
            let done = imports::confirm_some(&mut tx, &self.hold.lease, run, after.as_deref(), terms).await?;
            tx.commit().await?;
            match done {
                Progress::After(last) => after = Some(last),
                Progress::Done => return Ok(Stage::On),
                Progress::Over => return Ok(Stage::Over),
            }
        }
    }

    /// Waits for a slot of the pace, and makes sure that the call may be made.
    async fn gate(&self) -> Result<(), Halt> {
        self.may_go_on()?;
        tokio::time::sleep_until(self.account.pace.slot(tokio::time::Instant::now())).await;
        self.may_go_on()
    }

    fn may_go_on(&self) -> Result<(), Halt> {
        if self.shared.stopping() {
            return Err(Halt::Stopped);
        }
        if !self.hold.runs() {
            return Err(Halt::Lost);
        }
        if self.halting.load(Ordering::Relaxed) {
            return Err(Halt::Changed);
        }
        self.account.paused(self.shared.directory.now()).map_or(Ok(()), |_| Err(Halt::Paused))
    }

    /// A call failed. What passes is waited for, with the whole connection; anything else stops the import until somebody
    /// has put it right.
    async fn trouble(&self, run: &Run, failure: &Failure) -> directory::Result<Stage> {
        let cause = failure.cause("");
        let mut tx = self.shared.begin().await?;
        let passes = failure.reach() == Reach::Passing || failure.kind == Kind::RateLimited;
        if !passes {
            let stopped = imports::stop(&mut tx, &self.hold.lease, run, &cause).await?;
            tx.commit().await?;
            if !stopped {
                return Ok(Stage::Over);
            }
            tracing::warn!(connection = %self.connection.id, happened = cause.happened, "an import stopped");
            return Ok(Stage::Over);
        }
        let pause = self.account.pause(failure, self.shared.directory.now());
        leases::pause(&mut tx, &self.hold.lease, self.connection.version, Some((pause.until, &cause))).await?;
        let ours = imports::wait(&mut tx, &self.hold.lease, run, &cause).await?;
        tx.commit().await?;
        Ok(if ours { Stage::Halt(Halt::Paused) } else { Stage::Over })
    }
}

/// A failure that is about groups alone: the accounts were read by the same token.
const fn says_no_groups(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::MissingScope
            | Kind::MissingRight
            | Kind::NotFound
            | Kind::Rejected
            | Kind::WrongAddress
            | Kind::Unreadable
    )
}

/// Accounts as they are kept; of several entries with one id the last counts.
fn found(users: Vec<User>) -> Vec<Found> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut page: Vec<Found> = Vec::with_capacity(users.len());
    for user in users {
        let text = |name: &str| user.attributes.get(name).map(str::to_owned);
        let display_name = text(zoom::DISPLAY_NAME).unwrap_or_else(|| {
            let parts = [zoom::GIVEN_NAME, zoom::FAMILY_NAME].into_iter().filter_map(text);
            parts.collect::<Vec<_>>().join(" ")
        });
        let account = Found {
            zoom_id: user.id,
            user_name: text(zoom::USER_NAME).unwrap_or_default(),
            display_name,
            active: user.active,
            user_type: text(zoom::USER_TYPE),
            attributes: user.attributes.to_json(),
            groups: user.groups,
        };
        match places.get(&account.zoom_id) {
            Some(place) => page[*place] = account,
            None => {
                places.insert(account.zoom_id.clone(), page.len());
                page.push(account);
            }
        }
    }
    page
}
