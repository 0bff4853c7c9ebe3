//! What was done where the chain does not fit: told by looking at all entries once more. Pure.

use super::AuditKey;
use super::chain::Hash;
use super::rows::Link;
use super::walk::{Suspect, describe};
use model::audit::{Fault, Finding};

/// A search for the entry that belongs to the place.
pub(super) struct Diagnosis<'k> {
    key: &'k AuditKey,
    suspect: Suspect,
    /// An entry that stands elsewhere and belongs here.
    belongs: Option<Link>,
    /// The entry at the place after.
    next: Option<Link>,
}

impl<'k> Diagnosis<'k> {
    pub(super) const fn new(key: &'k AuditKey, suspect: Suspect) -> Self {
        Self { key, suspect, belongs: None, next: None }
    }

    /// Whether an entry stands at the place, or none.
    fn is_gap(&self) -> bool {
        self.suspect.found.sequence != Some(self.suspect.sequence)
    }

    /// Looks at one of all entries.
    pub(super) fn consider(&mut self, link: &Link) {
        let found = &self.suspect.found;
        if link.sequence == found.sequence && link.content == found.content {
            return;
        }
        let place = self.suspect.sequence;
        if link.sequence == Some(place + 1) {
            self.next = Some(link.clone());
        }
        let here = self.hash_here(link);
        let left_its_hash = !self.is_gap() && found.hash() == Some(here);
        let before_the_next = self.is_gap() && self.follows(found, here);
        if link.hash() == Some(here) || left_its_hash || before_the_next {
            self.belongs = Some(link.clone());
        }
    }

    /// The hash an entry would have at this place.
    fn hash_here(&self, link: &Link) -> Hash {
        self.key.link(self.suspect.sequence, self.suspect.previous, &link.content, link.mac.as_deref())
    }

    /// Whether an entry is the one after the place, when the place has this hash.
    fn follows(&self, link: &Link, hash: Hash) -> bool {
        let next = self.suspect.sequence + 1;
        link.sequence == Some(next)
            && link.hash() == Some(self.key.link(next, hash, &link.content, link.mac.as_deref()))
    }

    /// Whether the rest of the chain was made with this hash at the place.
    fn was_followed(&self, hash: Option<Hash>) -> bool {
        let Some(hash) = hash else { return false };
        match (&self.next, self.suspect.head) {
            (Some(next), _) => self.follows(next, hash),
            (None, Some(head)) => head.sequence == self.suspect.sequence && head.hash == hash,
            (None, None) => false,
        }
    }

    pub(super) fn conclude(self) -> Finding {
        let (fault, text) = if self.is_gap() { self.of_a_gap() } else { self.of_an_entry() };
        Finding { fault, sequence: self.suspect.sequence, text }
    }

    fn of_a_gap(&self) -> (Fault, String) {
        let (place, after) = (self.suspect.sequence, self.suspect.found.sequence.unwrap_or_default());
        match &self.belongs {
            Some(link) if link.sequence.is_none() => (
                Fault::Restored,
                format!("Entry #{place} was restored from an older row, as if it had never been sealed."),
            ),
            Some(link) if link.hash() == Some(self.hash_here(link)) => {
                (Fault::Swapped, format!("Entry #{place} was moved: it now stands as {}.", describe(link)))
            }
            Some(link) => (
                Fault::Restored,
                format!("Entry #{place} was restored from an older row, and sealed again as {}.", describe(link)),
            ),
            None if after == place + 1 => (Fault::Deleted, format!("Entry #{place} was deleted.")),
            None => (Fault::Deleted, format!("Entries #{place} to #{} were deleted.", after - 1)),
        }
    }

