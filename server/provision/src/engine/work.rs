//! One link: plan it, make the calls, record what came of it. No transaction is open while Zoom is being called.

use super::Shared;
use super::account::{Account, Pause};
use super::drain::Halt;
use super::hold::Hold;
use super::report::{self, Operation};
use crate::attributes::{self, Attributes};
use crate::causes;
use crate::desired::{Desired, desired};
use crate::pace;
use crate::plan::{Change, Ending, plan};
use crate::zoom::Answer;
use crate::zoom::error::{Failure, Kind, Reach, RetryAfter};
use directory::leases;
use directory::links::{self, Began, DueLink, Known, Outcome, Recorded};
use directory::logs::{self, NewEntry};
use model::connection::Connection;
use model::link::Cause;
use model::log::{Action, Exchange, Status};
use uuid::Uuid;

/// A plan is made anew after a look, or when Zoom is not as it was thought to be; not for ever.
const ROUNDS: usize = 6;
/// How often a create that Zoom calls a duplicate, and that may be our own, is looked for again.
const LOOKS_FOR_OUR_OWN: i32 = 5;

/// What became of a link's turn.
pub(super) enum Handled {
    Done,
    /// The drain goes no further.
    Halt(Halt),
}

/// How a change went on.
enum Step {
    /// The next one.
    On,
    /// What is known has changed: plan anew.
    Again,
    End(End),
}

/// Why the turn ends before the plan does.
enum End {
    Outcome(Outcome),
    /// The whole connection waits.
    Pause(Failure, Pause),
    Halt(Halt),
}

