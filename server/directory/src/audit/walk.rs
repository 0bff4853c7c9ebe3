//! The walk over the chain: pure. It is given the entries in order, and stops at the first that does not fit.

use super::AuditKey;
use super::chain::{Hash, Reason};
use super::checkpoints::{self, Checkpoint};
use super::rows::{Head, Link};
use model::audit::{Fault, Finding, Report};
use std::collections::BTreeMap;

/// Where the walk stands.
pub(super) struct Walk<'k> {
    key: &'k AuditKey,
    /// What the database or the export says of the end.
    head: Option<Head>,
    checkpoints: BTreeMap<i64, Vec<Checkpoint>>,
    base: i64,
    last: i64,
    previous: Hash,
    entries: i64,
    fitting: i64,
}

/// Why the walk stopped.
pub(super) enum Broken {
    Found(Finding),
    /// The chain does not fit here: what was done is told by looking at the other entries.
    Suspect(Box<Suspect>),
}

/// A place in the chain and what stands there, or after it.
pub(super) struct Suspect {
    /// The place that does not fit.
    pub sequence: i64,
    /// The hash before it, which fits.
    pub previous: Hash,
    /// The entry at the place, or the first one after it when there is none.
    pub found: Link,
    /// The end of the chain.
    pub head: Option<Head>,
}

impl<'k> Walk<'k> {
    /// `stored` are the checkpoints that stand with the entries and say where the chain begins, `outside` those kept
    /// elsewhere.
    pub(super) fn new(key: &'k AuditKey, head: Option<Head>, stored: &[Checkpoint], outside: &[Checkpoint]) -> Self {
        let (base, previous) = checkpoints::base(key, stored);
        let mut checkpoints: BTreeMap<i64, Vec<Checkpoint>> = BTreeMap::new();
        for checkpoint in stored.iter().chain(outside).filter(|c| c.sequence > base || !c.is_genuine(key)) {
            checkpoints.entry(checkpoint.sequence).or_default().push(*checkpoint);
        }
        Self { key, head, checkpoints, base, last: base, previous, entries: 0, fitting: 0 }
    }

    /// How far it is.
    pub(super) const fn entries(&self) -> i64 {
        self.entries
    }

    /// The last entry that fits.
    pub(super) const fn last(&self) -> i64 {
        self.last
    }

    /// Whether a checkpoint is one of those that fit.
    pub(super) const fn has_passed(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.sequence > self.base && checkpoint.sequence <= self.last
    }

    /// Takes the next entry.
    pub(super) fn step(&mut self, link: &Link) -> Result<(), Broken> {
        let (sequence, place) = (link.sequence.unwrap_or_default(), self.last + 1);
        let end = self.head.filter(|head| head.is_genuine(self.key)).map_or(i64::MAX, |head| head.sequence);
        if sequence < place {
            return Err(Broken::Found(self.stands_twice(sequence)));
        }
        if sequence > end && place > end {
            let text = format!("{} was inserted: the chain ends at #{end}.", describe(link));
            return Err(Broken::Found(Finding { fault: Fault::Inserted, sequence, text }));
        }
        let digest = self.key.mac(&link.content);
        let hash = self.key.link_digest(place, self.previous, digest, link.mac.as_deref());
        if sequence > place || link.hash() != Some(hash) {
            let (found, head) = (link.clone(), self.head);
            let suspect = Suspect { sequence: place, previous: self.previous, found, head };
            return Err(Broken::Suspect(Box::new(suspect)));
        }
        if link.mac.as_deref().and_then(Hash::read) != Some(digest) {
            let text = format!(
                "{} was inserted, or altered before it was sealed: it is not as Rollcall wrote it.",
                describe(link)
            );
            return Err(Broken::Found(Finding { fault: Fault::Inserted, sequence, text }));
        }
        (self.last, self.previous) = (place, hash);
        self.entries += 1;
        self.pass_checkpoints(place, hash).map_err(Broken::Found)
    }

