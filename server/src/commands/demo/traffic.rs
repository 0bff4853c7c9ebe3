//! What the demo's source pushes: everybody at first, then joiners, movers and leavers every few seconds.

use super::dice::Dice;
use super::folder::{Folder, Kept};
use super::people::{Identity, external_id};
use super::say;
use super::source::{Refusal, Source};
use super::staff::{Change, Member};
use directory::Directory;
use futures::StreamExt;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Requests at a time in the first push, about what an identity provider allows itself.
const AT_A_TIME: usize = 6;
/// After a request that did not get through.
const AGAIN: Duration = Duration::from_secs(5);

pub(super) struct Traffic<'a> {
    /// For the time of day that is shown.
    pub(super) directory: Directory,
    pub(super) source: Source,
    pub(super) folder: &'a Folder,
    pub(super) kept: Kept,
}

impl Traffic<'_> {
    /// Runs until it is dropped. A request that fails is told and tried again, as a real source would.
    pub(super) async fn run(mut self, people: u64) {
        let mut staff = loop {
            match self.catch_up(people).await {
                Ok(staff) => break staff,
                Err(refusal) => self.failed(&refusal).await,
            }
        };
        let wanted = usize::try_from(people).unwrap_or(usize::MAX);
        loop {
            let mut dice = Dice::new(self.kept.seed, self.kept.changes.wrapping_add(1 << 32));
            tokio::time::sleep(Duration::from_millis(2_000 + 100 * dice.below(40) as u64)).await;
            let change = Change::next(&mut dice, &staff, wanted);
            match self.make(&change, &mut staff).await {
                Ok(Some(name)) => self.tell(&change.told(&name)),
                Ok(None) => {}
                Err(refusal) => self.failed(&refusal).await,
            }
            self.kept.changes += 1;
            self.keep();
        }
    }

    /// Pushes those who are missing of the first people; whoever is there already stays as they are.
    async fn catch_up(&mut self, people: u64) -> Result<Vec<Member>, Refusal> {
        let mut staff: Vec<Member> = self.source.everybody().await?.iter().filter_map(Member::read).collect();
        let there: HashSet<String> = staff.iter().map(|member| member.external_id.clone()).collect();
        let missing: Vec<Identity> = (self.kept.hired..people)
            .filter(|number| !there.contains(&external_id(*number)))
            .map(|number| Identity::nth(self.kept.seed, number))
            .collect();
        if missing.is_empty() {
            say(&format!("The source goes on with {} people.", staff.len()));
        } else {
            let begun = Instant::now();
            say(&format!("The source pushes {} people over SCIM ...", missing.len()));
            let source = &self.source;
            let mut pushed = futures::stream::iter(&missing)
                .map(|person| async move { source.create(&person.to_scim()).await })
                .buffer_unordered(AT_A_TIME);
            while let Some(answer) = pushed.next().await {
                match answer {
                    Ok(user) => staff.extend(Member::read(&user)),
                    // Added by hand or by another source meanwhile.
                    Err(Refusal::Taken) => {}
                    Err(refusal) => return Err(refusal),
                }
            }
            drop(pushed);
            say(&format!("All were taken in {:.1} s. Zoom follows at its own pace.", begun.elapsed().as_secs_f64()));
        }
        self.kept.hired = self.kept.hired.max(people);
        self.keep();
        say("From now on people join, move and leave every few seconds.\n");
        Ok(staff)
    }

    /// Makes one change at the server, then in the source's own staff. None when nothing came of it.
    async fn make(&mut self, change: &Change, staff: &mut Vec<Member>) -> Result<Option<String>, Refusal> {
        let Some(who) = change.who() else { return self.join(staff).await };
        let (name, id) = (staff[who].name(), staff[who].id.clone());
        match change.operations(staff) {
            Some(operations) => {
                let answer = self.source.patch(&id, operations).await?;
                if let Some(member) = Member::read(&answer) {
                    staff[who] = member;
                }
            }
            None => {
                self.source.delete(&id).await?;
                staff.remove(who);
            }
        }
        Ok(Some(name))
    }

    async fn join(&mut self, staff: &mut Vec<Member>) -> Result<Option<String>, Refusal> {
        let person = Identity::nth(self.kept.seed, self.kept.hired);
        let answer = self.source.create(&person.to_scim()).await;
        // Also when the address is taken: it would be the next time, too.
        if matches!(answer, Ok(_) | Err(Refusal::Taken)) {
            self.kept.hired += 1;
        }
        match answer {
            Ok(user) => {
                staff.extend(Member::read(&user));
                Ok(Some(format!("{}, {}, {}", person.display_name(), person.title, person.department)))
            }
            Err(Refusal::Taken) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    async fn failed(&self, refusal: &Refusal) {
        self.tell(&format!("source  {refusal}; it is tried again"));
        tokio::time::sleep(AGAIN).await;
    }

    fn tell(&self, line: &str) {
        say(&format!("{}  {line}", self.directory.now().format("%H:%M:%S")));
    }

    fn keep(&self) {
        if let Err(failure) = self.folder.save(&self.kept) {
            tracing::warn!(%failure, "what the source did could not be kept");
        }
    }
}