pub(super) struct Work<'a> {
    shared: &'a Shared,
    connection: &'a Connection,
    account: &'a Account,
    hold: &'a Hold,
    link: DueLink,
    /// What is known of the account, as it becomes known.
    known: Known,
    /// A create of ours from an earlier turn may have worked.
    was_creating: bool,
    /// Zoom was told in this turn that the account is active.
    enabled: bool,
    /// Zoom had an error or was not reached: not for what was asked of it.
    no_answer: bool,
    looked_for: Vec<String>,
    match_note: String,
    /// Exchanges that belong to the operation under way.
    exchanges: Vec<Exchange>,
    entries: Vec<NewEntry>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        connection: &'a Connection,
        account: &'a Account,
        hold: &'a Hold,
        link: DueLink,
    ) -> Self {
        let known = link.known.clone();
        let was_creating = known.creating;
        let match_note = match &known.zoom_id {
            Some(id) => format!("Linked to Zoom user {id}."),
            None => "No Zoom account is linked.".to_owned(),
        };
        Self {
            shared,
            connection,
            account,
            hold,
            link,
            known,
            was_creating,
            enabled: false,
            no_answer: false,
            looked_for: Vec::new(),
            match_note,
            exchanges: Vec::new(),
            entries: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> directory::Result<Handled> {
        let wanted = desired(&report::subject(&self.link), self.connection.scope, &self.connection.actions);
        let outcome = match self.carry_out(&wanted).await? {
            End::Outcome(outcome) => outcome,
            End::Pause(failure, pause) => return self.pause(&failure, &pause).await,
            End::Halt(halt) if self.entries.is_empty() => return Ok(Handled::Halt(halt)),
            // Something was done already: it is kept, and the rest stays due.
            End::Halt(halt) => {
                let recorded = self.record(Outcome::RetryAt(self.shared.directory.now(), None), None).await?;
                return Ok(Handled::Halt(if recorded == Recorded::Refused { Halt::Lost } else { halt }));
            }
        };
        let pause = match &outcome {
            Outcome::Failed(..) => self.too_many(),
            _ => None,
        };
        Ok(match (self.record(outcome, pause.as_ref()).await?, pause) {
            (Recorded::Refused, _) => Handled::Halt(Halt::Lost),
            (_, Some(_)) => Handled::Halt(Halt::Paused),
            (_, None) => Handled::Done,
        })
    }

    async fn carry_out(&mut self, wanted: &Desired) -> directory::Result<End> {
        for _ in 0..ROUNDS {
            let plan = plan(wanted, &self.known, &self.connection.actions);
            let mut again = false;
            for change in plan.changes {
                match self.make(change).await? {
                    Step::On => {}
                    Step::Again => {
                        again = true;
                        break;
                    }
                    Step::End(end) => return Ok(end),
                }
            }
            if !again {
                return Ok(End::Outcome(self.ending(plan.ending)));
            }
        }
        // Zoom says one thing and then the other.
        let failure = Failure::new(Kind::Unreadable);
        Ok(self.failed(Action::Other, failure))
    }

    async fn make(&mut self, change: Change) -> directory::Result<Step> {
        if let Change::Look { user_name } = &change
            && self.looked_for.contains(user_name)
        {
            return Ok(Step::On);
        }
        if let Err(halt) = self.gate().await {
            return Ok(Step::End(End::Halt(halt)));
        }
        match change {
            Change::Look { user_name } => self.look(user_name).await,
            Change::Create(attributes) => self.create(&attributes).await,
            Change::Enable => self.set_active(true).await,
            Change::Disable => self.set_active(false).await,
            Change::Update(changes) => self.update(&changes).await,
            Change::Delete => self.delete().await,
        }
    }

    /// Waits for a slot of the pace, and makes sure that the call may be made.
    async fn gate(&self) -> Result<(), Halt> {
        self.may_call()?;
        tokio::time::sleep_until(self.account.pace.slot(tokio::time::Instant::now())).await;
        self.may_call()
    }

    fn may_call(&self) -> Result<(), Halt> {
        if self.shared.stopping() {
            return Err(Halt::Stopped);
        }
        if !self.hold.runs() {
            return Err(Halt::Lost);
        }
        self.account.paused(self.shared.directory.now()).map_or(Ok(()), |_| Err(Halt::Paused))
    }

    /// Takes the exchanges of a call over; what Zoom properly answered ends any trouble.
    fn take<T>(&mut self, answer: Answer<T>) -> Result<T, Failure> {
        self.exchanges.extend(answer.exchanges);
        if answer.result.as_ref().map_or_else(|failure| failure.reach() == Reach::Account, |_| true) {
            self.account.went_well(self.shared.directory.now());
        }
        answer.result
    }

    async fn look(&mut self, address: String) -> directory::Result<Step> {
        let answer = self.account.zoom.find(&address).await;
        let ours = self.known.creating && self.sent().get(attributes::USER_NAME) == Some(address.as_str());
        let user = match self.take(answer) {
            Err(failure) => return Ok(Step::End(self.failed(Action::Create, failure))),
            Ok(None) => {
                if ours {
                    self.known = Known::default();
                }
                self.match_note = format!("Zoom has no user {address}.");
                self.looked_for.push(address);
                return Ok(Step::On);
            }
            Ok(Some(user)) => user,
        };
        let owner = {
            let mut tx = self.shared.begin().await?;
            links::owner_of(&mut tx, self.connection.id, &user.id).await?
        };
        if owner.is_some_and(|owner| owner != self.link.person_id) {
            return Ok(Step::End(self.blocked(causes::already_linked(&address))));
        }
        if !ours {
            return Ok(Step::End(self.blocked(causes::not_linked(&address))));
        }
        self.match_note = format!("Zoom user {} is the one whose create was not answered.", user.id);
        self.known.zoom_id = Some(user.id);
        self.known.active = user.active.or(Some(true));
        self.known.creating = false;
        self.done(
            Action::Create,
            format!("Linked the Zoom account {address}, whose create had not been answered."),
            vec![],
        );
        Ok(Step::Again)
    }

    /// Notes what is known while a change is under way; a step when it must not be sent.
    async fn begin(&mut self, during: Known) -> directory::Result<Option<Step>> {
        let mut tx = self.shared.begin().await?;
        let version = self.connection.version;
        let began = links::begin_change(&mut tx, &self.hold.lease, &self.link, version, &during).await;
        Ok(match began {
            Ok(Began::Yes) => {
                tx.commit().await?;
                self.known = during;
                None
            }
            Ok(Began::MovedOn) => Some(Step::End(End::Outcome(Outcome::RetryAt(self.shared.directory.now(), None)))),
            Ok(Began::Refused) => Some(Step::End(End::Halt(Halt::Lost))),
            Err(directory::Error::Taken(_)) => {
                let cause = self.is_anothers();
                Some(Step::End(End::Outcome(Outcome::Blocked(cause))))
            }
            Err(error) => return Err(error),
        })
    }

    async fn create(&mut self, attributes: &Attributes) -> directory::Result<Step> {
        let sent = attributes.to_json();
        let during = Known { last_sent: Some(sent), creating: true, ..Known::default() };
        if let Some(step) = self.begin(during).await? {
            return Ok(step);
        }
        let answer = self.account.zoom.create(attributes).await;
        match self.take(answer) {
            Ok(user) => {
                self.match_note = format!("Zoom had no such user. The new one is {}.", user.id);
                self.known.zoom_id = Some(user.id);
                self.known.active = user.active.or(Some(true));
                self.known.creating = false;
                let address = attributes.get(attributes::USER_NAME).unwrap_or_default();
                let modified = report::modified(&Attributes::default(), attributes);
                self.done(Action::Create, format!("Created the Zoom account {address}."), modified);
                Ok(if self.known.active == Some(false) { Step::Again } else { Step::On })
            }
            Err(failure) => {
                // A duplicate, and a create of ours had gone unanswered: Zoom's list may be behind. Look again later.
                let perhaps_ours =
                    failure.kind == Kind::InUse && self.was_creating && self.link.attempts < LOOKS_FOR_OUR_OWN;
                if perhaps_ours {
                    let cause = failure.cause(&self.address());
                    return Ok(Step::End(self.again_later(Action::Create, cause, None)));
                }
                if !failure.may_have_worked() {
                    self.known = Known::default();
                }
                Ok(Step::End(self.failed(Action::Create, failure)))
            }
        }
    }

    async fn set_active(&mut self, active: bool) -> directory::Result<Step> {
        let action = if active { Action::Enable } else { Action::Disable };
        let Some(id) = self.known.zoom_id.clone() else { return Ok(Step::Again) };
        let before = self.known.clone();
        if let Some(step) = self.begin(Known { active: None, ..before.clone() }).await? {
            return Ok(step);
        }
        let answer = self.account.zoom.set_active(&id, active).await;
        Ok(match self.take(answer) {
            Ok(()) => {
                self.known.active = Some(active);
                self.enabled = active;
                let (old, new) = ((!active).to_string(), active.to_string());
                let modified =
                    model::log::ModifiedProperty { name: "active".to_owned(), old: Some(old), new: Some(new) };
                let verb = if active { "Enabled" } else { "Disabled" };
                self.done(action, format!("{verb} the Zoom account {}.", self.address()), vec![modified]);
                // Disabling takes the licence: from now on it counts as not sent, also if this turn ends here.
                let kept = self.sent().without_what_disabling_takes();
                self.known.last_sent = self.known.last_sent.as_ref().map(|_| kept.to_json());
                if active { Step::Again } else { Step::On }
            }
            Err(failure) if failure.kind == Kind::NotFound => self.gone(action),
            Err(failure) => Step::End(self.not_done(action, failure, before)),
        })
    }

    async fn update(&mut self, changes: &Attributes) -> directory::Result<Step> {
        let Some(id) = self.known.zoom_id.clone() else { return Ok(Step::Again) };
        let (before, sent) = (self.known.clone(), self.sent());
        let during = Known { last_sent: Some(sent.while_changing(changes).to_json()), ..before.clone() };
        if let Some(step) = self.begin(during).await? {
            return Ok(step);
        }
        let answer = self.account.zoom.update(&id, changes).await;
        Ok(match self.take(answer) {
            Ok(()) => {
                self.known.last_sent = Some(sent.with(changes).to_json());
                self.done(Action::Update, report::updated(changes), report::modified(&sent, changes));
                Step::On
            }
            // Somebody disabled it in Zoom: enable, then update.
            Err(failure) if failure.kind == Kind::Inactive && !self.enabled => {
                self.known = Known { active: Some(false), ..before };
                Step::Again
            }
            Err(failure) if failure.kind == Kind::NotFound => self.gone(Action::Update),
            Err(failure) => Step::End(self.not_done(Action::Update, failure, before)),
        })
    }

    async fn delete(&mut self) -> directory::Result<Step> {
        let Some(id) = self.known.zoom_id.clone() else { return Ok(Step::Again) };
        let before = self.known.clone();
        if let Some(step) = self.begin(Known { active: None, ..before.clone() }).await? {
            return Ok(step);
        }
        let answer = self.account.zoom.delete(&id).await;
        Ok(match self.take(answer) {
            Ok(()) => {
                self.done(Action::Delete, format!("Deleted the Zoom account {}.", self.address()), vec![]);
                self.known = Known::default();
                Step::On
            }
            Err(failure) if failure.kind == Kind::NotFound => self.gone(Action::Delete),
            Err(failure) => Step::End(self.not_done(Action::Delete, failure, before)),
        })
    }

    /// A change failed. What was known before it is still true, unless the change may have worked all the same.
    fn not_done(&mut self, action: Action, failure: Failure, before: Known) -> End {
        if !failure.may_have_worked() {
            self.known = before;
        }
        self.failed(action, failure)
    }

    /// The account is not in Zoom any more: forget it, and see what there is to do then.
    fn gone(&mut self, action: Action) -> Step {
        let cause = Failure::new(Kind::NotFound).cause(&self.address());
        self.log(Operation::not_done(action, Status::Warning, cause, vec![]));
        self.known = Known::default();
        Step::Again
    }

    /// Sorts a failed call by whom it concerns.
    fn failed(&mut self, action: Action, failure: Failure) -> End {
        let cause = failure.cause(&self.address());
        match failure.reach() {
            Reach::Account => {
                self.log(Operation::not_done(action, Status::Failure, cause.clone(), vec![]));
                End::Outcome(Outcome::Blocked(cause))
            }
            Reach::Connection => {
                let pause = self.account.pause(&failure, self.shared.directory.now());
                End::Pause(failure, pause)
            }
            Reach::Passing => {
                self.no_answer = matches!(failure.kind, Kind::Server | Kind::Unreachable(_));
                self.again_later(action, cause, failure.retry_after)
            }
        }
    }

    fn again_later(&mut self, action: Action, cause: Cause, asked: Option<RetryAfter>) -> End {
        self.log(Operation::not_done(action, Status::Failure, cause.clone(), vec![]));
        let now = self.shared.directory.now();
        let at = now + pace::backoff(self.link.attempts, dice());
        let at = asked.map_or(at, |after| after.time(now).max(at));
        End::Outcome(Outcome::Failed(at, cause))
    }

    /// Rollcall itself stops here.
    fn blocked(&mut self, cause: Cause) -> End {
        self.log(Operation::not_done(Action::Create, Status::Failure, cause.clone(), vec![]));
        End::Outcome(Outcome::Blocked(cause))
    }

    /// The plan went through. What was left out on purpose is logged when it is news.
    fn ending(&mut self, ending: Ending) -> Outcome {
        let (cause, status) = match &ending {
            Ending::InSync(None) => return Outcome::Done(None),
            Ending::InSync(Some(cause)) => (cause, Status::Warning),
            Ending::Skipped(cause) => (cause, Status::Skipped),
            Ending::Blocked(cause) => (cause, Status::Failure),
        };
        // Right after a delete, the log has said enough of why there is no account.
        let said = self.link.cause.as_ref() == Some(cause) || (status == Status::Skipped && !self.entries.is_empty());
        if !said {
            self.log(Operation::not_done(Action::Other, status, cause.clone(), vec![]));
        }
        match ending {
            Ending::InSync(note) => Outcome::Done(note),
            Ending::Skipped(cause) => Outcome::Skipped(cause),
            Ending::Blocked(cause) => Outcome::Blocked(cause),
        }
    }

    fn done(&mut self, action: Action, summary: String, modified: Vec<model::log::ModifiedProperty>) {
        self.log(Operation { modified, ..Operation::done(action, summary, vec![]) });
    }

    fn log(&mut self, operation: Operation) {
        let exchanges = std::mem::take(&mut self.exchanges);
        let operation = Operation { exchanges, ..operation };
        let now = self.shared.directory.now();
        let zoom_id = self.known.zoom_id.as_deref();
        self.entries.push(report::entry(&self.link, self.connection, zoom_id, &self.match_note, operation, now));
    }

    fn sent(&self) -> Attributes {
        self.known.last_sent.as_ref().map(Attributes::from_json).unwrap_or_default()
    }

    /// The address in Zoom, as far as known.
    fn address(&self) -> String {
        self.sent().get(attributes::USER_NAME).unwrap_or(&self.link.user_name).to_owned()
    }

    /// Counts what may be this link's bad luck or the way to Zoom.
    fn too_many(&self) -> Option<Pause> {
        let failure = self.no_answer.then(|| Failure::new(Kind::Server))?;
        self.account.passing(&failure, self.shared.directory.now())
    }

    /// The connection waits; the link stays pending and due, so that it goes on as soon as the connection does. No
    /// attempt is counted.
    async fn pause(mut self, failure: &Failure, pause: &Pause) -> directory::Result<Handled> {
        let cause = failure.cause(&self.address());
        if pause.new {
            let exchanges = std::mem::take(&mut self.exchanges);
            self.entries.push(report::connection_entry(self.connection, cause.clone(), exchanges));
        }
        let now = self.shared.directory.now();
        let recorded = self.record(Outcome::RetryAt(now, Some(cause)), Some(pause)).await?;
        Ok(Handled::Halt(if recorded == Recorded::Refused { Halt::Lost } else { Halt::Paused }))
    }

    /// Writes the outcome and the log in one transaction.
    async fn record(&mut self, outcome: Outcome, pause: Option<&Pause>) -> directory::Result<Recorded> {
        match self.write(&outcome, pause).await {
            Err(directory::Error::Taken(_)) => {
                let cause = self.is_anothers();
                self.write(&Outcome::Blocked(cause), pause).await
            }
            recorded => recorded,
        }
    }

    /// Two people with one address took over the same account at the same time: the first one has it.
    fn is_anothers(&mut self) -> Cause {
        self.entries.clear();
        let cause = causes::already_linked(&self.address());
        self.known = Known::default();
        self.log(Operation::not_done(Action::Create, Status::Failure, cause.clone(), vec![]));
        cause
    }

    async fn write(&self, outcome: &Outcome, pause: Option<&Pause>) -> directory::Result<Recorded> {
        let mut tx = self.shared.begin().await?;
        // The connection before its link, in the order of whoever changes the rules: else each may wait for the other.
        if let (Some(pause), Outcome::RetryAt(_, Some(cause)) | Outcome::Failed(_, cause)) = (pause, outcome) {
            let wait = Some((pause.until, cause));
            leases::pause(&mut tx, &self.hold.lease, self.connection.version, wait).await?;
        }
        let recorded = links::record(&mut tx, &self.hold.lease, &self.link, &self.known, outcome).await?;
        if recorded == Recorded::Refused {
            return Ok(recorded);
        }
        for entry in &self.entries {
            logs::write(&mut tx, entry).await?;
        }
        tx.commit().await?;
        Ok(recorded)
    }
}

/// A number from 0 to 1, for the jitter.
fn dice() -> f64 {
    f64::from(u32::try_from(Uuid::new_v4().as_u128() & 0xffff_ffff).unwrap_or_default()) / f64::from(u32::MAX)
}