    fn stands_twice(&self, sequence: i64) -> Finding {
        if sequence <= self.base && sequence > 0 {
            let text = format!("Entry #{sequence} was restored: the retention had removed it.");
            return Finding { fault: Fault::Restored, sequence, text };
        }
        let text = format!("An entry was inserted: there is more than one with the number #{sequence}.");
        Finding { fault: Fault::Inserted, sequence, text }
    }

    /// Compares with the checkpoints of this place.
    fn pass_checkpoints(&mut self, sequence: i64, hash: Hash) -> Result<(), Finding> {
        // Those further back are left over: their signatures do not fit.
        while let Some(entry) = self.checkpoints.first_entry().filter(|entry| *entry.key() <= sequence) {
            for checkpoint in entry.remove() {
                if !checkpoint.is_genuine(self.key) {
                    return Err(forged(&checkpoint));
                }
                if checkpoint.hash != hash {
                    let text = format!(
                        "The entries up to #{sequence} were restored from an older copy and written on: the checkpoint of \
                         {} is another one.",
                        checkpoint.at.format("%-d %b %Y, %H:%M:%S UTC")
                    );
                    return Err(Finding { fault: Fault::Restored, sequence, text });
                }
                self.fitting += 1;
            }
        }
        Ok(())
    }

    /// Looks whether the end is missing.
    pub(super) fn end(&self) -> Option<Finding> {
        let head = self.head.filter(|head| head.is_genuine(self.key));
        let beyond = |c: &&Checkpoint| c.sequence > self.last && c.is_genuine(self.key);
        let newest = self.checkpoints.values().flatten().filter(beyond).max_by_key(|c| c.sequence);
        if let Some(end) = head.map(|head| head.sequence).filter(|end| *end > self.last) {
            return Some(self.cut(end, "the chain had reached".to_owned()));
        }
        if let Some(checkpoint) = newest {
            let at = checkpoint.at.format("%-d %b %Y, %H:%M:%S UTC");
            return Some(self.cut(checkpoint.sequence, format!("the checkpoint of {at} is at")));
        }
        if let Some(checkpoint) = self.checkpoints.values().flatten().next() {
            return Some(forged(checkpoint));
        }
        if head.is_some_and(|head| head.sequence == self.last && head.hash == self.previous) {
            return None;
        }
        let text = "What audit_chain says of the end of the chain is not as Rollcall wrote it.".to_owned();
        Some(Finding { fault: Fault::Signature, sequence: self.last, text })
    }

    fn cut(&self, end: i64, known_by: String) -> Finding {
        let first = self.last + 1;
        let which = if first == end { format!("Entry #{end} was") } else { format!("Entries #{first} to #{end} were") };
        let text = format!("{which} cut off the end: {known_by} #{end}.");
        Finding { fault: Fault::Cut, sequence: first, text }
    }

    pub(super) fn report(&self, waiting: i64, finding: Option<Finding>) -> Report {
        Report {
            pruned: self.base,
            verified: self.last,
            entries: self.entries,
            checkpoints: self.fitting,
            from_file: None,
            waiting,
            finding,
        }
    }
}

fn forged(checkpoint: &Checkpoint) -> Finding {
    let what = match checkpoint.reason {
        Reason::Seal => "The checkpoint",
        Reason::Prune => "The checkpoint of the retention",
    };
    let text = format!("{what} at #{} was altered: its signature does not fit.", checkpoint.sequence);
    Finding { fault: Fault::Signature, sequence: checkpoint.sequence, text }
}

/// An entry, so that a person finds it: its number, what it says was done, to what, and when.
pub(super) fn describe(link: &Link) -> String {
    let number = link.sequence.map_or_else(|| "An entry without a number".to_owned(), |n| format!("Entry #{n}"));
    let at = link.content.at.format("%-d %b %Y, %H:%M:%S UTC");
    let name: String = link.content.target_name.chars().filter(|c| !c.is_control()).take(80).collect();
    let action: String = link.content.action.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("{number} ({action}, {name}, {at})")
}