    fn of_an_entry(&self) -> (Fault, String) {
        let (place, found) = (self.suspect.sequence, &self.suspect.found);
        let what = describe(found);
        let genuine = found.is_genuine(self.key);
        match &self.belongs {
            Some(Link { sequence: Some(other), .. }) if genuine => {
                (Fault::Swapped, format!("Entries #{place} and #{other} were swapped."))
            }
            Some(Link { sequence: Some(other), .. }) if *other == place + 1 => {
                (Fault::Inserted, format!("{what} was inserted, and those after it were numbered anew."))
            }
            Some(link) => (
                Fault::Inserted,
                format!("{what} was inserted; the one that belongs there now stands as {}.", describe(link)),
            ),
            None if genuine && self.was_followed(Some(self.hash_here(found))) => {
                (Fault::Edited, format!("{what} was edited: its hash is another one, what it says is whole."))
            }
            None if genuine => (
                Fault::Deleted,
                format!(
                    "Entry #{place} was deleted, and those after it were numbered anew: {what} stands in its place."
                ),
            ),
            None if self.was_followed(found.hash()) => {
                (Fault::Edited, format!("{what} was edited after it was sealed."))
            }
            None => (Fault::Edited, format!("{what} was edited or replaced, and its hash as well.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::content;
    use super::super::rows::Head;
    use super::super::walk::{Broken, Walk};
    use super::*;
    use uuid::Uuid;

    fn key() -> AuditKey {
        AuditKey::new([3; 32])
    }

    /// Ten sealed entries.
    fn chain() -> (Vec<Link>, Head) {
        let key = key();
        let (mut links, mut previous) = (Vec::new(), Hash::START);
        for sequence in 1..=10 {
            let mut content = content("target");
            content.id = Uuid::from_u128(u128::try_from(sequence).unwrap());
            let mac = Some(key.mac(&content).to_vec());
            previous = key.link(sequence, previous, &content, mac.as_deref());
            links.push(Link { sequence: Some(sequence), hash: Some(previous.to_vec()), mac, content });
        }
        (links, Head::sign(&key, 10, previous))
    }

    /// What is found after an attack.
    fn after(attack: impl FnOnce(&mut Vec<Link>)) -> Option<(Fault, i64)> {
        let key = key();
        let (mut links, head) = chain();
        attack(&mut links);
        let mut sealed: Vec<&Link> = links.iter().filter(|link| link.sequence.is_some()).collect();
        sealed.sort_by_key(|link| link.sequence);
        let mut walk = Walk::new(&key, Some(head), &[], &[]);
        let stopped = sealed.into_iter().find_map(|link| walk.step(link).err());
        let finding = match stopped {
            None => walk.end()?,
            Some(Broken::Found(finding)) => finding,
            Some(Broken::Suspect(suspect)) => {
                let mut diagnosis = Diagnosis::new(&key, *suspect);
                links.iter().for_each(|link| diagnosis.consider(link));
                diagnosis.conclude()
            }
        };
        Some((finding.fault, finding.sequence))
    }

    fn forged(sequence: i64) -> Link {
        let mut content = content("forged");
        content.id = Uuid::from_u128(99);
        Link { sequence: Some(sequence), hash: Some(vec![5; 32]), mac: Some(vec![5; 32]), content }
    }

    fn renumber(links: &mut [Link], from: i64, by: i64) {
        for number in links.iter_mut().filter_map(|link| link.sequence.as_mut()).filter(|n| **n >= from) {
            *number += by;
        }
    }

    #[test]
    fn a_whole_chain_is_whole() {
        assert_eq!(after(|_| ()), None);
    }

    #[test]
    fn each_attack_is_named_with_its_place() {
        let edit = after(|links| links[3].content.actor_name = "Nobody".into());
        assert_eq!(edit, Some((Fault::Edited, 4)));
        assert_eq!(after(|links| links[9].content.after = Some("1".into())), Some((Fault::Edited, 10)));
        assert_eq!(after(|links| links[3].hash = Some(vec![0; 32])), Some((Fault::Edited, 4)));
        assert_eq!(after(|links| links[9].hash = Some(vec![0])), Some((Fault::Edited, 10)));
        assert_eq!(after(|links| drop(links.remove(3))), Some((Fault::Deleted, 4)));
        assert_eq!(after(|links| drop(links.drain(3..6))), Some((Fault::Deleted, 4)));
        assert_eq!(after(|links| drop(links.drain(7..))), Some((Fault::Cut, 8)));
        assert_eq!(after(|links| links.clear()), Some((Fault::Cut, 1)));
    }

    #[test]
    fn swapped_entries_are_known_by_number_and_by_content() {
        let numbers = |links: &mut Vec<Link>, one: usize, other: usize| {
            (links[one].sequence, links[other].sequence) = (links[other].sequence, links[one].sequence);
        };
        assert_eq!(after(|links| numbers(links, 3, 7)), Some((Fault::Swapped, 4)));
        assert_eq!(after(|links| numbers(links, 3, 4)), Some((Fault::Swapped, 4)));
        let contents = |links: &mut Vec<Link>| {
            let (one, other) = (links[3].clone(), links[7].clone());
            (links[3].content, links[3].mac) = (other.content, other.mac);
            (links[7].content, links[7].mac) = (one.content, one.mac);
        };
        assert_eq!(after(contents), Some((Fault::Swapped, 4)));
    }

    #[test]
    fn an_inserted_entry_is_named_wherever_it_stands() {
        let between = after(|links| {
            renumber(links, 4, 1);
            links.push(forged(4));
        });
        assert_eq!(between, Some((Fault::Inserted, 4)));
        assert_eq!(after(|links| links.push(forged(11))), Some((Fault::Inserted, 11)));
        assert_eq!(after(|links| links.push(forged(4))), Some((Fault::Inserted, 4)));
    }

    #[test]
    fn an_older_row_and_a_closed_gap_are_named() {
        let unsealed = after(|links| (links[3].sequence, links[3].hash) = (None, None));
        assert_eq!(unsealed, Some((Fault::Restored, 4)));
        let closed = after(|links| {
            links.remove(3);
            renumber(links, 5, -1);
        });
        assert_eq!(closed, Some((Fault::Deleted, 4)));
    }
}
